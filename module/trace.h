/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints: start and end of a snapshot, and each table walk in it. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM portsock

#if !defined(PORTSOCK_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define PORTSOCK_TRACE_H

#include <linux/string.h>
#include <linux/tracepoint.h>

#include "batch.h"

#define PS_PROTO_NAME_MAX	16	/* with the NUL */

/**
 * snapshot_begin - start of a snapshot or of a comparison
 * @at: CLOCK_BOOTTIME in ns; the view's header has it in the opener's time
 *	namespace
 * @netns: inode number of the walked network namespace, 0 for all
 * @state_only: poll() compares ports and states with the last snapshot; no
 *	owners, no rows
 */
TRACE_EVENT(snapshot_begin,
	TP_PROTO(u64 at, u32 netns, bool state_only),
	TP_ARGS(at, netns, state_only),
	TP_STRUCT__entry(
		__field(u64, at)
		__field(u32, netns)
		__field(bool, state_only)
	),
	TP_fast_assign(
		__entry->at = at;
		__entry->netns = netns;
		__entry->state_only = state_only;
	),
	TP_printk("at=%llu netns=%u state_only=%d", __entry->at, __entry->netns,
		  __entry->state_only)
);

/**
 * snapshot_end - end of a snapshot or of a comparison
 * @at: @at of the matching snapshot_begin
 * @took: duration in ns
 * @sockets: number of rows; number of records after a comparison
 * @owners: number of file descriptors in all rows
 * @error: 0 or a negative error
 */
TRACE_EVENT(snapshot_end,
	TP_PROTO(u64 at, u64 took, u32 sockets, u32 owners, int error),
	TP_ARGS(at, took, sockets, owners, error),
	TP_STRUCT__entry(
		__field(u64, at)
		__field(u64, took)
		__field(u32, sockets)
		__field(u32, owners)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->at = at;
		__entry->took = took;
		__entry->sockets = sockets;
		__entry->owners = owners;
		__entry->error = error;
	),
	TP_printk("at=%llu took=%llu sockets=%u owners=%u error=%d",
		  __entry->at, __entry->took, __entry->sockets,
		  __entry->owners, __entry->error)
);

/**
 * proto_walk - end of the walk over a protocol's table
 * @name: name of the protocol, shorter than PS_PROTO_NAME_MAX
 * @batch: batch of the walk: its network namespace and mode
 * @records: number of records that the walk passed to the sink; a socket in an
 *	accept queue adds two
 * @took: duration in ns
 * @error: 0 or the negative error that ended the walk
 */
TRACE_EVENT(proto_walk,
	TP_PROTO(const char *name, const struct ps_batch *batch,
		 u64 records, u64 took, int error),
	TP_ARGS(name, batch, records, took, error),
	TP_STRUCT__entry(
		__array(char, name, PS_PROTO_NAME_MAX)
		__field(u32, netns)
		__field(bool, inflight_only)
		__field(bool, recheck)
		__field(u64, records)
		__field(u64, took)
		__field(int, error)
	),
	TP_fast_assign(
		strscpy_pad(__entry->name, name, PS_PROTO_NAME_MAX);
		__entry->netns = batch->walk_net->ns.inum;
		__entry->inflight_only = batch->inflight_only;
		__entry->recheck = batch->recheck;
		__entry->records = records;
		__entry->took = took;
		__entry->error = error;
	),
	TP_printk("name=%s netns=%u inflight_only=%d recheck=%d records=%llu took=%llu error=%d",
		  __entry->name, __entry->netns, __entry->inflight_only,
		  __entry->recheck, __entry->records, __entry->took,
		  __entry->error)
);

#endif /* PORTSOCK_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
