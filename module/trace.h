/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints: when a snapshot is taken, and what each proto's table gives. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM portsock

#if !defined(PORTSOCK_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define PORTSOCK_TRACE_H

#include <linux/string.h>
#include <linux/tracepoint.h>

#include "proto.h"

/**
 * trace_snapshot_begin() - sockets are about to be looked at
 * @at: CLOCK_BOOTTIME in ns, as in the view's first line
 * @netns: whose sockets, 0 for those of all network namespaces
 * @state_only: only to find out whether the last snapshot is still true
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
 * trace_snapshot_end() - ... and have been
 * @at: what trace_snapshot_begin() said
 * @took: ns
 * @sockets: rows; of a state_only look, records
 * @owners: descriptors in OWNERS
 * @error: 0, or why there is no snapshot
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
 * trace_proto_walk() - a proto's table of one network namespace has been walked
 * @proto: whose
 * @batch: where the records went
 * @records: how many; a socket in an accept queue gives two
 * @took: ns
 * @error: 0, or why the walk ended early
 */
TRACE_EVENT(proto_walk,
	TP_PROTO(const struct ps_proto *proto, const struct ps_batch *batch,
		 u64 records, u64 took, int error),
	TP_ARGS(proto, batch, records, took, error),
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
		strscpy_pad(__entry->name, proto->name, PS_PROTO_NAME_MAX);
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
