/* SPDX-License-Identifier: GPL-2.0 */
/* Whose view it is: the opener of /proc/portsock, whoever reads. */
#ifndef PORTSOCK_OPENER_H
#define PORTSOCK_OPENER_H

#include <linux/types.h>

struct file;
struct net;
struct pid_namespace;
struct ps_filter;
struct user_namespace;

/**
 * struct ps_opener - the opener
 * @file: the open file; it keeps the credentials, and the mount that decides
 *	on @pid_ns
 * @net: its network namespace, a reference
 * @target: network namespace whose sockets are shown, a reference, NULL for all
 * @user_ns: user namespace that uids are told in
 * @pid_ns: PID namespace that owners are named in
 * @boottime_offset: of its time namespace, in nanoseconds
 * @filter: what is asked for, NULL for everything
 */
struct ps_opener {
	struct file *file;
	struct net *net;
	struct net *target;
	struct user_namespace *user_ns;
	struct pid_namespace *pid_ns;
	s64 boottime_offset;
	struct ps_filter *filter;
};

#endif /* PORTSOCK_OPENER_H */
