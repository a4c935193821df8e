// SPDX-License-Identifier: GPL-2.0
/*
 * A snapshot: the walk of the tables, then the walk of the file tables, then
 * the recheck of sockets for which no owner was found.  A socket that exists
 * during the whole snapshot is in its table in the first walk, or has a file
 * descriptor in the second.  The cookie, which is unique until the next boot,
 * joins the two.  An address would also join sockets that share reused memory.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/net_namespace.h>

#include "fd_walk.h"
#include "gfp.h"
#include "held.h"
#include "netns.h"
#include "proto.h"
#include "rows.h"
#include "snapshot.h"
#include "trace.h"

struct collector {
	struct ps_sink sink;
	struct ps_store *store;
};

static struct ps_store *sink_store(struct ps_sink *sink)
{
	return container_of(sink, struct collector, sink)->store;
}

static int sink_add_links(struct ps_store *store, const struct ps_batch *batch)
{
	u32 i;
	int err = 0;

	for (i = 0; i < batch->nlinks && !err; i++)
		err = ps_store_add_link(store, &batch->links[i]);
	return err;
}

static int sink_add(struct ps_sink *sink, struct ps_batch *batch)
{
	const struct ps_record *r = batch->records, *end = r + batch->count;
	struct ps_store *store = sink_store(sink);
	u32 i;
	int err = 0;

	for (; r < end; r++) {
		err = ps_store_add(store, r, NULL);
		if (err)
			return err;
	}
	for (i = 0; i < batch->nbind_rows && !err; i++)
		err = ps_store_add_bind_row(store, &batch->bind_rows[i]);
	return err ?: sink_add_links(store, batch);
}

static bool sink_has(struct ps_sink *sink, u64 cookie)
{
	return ps_store_find_full(sink_store(sink), cookie);
}

static struct ps_record *find_unconfirmed(struct ps_store *store, u64 cookie)
{
	struct ps_record *r = ps_store_find_full(store, cookie);

	return r && r->walk & PS_WALK_UNCONFIRMED ? r : NULL;
}

static int recheck_add(struct ps_sink *sink, struct ps_batch *batch)
{
	struct ps_store *store = sink_store(sink);
	struct ps_record *old;
	u32 i;
	int err = 0;

	for (i = 0; i < batch->count && !err; i++) {
		if (!(batch->records[i].observed & PS_OBS_FULL))
			continue;
		old = find_unconfirmed(store, batch->records[i].cookie);
		if (old)
			err = ps_store_update(store, old, &batch->records[i]);
	}
	return err ?: sink_add_links(store, batch);
}

static bool recheck_has(struct ps_sink *sink, u64 cookie)
{
	return !find_unconfirmed(sink_store(sink), cookie);
}

static const struct ps_sink collect_sink = {
	.add = sink_add,
	.has = sink_has,
};

static const struct ps_sink recheck_sink = {
	.add = recheck_add,
	.has = recheck_has,
};

/* Walk the tables of the selected network namespace, or of all. */
static int walk_tables(struct ps_batch *batch)
{
	struct ps_netns_list all;
	u32 i;
	int err;

	if (batch->filter_net) {
		batch->walk_net = batch->filter_net;
		batch->first_net = batch->filter_net;
		return ps_protos_walk(batch);
	}
	err = ps_netns_get_all(&all);
	if (err)
		return err;
	batch->first_net = all.nets[0];
	for (i = 0; i < all.count && !err; i++) {
		batch->walk_net = all.nets[i];
		err = ps_protos_walk(batch);
		/* Most namespaces have no socket: no batch is flushed. */
		cond_resched();
	}
	ps_netns_put_all(&all);
	return err;
}

/* Mark the sockets that the recheck has to confirm; return true if any. */
static bool mark_unconfirmed(struct ps_store *store)
{
	struct ps_record *r, *end;
	bool any = false;
	u32 i;

	ps_store_for_each(r, end, i, store) {
		/* Most have an owner, which saves the call. */
		if (!r->owners && ps_needs_recheck(r)) {
			r->walk |= PS_WALK_UNCONFIRMED;
			any = true;
		}
	}
	return any;
}

static int collect_all(struct collector *collector, struct ps_batch *batch,
		       const struct ps_opener *opener)
{
	struct ps_store *store = collector->store;
	int err;

	collector->sink = collect_sink;
	/* The file tables of the processes have all that pid= selects. */
	if (ps_filter_has(batch->filter, PS_KEY_PID))
		return ps_fd_walk(store, batch, opener);

	err = walk_tables(batch);
	if (err || batch->state_only ||
	    ps_filter_has(batch->filter, PS_KEY_OWNERS))
		return err;
	err = ps_fd_walk(store, batch, opener);
	if (err)
		return err;

	/*
	 * A socket that was sent in a message after the walk of its table, and
	 * before the walk of the sender's file table, is in the message now.
	 * If it has been received since, the recheck finds its new owner.
	 */
	batch->inflight_only = true;
	err = walk_tables(batch);
	batch->inflight_only = false;
	if (err || !mark_unconfirmed(store))
		return err;

	collector->sink = recheck_sink;
	batch->recheck = true;
	return walk_tables(batch) ?: ps_fd_walk(store, batch, opener);
}

/**
 * collect() - Collect sockets and their owners
 * @store: initialised; records and owners are added
 * @opener: opener
 * @state_only: protocols (bits of enum portsock_proto) of which only port and
 *	state are collected, and nothing of others; 0: everything
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -EFBIG, -EINTR on a fatal signal.
 */
static int collect(struct ps_store *store, const struct ps_opener *opener,
		   u64 state_only)
{
	struct collector collector = { .store = store };
	struct ps_batch batch = {
		.filter_net = opener->target,
		.filter = opener->filter,
		.user_ns = opener->user_ns,
		.sink = &collector.sink,
		.sk_modules = &store->sk_modules,
		.state_only = state_only,
		.opener_uid = opener->file->f_cred->fsuid,
	};
	int err;

	/* Such an opener could bind() as any user of the namespaces it sees. */
	if (ps_filter_has(batch.filter, PS_KEY_BIND))
		batch.show_bind_uids = file_ns_capable(opener->file,
			opener->target ? opener->target->user_ns :
			&init_user_ns, CAP_NET_ADMIN);

	store->filter = opener->filter;
	err = ps_batch_init(&batch);
	if (!err)
		err = collect_all(&collector, &batch, opener);
	ps_batch_free(&batch);
	return err;
}

static u32 target_inum(const struct ps_opener *opener)
{
	return opener->target ? opener->target->ns.inum : 0;
}

/**
 * ps_snapshot_take() - Take a snapshot of all sockets and their owners
 * @snapshot: result; the caller calls ps_snapshot_free() if this returns 0
 * @opener: opener, with its filter
 * @max_sockets: limit of records
 *
 * Context: process, may sleep.  The memory is charged to the caller's cgroup.
 * Return: 0, -ENOMEM, -EFBIG if there are more than @max_sockets, -EINTR on a
 * fatal signal.
 */
int ps_snapshot_take(struct ps_snapshot *snapshot,
		     const struct ps_opener *opener, u32 max_sockets)
{
	struct ps_header *h = &snapshot->header;
	u64 at = ktime_get_boottime_ns();
	int err;

	trace_snapshot_begin(at, target_inum(opener), false);
	ps_store_init(&snapshot->store, max_sockets);
	err = collect(&snapshot->store, opener, 0) ?:
		ps_rows_make(&snapshot->store);
	h->took = ktime_get_boottime_ns() - at;
	h->sockets = snapshot->store.nrows;
	h->owners = snapshot->store.nowners;
	trace_snapshot_end(at, h->took, h->sockets, h->owners, err);
	if (err) {
		ps_store_free(&snapshot->store);
		return err;
	}
	h->version = PORTSOCK_FORMAT;
	h->netns = opener->net->ns.inum;
	h->pidns = opener->pid_ns->ns.inum;
	h->at = at + opener->boottime_offset;
	h->missing = ps_protos_missing();
	return 0;
}

/**
 * ps_snapshot_free() - Free a snapshot
 * @snapshot: from ps_snapshot_take()
 *
 * Context: process, may sleep.
 */
void ps_snapshot_free(struct ps_snapshot *snapshot)
{
	ps_store_free(&snapshot->store);
}

/*
 * Return true for a socket that stays in a table for as long as it is in a
 * state, whatever its owners.  poll() does not report sockets that are only
 * bound.
 */
static bool is_comparable(const struct ps_record *r, u64 protos)
{
	return protos & 1ULL << r->proto && r->observed & PS_OBS_FULL &&
		r->has & PS_HAS_PORT && r->state != PORTSOCK_CLOSE &&
		r->state != PORTSOCK_BOUND;
}

/*
 * Return true if both stores have the same sockets of these protocols, in the
 * same states.  @now has no socket twice, so a count suffices to compare the
 * other way round.  A socket with PORTSOCK_HELD_NONE was being created or freed:
 * if @now has it, the counts differ.
 */
static bool has_same_sockets(const struct ps_store *old,
			     const struct ps_store *now, u64 protos)
{
	const struct ps_record *same;
	struct ps_record *r, *end;
	u32 i, count = 0;

	ps_store_for_each(r, end, i, old) {
		if (r->held == PORTSOCK_HELD_NONE ||
		    r->no_row == PS_ROW_DUPLICATE || !is_comparable(r, protos))
			continue;
		same = ps_store_find_full(now, r->cookie);
		if (!same || same->state != r->state || same->port != r->port)
			return false;
		count++;
	}
	ps_store_for_each(r, end, i, now)
		count -= is_comparable(r, protos);
	return !count;
}

/**
 * ps_snapshot_is_current() - Compare a snapshot with the tables
 * @snapshot: from ps_snapshot_take()
 * @opener: its opener
 * @max_sockets: limit of records
 * @protos: bits of enum portsock_proto.  Ports and states of their full sockets
 *	are compared; owners, TIME_WAIT sockets, requests and sockets that are only
 *	bound are not
 *
 * Context: process, may sleep.  The memory is charged to the caller's cgroup.
 * Return: 1 if nothing has changed, else 0; -ENOMEM, -EFBIG, -EINTR on a fatal
 * signal.
 */
int ps_snapshot_is_current(const struct ps_snapshot *snapshot,
			   const struct ps_opener *opener, u32 max_sockets,
			   u64 protos)
{
	struct ps_store *now = kmalloc(sizeof(*now), PS_GFP);
	u64 at = ktime_get_boottime_ns();
	int ret;

	if (!now)
		return -ENOMEM;
	trace_snapshot_begin(at, target_inum(opener), true);
	ps_store_init(now, max_sockets);
	ret = collect(now, opener, protos);
	trace_snapshot_end(at, ktime_get_boottime_ns() - at,
			   now->records.count, 0, ret);
	if (!ret)
		ret = has_same_sockets(&snapshot->store, now, protos);
	ps_store_free(now);
	kfree(now);
	return ret;
}
