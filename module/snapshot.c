// SPDX-License-Identifier: GPL-2.0
/*
 * One look: the tables, then the descriptors, then once more at what is in
 * doubt.  A socket that existed all the while is in it, since it stood in its
 * table or behind its descriptor when either was walked; the cookie, unique for
 * the boot, joins the two, so memory that is reused in between joins nothing.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/net_namespace.h>

#include "held.h"
#include "proto.h"
#include "gfp.h"
#include "netns.h"
#include "fd_walk.h"
#include "rows.h"
#include "snapshot.h"
#include "trace.h"

struct look {
	struct ps_sink sink;
	struct ps_store *store;
};

/* Nothing but that one socket carries another. */
static bool is_edge(const struct ps_record *r)
{
	return r->evidence == (PS_EV_GONE | PS_EV_CARRIED) &&
		!(r->has & PS_HAS_PARENT);
}

static int keep_port(struct ps_store *store, const struct ps_record *r)
{
	struct ps_record *kept;

	if (store->bind_rows.count >= store->max)
		return -EFBIG;
	kept = ps_vec_push(&store->bind_rows);
	if (!kept)
		return -ENOMEM;
	*kept = *r;
	return 0;
}

static int take_one(struct ps_store *store, const struct ps_record *r)
{
	int err;

	if (likely(!(r->evidence & (PS_EV_BUCKET | PS_EV_CARRIED))))
		return ps_store_add(store, r, NULL);
	if (r->evidence & PS_EV_BUCKET)
		return keep_port(store, r);
	err = ps_store_add_inflight_edge(store, r);
	return err || is_edge(r) ? err : ps_store_add(store, r, NULL);
}

static int take_all(struct ps_sink *sink, struct ps_batch *batch)
{
	const struct ps_record *r = batch->records, *end = r + batch->count;
	struct look *look = container_of(sink, struct look, sink);
	int err;

	for (; r < end; r++) {
		err = take_one(look->store, r);
		if (err)
			return err;
	}
	return 0;
}

static bool knows_all(struct ps_sink *sink, u64 cookie)
{
	struct look *look = container_of(sink, struct look, sink);

	return ps_store_find_full(look->store, cookie);
}

static struct ps_record *find_doubtful(struct ps_store *store, u64 cookie)
{
	struct ps_record *r = ps_store_find_full(store, cookie);

	return r && r->evidence & PS_EV_DOUBT ? r : NULL;
}

static int take_doubtful(struct ps_sink *sink, struct ps_batch *batch)
{
	struct look *look = container_of(sink, struct look, sink);
	const struct ps_record *r;
	struct ps_record *old;
	u32 i;
	int err = 0;

	for (i = 0; i < batch->count && !err; i++) {
		r = &batch->records[i];
		err = ps_store_add_inflight_edge(look->store, r);
		if (err || !(r->evidence & PS_EV_FULL))
			continue;
		old = find_doubtful(look->store, r->cookie);
		if (old)
			err = ps_store_update(look->store, old, r);
	}
	return err;
}

static bool knows_undoubted(struct ps_sink *sink, u64 cookie)
{
	struct look *look = container_of(sink, struct look, sink);

	return !find_doubtful(look->store, cookie);
}

static const struct ps_sink sink_all = {
	.add = take_all,
	.has = knows_all,
};

static const struct ps_sink sink_doubtful = {
	.add = take_doubtful,
	.has = knows_undoubted,
};

/* Marks what is in doubt; returns whether anything is. */
static bool mark_doubtful(struct ps_store *store)
{
	struct ps_record *r, *end;
	bool any = false;
	u32 i;

	ps_store_for_each(r, end, i, store) {
		if (!r->owners && ps_needs_recheck(r)) {
			r->evidence |= PS_EV_DOUBT;
			any = true;
		}
	}
	return any;
}

static int visit_net(struct ps_batch *batch, struct net *net, struct net *first)
{
	batch->walk_net = net;
	batch->first_net = first;
	return ps_protos_walk(batch);
}

static int visit_all_nets(struct ps_batch *batch)
{
	struct ps_netns_list all;
	u32 i;
	int err = ps_netns_get_all(&all);

	if (err)
		return err;
	for (i = 0; i < all.count && !err; i++) {
		err = visit_net(batch, all.nets[i], all.nets[0]);
		/* Most namespaces add nothing, and hand nothing over. */
		cond_resched();
	}
	ps_netns_put_all(&all);
	return err;
}

static int visit(struct ps_batch *batch)
{
	if (!batch->filter_net)
		return visit_all_nets(batch);
	return visit_net(batch, batch->filter_net, batch->filter_net);
}

/*
 * What was sent on its way after its table was walked, and before its sender's
 * descriptors were, is in a message now, unless it has been received: then the
 * second look finds it.
 */
static int visit_queues(struct ps_batch *batch)
{
	int err;

	batch->inflight_only = true;
	err = visit(batch);
	batch->inflight_only = false;
	return err;
}

/* A process' own descriptors tell all that is asked for. */
static int look_at_processes(struct look *look, struct ps_batch *batch,
			     const struct ps_opener *opener)
{
	look->sink = sink_all;
	return ps_fd_walk(look->store, batch, opener, false);
}

static int look_at(struct look *look, struct ps_batch *batch,
		   const struct ps_opener *opener)
{
	int err;

	if (ps_filter_has(batch->filter, PS_KEY_PID))
		return look_at_processes(look, batch, opener);
	look->sink = sink_all;
	err = visit(batch);
	if (err || batch->state_only || ps_filter_has(batch->filter, PS_KEY_OWNERS))
		return err;
	err = ps_fd_walk(look->store, batch, opener, false) ?:
		visit_queues(batch);
	if (err || !mark_doubtful(look->store))
		return err;
	look->sink = sink_doubtful;
	batch->recheck = true;
	return visit(batch) ?:
		ps_fd_walk(look->store, batch, opener, true);
}

/* Who may bind() as anybody in the network namespaces that are looked at. */
static bool may_bind_as_anybody(const struct ps_opener *opener)
{
	struct user_namespace *owner = opener->target ?
		opener->target->user_ns : &init_user_ns;

	return file_ns_capable(opener->file, owner, CAP_NET_ADMIN);
}

static int gather(struct ps_store *store, const struct ps_opener *opener,
		  u64 brief)
{
	struct look look = { .store = store };
	struct ps_batch batch = {
		.filter_net = opener->target,
		.filter = opener->filter,
		.user_ns = opener->user_ns,
		.sink = &look.sink,
		.sk_modules = &store->sk_modules,
		.state_only = brief,
		.opener_uid = opener->file->f_cred->fsuid,
	};
	int err;

	if (ps_filter_has(batch.filter, PS_KEY_BIND))
		batch.show_bind_uids = may_bind_as_anybody(opener);

	err = ps_batch_init(&batch) ?:
		look_at(&look, &batch, opener);
	ps_batch_free(&batch);
	return err;
}

/* Returns when it begins. */
static u64 begin(const struct ps_opener *opener, bool brief)
{
	u64 at = ktime_get_boottime_ns();

	trace_snapshot_begin(at, opener->target ? opener->target->ns.inum : 0,
			     brief);
	return at;
}

/**
 * ps_snapshot_take() - look at all sockets and their owners
 * @snapshot: result; ps_snapshot_free() is due if this returns 0
 * @opener: whose view it is
 * @max_sockets: rows that may be gathered
 *
 * Context: process, may sleep.  The memory is charged to the caller's cgroup.
 * Return: 0, -ENOMEM, -EFBIG if there are more than @max_sockets, -EINTR on a
 * fatal signal.
 */
int ps_snapshot_take(struct ps_snapshot *snapshot,
		     const struct ps_opener *opener, u32 max_sockets)
{
	struct ps_header *h = &snapshot->header;
	u64 at = begin(opener, false);
	int err;

	ps_store_init(&snapshot->store, max_sockets);
	snapshot->store.filter = opener->filter;
	err = gather(&snapshot->store, opener, 0) ?:
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
 * ps_snapshot_free() - undo ps_snapshot_take()
 * @snapshot: taken
 *
 * Context: process, may sleep.
 */
void ps_snapshot_free(struct ps_snapshot *snapshot)
{
	ps_store_free(&snapshot->store);
}

/*
 * What stands in a table for as long as it is in a state, whoever holds it; not
 * what is only bound, which nobody is told of.
 */
static bool is_comparable(const struct ps_record *r, u64 protos)
{
	return protos & 1ULL << r->proto && r->evidence & PS_EV_FULL &&
		r->has & PS_HAS_PORT && r->state != PORTSOCK_CLOSE &&
		r->state != PORTSOCK_BOUND;
}

static u32 count_comparable(const struct ps_store *store, u64 protos)
{
	struct ps_record *r, *end;
	u32 i, count = 0;

	ps_store_for_each(r, end, i, store)
		count += is_comparable(r, protos);
	return count;
}

static bool has_same(const struct ps_store *now, const struct ps_record *r)
{
	const struct ps_record *same = ps_store_find_full(now, r->cookie);

	return same && same->state == r->state && same->port == r->port;
}

/*
 * The other way round it is enough to count.  What had no row was being made or
 * destroyed: it has changed if it is there.
 */
static bool is_same(const struct ps_store *old, const struct ps_store *now,
		    u64 protos)
{
	struct ps_record *r, *end;
	u32 i, count = 0;

	ps_store_for_each(r, end, i, old) {
		if (r->held == PORTSOCK_HELD_NONE || !is_comparable(r, protos))
			continue;
		if (!has_same(now, r))
			return false;
		count++;
	}
	return count == count_comparable(now, protos);
}

/**
 * ps_snapshot_is_current() - whether a snapshot still tells who is where
 * @snapshot: taken
 * @opener: whose it is
 * @max_sockets: records that may be gathered
 * @protos: bits of enum portsock_proto, of which the ports and states of full
 *	sockets are compared: not who holds them, and not what is only bound, a
 *	TIME_WAIT or a request
 *
 * Context: process, may sleep.  The memory is charged to the caller's cgroup.
 * Return: 1 if it does, 0 if not, -ENOMEM, -EFBIG, -EINTR on a fatal signal.
 */
int ps_snapshot_is_current(const struct ps_snapshot *snapshot,
			const struct ps_opener *opener, u32 max_sockets,
			u64 protos)
{
	struct ps_store *now = kmalloc(sizeof(*now), PS_GFP);
	u64 at;
	int ret;

	if (!now)
		return -ENOMEM;
	at = begin(opener, true);
	ps_store_init(now, max_sockets);
	now->filter = opener->filter;
	ret = gather(now, opener, protos);
	trace_snapshot_end(at, ktime_get_boottime_ns() - at,
			   now->records.count, 0, ret);
	if (!ret)
		ret = is_same(&snapshot->store, now, protos);
	ps_store_free(now);
	kfree(now);
	return ret;
}
