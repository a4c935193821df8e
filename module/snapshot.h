/* SPDX-License-Identifier: GPL-2.0 */
/* One look at all sockets and their owners. */
#ifndef PORTSOCK_SNAPSHOT_H
#define PORTSOCK_SNAPSHOT_H

#include "core/record.h"
#include "store.h"

struct net;
struct pid_namespace;
struct user_namespace;

/**
 * struct ps_viewer - whose view it is
 * @net: network namespace whose sockets are shown
 * @user_ns: user namespace that uids are told in
 * @pid_ns: PID namespace that owners are named in
 */
struct ps_viewer {
	struct net *net;
	struct user_namespace *user_ns;
	struct pid_namespace *pid_ns;
};

/**
 * struct ps_snapshot - one look
 * @header: what the view begins with
 * @store: its rows
 */
struct ps_snapshot {
	struct ps_header header;
	struct ps_store store;
};

int ps_snapshot_take(struct ps_snapshot *snapshot,
		     const struct ps_viewer *viewer, u32 max_sockets);
void ps_snapshot_free(struct ps_snapshot *snapshot);

#endif /* PORTSOCK_SNAPSHOT_H */
