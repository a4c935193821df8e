/* SPDX-License-Identifier: GPL-2.0 */
/* The opener of /proc/portsock: its credentials and namespaces count. */
#ifndef PORTSOCK_OPENER_H
#define PORTSOCK_OPENER_H

#include <linux/types.h>

struct file;
struct net;
struct pid_namespace;
struct ps_filter;
struct user_namespace;

/**
 * struct ps_opener - task that opened /proc/portsock, whatever task reads it
 * @file: the open file; it holds the opener's credentials, and the /proc mount
 *	that determines @pid_ns and the access checks
 * @net: network namespace of the opener, a reference
 * @target: network namespace of the shown sockets, a reference; NULL for all
 * @user_ns: user namespace of the opener, into which uids are mapped
 * @pid_ns: PID namespace of the /proc mount, in which owners are numbered
 * @boottime_offset: CLOCK_BOOTTIME of the opener's time namespace minus that of
 *	the host, in nanoseconds
 * @filter: filter of the last write(), NULL for none
 *
 * Only @target and @filter change after open().
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
