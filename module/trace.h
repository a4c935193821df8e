/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints: when a snapshot is taken, and what each family's table gives. */
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
 * @brief: only to find out whether the last snapshot is still true
 */
TRACE_EVENT(snapshot_begin,
	TP_PROTO(u64 at, u32 netns, bool brief),
	TP_ARGS(at, netns, brief),
	TP_STRUCT__entry(
		__field(u64, at)
		__field(u32, netns)
		__field(bool, brief)
	),
	TP_fast_assign(
		__entry->at = at;
		__entry->netns = netns;
		__entry->brief = brief;
	),
	TP_printk("at=%llu netns=%u brief=%d", __entry->at, __entry->netns,
		  __entry->brief)
);

/**
 * trace_snapshot_end() - ... and have been
 * @at: what trace_snapshot_begin() said
 * @took: ns
 * @sockets: rows; of a brief look, records
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
 * trace_family() - a family's table of one network namespace has been walked
 * @family: whose
 * @batch: where the records went
 * @records: how many; a socket in an accept queue gives two
 * @took: ns
 * @error: 0, or why the walk ended early
 */
TRACE_EVENT(family,
	TP_PROTO(const struct ps_family *family, const struct ps_batch *batch,
		 u64 records, u64 took, int error),
	TP_ARGS(family, batch, records, took, error),
	TP_STRUCT__entry(
		__array(char, name, PS_FAMILY_NAME_MAX)
		__field(u32, netns)
		__field(bool, queues)
		__field(bool, again)
		__field(u64, records)
		__field(u64, took)
		__field(int, error)
	),
	TP_fast_assign(
		strscpy_pad(__entry->name, family->name, PS_FAMILY_NAME_MAX);
		__entry->netns = batch->at->ns.inum;
		__entry->queues = batch->queues;
		__entry->again = batch->again;
		__entry->records = records;
		__entry->took = took;
		__entry->error = error;
	),
	TP_printk("name=%s netns=%u queues=%d again=%d records=%llu took=%llu error=%d",
		  __entry->name, __entry->netns, __entry->queues,
		  __entry->again, __entry->records, __entry->took,
		  __entry->error)
);

#endif /* PORTSOCK_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
