/* SPDX-License-Identifier: GPL-2.0 */
/* One look at all sockets and their owners. */
#ifndef PORTSOCK_SNAPSHOT_H
#define PORTSOCK_SNAPSHOT_H

#include "format/record.h"
#include "store.h"
#include "opener.h"

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
		     const struct ps_opener *opener, u32 max_sockets);
int ps_snapshot_is_current(const struct ps_snapshot *snapshot,
			const struct ps_opener *opener, u32 max_sockets,
			u64 protos);
void ps_snapshot_free(struct ps_snapshot *snapshot);

#endif /* PORTSOCK_SNAPSHOT_H */
