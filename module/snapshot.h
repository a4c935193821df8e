/* SPDX-License-Identifier: GPL-2.0 */
/* A snapshot of all sockets and their owners. */
#ifndef PORTSOCK_SNAPSHOT_H
#define PORTSOCK_SNAPSHOT_H

#include "format/record.h"
#include "opener.h"
#include "store.h"

/**
 * struct ps_snapshot - a snapshot
 * @header: first line of the view
 * @store: rows of the view
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
