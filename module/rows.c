// SPDX-License-Identifier: GPL-2.0
/*
 * From gathered records to the rows of a view: which of them stand for one
 * connection, why each is there, its owners, the order.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "held.h"
#include "format/order.h"
#include "gfp.h"
#include "mptcp_queue.h"
#include "rows.h"
#include "sort.h"
#include "store.h"

#define CARRIER_LEVELS	64

/*
 * A TIME_WAIT whose socket was seen as well: two rows only if that is what a
 * descriptor still refers to, in CLOSE; else the socket became it meanwhile.
 */
static void drop_twin(struct ps_store *store, struct ps_record *timewait)
{
	struct ps_record *r = ps_store_find_full(store, timewait->cookie);

	if (!r || r->evidence & PS_EV_GONE)
		return;
	if (r->owners || r->evidence & PS_EV_FILE) {
		if (r->state != PORTSOCK_CLOSE)
			timewait->evidence |= PS_EV_GONE;
	} else {
		r->evidence |= PS_EV_GONE;
	}
}

/* What most are: held, and asked for whoever holds them. */
static bool is_plain(const struct ps_store *store, const struct ps_record *r)
{
	return r->owners && r->evidence & PS_EV_FULL &&
		!(r->evidence & PS_EV_GONE) && !store->filter;
}

/*
 * What only a message tells of, and has no port, is for whom may look into a
 * process that holds the socket in whose queue it is.
 */
static bool is_secret(const struct ps_record *r)
{
	return (r->evidence & (PS_EV_CARRIED | PS_EV_TOLD)) == PS_EV_CARRIED &&
		!r->owners && !(r->has & PS_HAS_PORT);
}

/* Returns whether that is news. */
static bool tell_carried(struct ps_store *store, const struct ps_inflight_edge *edge)
{
	struct ps_record *carrier = ps_store_find(store, edge->carrier);
	struct ps_record *carried = ps_store_find(store, edge->carried);

	if (!carrier || !carried || carried->evidence & PS_EV_TOLD ||
	    (!carrier->owners && !(carrier->evidence & PS_EV_TOLD)))
		return false;
	carried->evidence |= PS_EV_TOLD;
	return true;
}

/*
 * Messages may be nested: a socket in a message is as visible as the socket in
 * whose queue the message is.  One pass for each level at most, and no more
 * passes than there are levels: the chain is as long as a user likes.
 */
static int propagate_visibility(struct ps_store *store)
{
	u32 i, stop, level;
	bool news = true;

	for (level = 0; news && level < CARRIER_LEVELS; level++) {
		news = false;
		ps_for_each_resched(i, stop, 0, store->edges.count)
			if (tell_carried(store, ps_vec_at(&store->edges, i)))
				news = true;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static void name_reason(struct ps_store *store, struct ps_record *r)
{
	if (likely(is_plain(store, r))) {
		r->held = PORTSOCK_HELD_PROCESS;
		r->has &= ~PS_HAS_PARENT;
		r->expires = PS_NO_EXPIRY;
		return;
	}
	if (ps_record_is_timewait(r))
		drop_twin(store, r);
	if (ps_record_is_request(r))
		store->has_requests = true;
	r->held = ps_classify(r);
	if (r->held == PORTSOCK_HELD_INFLIGHT &&
	    ps_filter_has(store->filter, PS_KEY_OWNERS))
		r->held = PORTSOCK_HELD_PROCESS;	/* nobody was asked */
	if (r->held == PORTSOCK_HELD_NONE || is_secret(r) ||
	    !ps_filter_wants_row(store->filter, r))
		r->evidence |= PS_EV_GONE;
	if (r->held != PORTSOCK_HELD_SYNRECV &&
	    r->held != PORTSOCK_HELD_ACCEPTQ &&
	    r->held != PORTSOCK_HELD_KERNEL)
		r->has &= ~PS_HAS_PARENT;
	if (r->held == PORTSOCK_HELD_PROCESS)
		r->expires = PS_NO_EXPIRY;
	if (!r->owners)	/* the others can be learnt from the holder only */
		r->flags &= PS_BIND_FLAGS;
	if (r->evidence & PS_EV_GONE)
		r->owners = 0;
}

static int cmp_holds(const void *a, const void *b, const void *priv)
{
	const struct ps_owner_ref *x = a, *y = b;
	const struct ps_owner_task *s, *t;
	const struct ps_store *store = priv;

	s = ps_vec_at(&store->tasks, x->task);
	t = ps_vec_at(&store->tasks, y->task);
	if (s->pid != t->pid)
		return s->pid < t->pid ? -1 : 1;
	if (x->fd != y->fd)
		return x->fd < y->fd ? -1 : 1;
	return s->tid < t->tid ? -1 : s->tid > t->tid;
}

/*
 * The walk tells an owner once more if the thread by which it was told ends
 * meanwhile, see ps_task_iter_next().
 */
static void drop_equal_holds(struct ps_store *store, struct ps_record *r)
{
	struct ps_owner_ref *holds = store->owner_refs + r->owners_at;
	u32 i, stop, kept = 1;

	ps_for_each_resched(i, stop, 1, r->owners)
		if (cmp_holds(&holds[kept - 1], &holds[i], store))
			holds[kept++] = holds[i];
	store->nowners -= r->owners - kept;
	r->owners = kept;
	if (kept > 1)
		return;
	r->owner = holds->task;
	r->fd = holds->fd;
}

/*
 * The walk goes by PID and FD, which nearly always is the order already.
 * @spare has room for as many owners as the largest record has.
 */
static int sort_holds(struct ps_store *store, struct ps_record *r,
		      struct ps_owner_ref *spare)
{
	struct ps_owner_ref *holds = store->owner_refs + r->owners_at;
	u32 i, stop;
	int err;

	ps_for_each_resched(i, stop, 1, r->owners)
		if (cmp_holds(&holds[i - 1], &holds[i], store) >= 0)
			goto unsorted;
	return 0;
unsorted:
	err = ps_merge_sort(holds, spare, r->owners, sizeof(*holds), cmp_holds,
			    store);
	if (!err)
		drop_equal_holds(store, r);
	return err;
}

static int sort_all_holds(struct ps_store *store, u32 most)
{
	struct ps_owner_ref *spare = kvmalloc_array(most, sizeof(*spare), PS_GFP);
	struct ps_record *r, *end;
	u32 i;
	int err = spare ? 0 : -ENOMEM;

	ps_store_for_each(r, end, i, store)
		if (r->owners > 1 && !err)
			err = sort_holds(store, r, spare);
	kvfree(spare);
	return err;
}

/* Why each is there, and behind which place its owners will end if it has several. */
static void name_reasons(struct ps_store *store)
{
	struct ps_record *r, *end;
	u32 i;

	ps_store_for_each(r, end, i, store) {
		name_reason(store, r);
		store->nowners += r->owners;
		if (likely(r->owners <= 1))
			continue;
		store->nowner_refs += r->owners;
		r->owners_at = store->nowner_refs;
	}
}

/*
 * Owners of one record together, where it has several: counting sort over those
 * that have a row, from the last one on.  Meanwhile its owners_at is behind where
 * the next one goes.
 */
static int gather_holds(struct ps_store *store)
{
	const struct ps_extra_owner *extra;
	struct ps_record *r, *end;
	u32 i = store->extra_owners.count, most = 0;

	if (!store->nowner_refs)
		return 0;
	store->owner_refs = kvmalloc_array(store->nowner_refs, sizeof(*store->owner_refs),
				      PS_GFP);
	if (!store->owner_refs)
		return -ENOMEM;
	while (i--) {
		ps_resched(i);
		extra = ps_vec_at(&store->extra_owners, i);
		r = extra->record;
		if (!(r->evidence & PS_EV_GONE))
			store->owner_refs[--r->owners_at] = extra->ref;
	}
	ps_store_for_each(r, end, i, store)
		if (r->owners > 1)
			most = max(most, r->owners);
	return sort_all_holds(store, most);
}

/*
 * A request's cookie is copied when its child is made, before the child takes
 * its place in the table.  One that got its cookie in between has another than
 * the child: but they stand next to each other now, at the same ends.
 */
static bool is_child(const struct ps_store *store, u32 row,
		     const struct ps_record *request)
{
	struct ps_record *r;

	if (row >= store->nrows)	/* before the first, behind the last */
		return false;
	r = store->rows[row];
	if (!(r->evidence & PS_EV_FULL) || r->state == PORTSOCK_CLOSE ||
	    !ps_order_same_place(r, request))
		return false;
	if (r->held == PORTSOCK_HELD_ACCEPTQ)
		ps_record_keep_parent(r, request);
	return true;
}

static void drop_requests(struct ps_store *store)
{
	struct ps_record *r;
	u32 i, stop, kept = 0;

	ps_for_each_resched(i, stop, 0, store->nrows) {
		r = store->rows[i];
		if (ps_record_is_request(r) && (is_child(store, kept - 1, r) ||
				      is_child(store, i + 1, r)))
			continue;
		store->rows[kept++] = r;
	}
	store->nrows = kept;
}

/**
 * ps_rows_make() - name the reasons, gather the owners, set the order
 * @store: nothing can be added afterwards
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM or -EINTR on a fatal signal.
 */
int ps_rows_make(struct ps_store *store)
{
	int err = ps_mptcp_link_subflows(store) ?: propagate_visibility(store);

	if (err)
		return err;
	name_reasons(store);
	err = gather_holds(store);
	ps_store_drop_index(store);
	if (!err)
		err = ps_sort(store);
	if (!err && store->has_requests)
		drop_requests(store);
	return err;
}
