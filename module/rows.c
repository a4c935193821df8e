// SPDX-License-Identifier: GPL-2.0
/*
 * From the records of a snapshot to the rows of the view: parents, visibility
 * of sockets in flight, classification, owners, duplicates, order.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "format/order.h"
#include "gfp.h"
#include "held.h"
#include "link.h"
#include "mptcp_queue.h"
#include "rows.h"
#include "sort.h"
#include "store.h"

/* A child in an accept queue does not refer to its listener; the link does. */
static void set_parents(struct ps_store *store)
{
	const struct ps_link *link;
	struct ps_record *r;
	u32 i, stop;

	ps_for_each_resched(i, stop, 0, store->links.count) {
		link = ps_vec_at(&store->links, i);
		if (link->kind != PS_LINK_QUEUED)
			continue;
		r = ps_store_find(store, link->carried);
		if (!r || r->has & PS_HAS_PARENT)
			continue;
		r->parent = link->carrier;
		r->has |= PS_HAS_PARENT;
	}
}

struct carrier_link {
	u64 carrier;
	u32 index;
};

static int cmp_carriers(const void *a, const void *b, const void *unused)
{
	const struct carrier_link *x = a, *y = b;

	if (x->carrier != y->carrier)
		return x->carrier < y->carrier ? -1 : 1;
	return 0;
}

/* Return the first of the links of a carrier, @count if it has none. */
static u32 find_carrier(const struct carrier_link *links, u32 count,
			u64 carrier)
{
	u32 low = 0, high = count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (links[middle].carrier < carrier)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && links[low].carrier == carrier ? low : count;
}

/*
 * A socket in flight is as visible as its carrier, which may be in flight, too,
 * at any depth.  A queued socket may be a carrier before accept(), so links of
 * both kinds are followed.  @queue has the carriers, by their first link, that
 * are visible and have links to be followed.  A carrier enters it once: because
 * of an owner, or when it becomes visible.
 */
static int follow_links(struct ps_store *store,
			const struct carrier_link *links, u32 count,
			u32 *queue)
{
	const struct ps_link *link;
	u32 i, stop, first, next, head = 0, tail = 0;
	struct ps_record *r;

	ps_for_each_resched(i, stop, 0, count) {
		if (i && links[i].carrier == links[i - 1].carrier)
			continue;
		r = ps_store_find(store, links[i].carrier);
		if (r && r->owners)
			queue[tail++] = i;
	}
	while (head < tail) {
		first = queue[head++];
		for (i = first; i < count && links[i].carrier ==
					     links[first].carrier; i++) {
			ps_resched(i);
			link = ps_vec_at(&store->links, links[i].index);
			r = ps_store_find(store, link->carried);
			if (!r || r->walk & PS_WALK_CARRIER_VISIBLE)
				continue;
			r->walk |= PS_WALK_CARRIER_VISIBLE;
			next = find_carrier(links, count, link->carried);
			if (next < count && !r->owners)
				queue[tail++] = next;
		}
		ps_resched(head);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static int propagate_visibility(struct ps_store *store)
{
	const u32 count = store->links.count;
	struct carrier_link *links, *spare;
	const struct ps_link *link;
	u32 i, stop, *queue;
	int err = -ENOMEM;

	if (!count)
		return 0;
	links = kvmalloc_array(count, sizeof(*links), PS_GFP);
	spare = kvmalloc_array(count, sizeof(*spare), PS_GFP);
	queue = kvmalloc_array(count, sizeof(*queue), PS_GFP);
	if (!links || !spare || !queue)
		goto out;
	ps_for_each_resched(i, stop, 0, count) {
		link = ps_vec_at(&store->links, i);
		links[i].carrier = link->carrier;
		links[i].index = i;
	}
	err = ps_merge_sort(links, spare, count, sizeof(*links), cmp_carriers,
			    NULL) ?: follow_links(store, links, count, queue);
out:
	kvfree(queue);
	kvfree(spare);
	kvfree(links);
	return err;
}

/*
 * A TIME_WAIT and its socket are two rows only if a file descriptor still
 * refers to the socket, in CLOSE.  Otherwise the socket became the TIME_WAIT
 * between two walks, and one record is dropped: that of a socket without a
 * file, which is the older one; else the TIME_WAIT, since the socket may have
 * owners.
 */
static void drop_timewait_duplicate(struct ps_store *store,
				    struct ps_record *timewait)
{
	struct ps_record *r = ps_store_find_full(store, timewait->cookie);

	if (!r || r->no_row)
		return;
	if (!r->owners && !(r->observed & PS_OBS_FILE))
		r->no_row = PS_ROW_DUPLICATE;
	else if (r->state != PORTSOCK_CLOSE)
		timewait->no_row = PS_ROW_DUPLICATE;
}

/*
 * Without an owner and without a port, a socket that was only found in a
 * message is shown if the opener may see an owner of its carrier.
 */
static bool is_hidden_inflight(const struct ps_record *r)
{
	return r->observed & PS_OBS_INFLIGHT && !r->owners &&
		!(r->walk & PS_WALK_CARRIER_VISIBLE) &&
		!(r->has & PS_HAS_PORT);
}

/* Decide why a socket exists, if it has a row, and which columns that has. */
static void classify_record(struct ps_store *store, struct ps_record *r)
{
	/* Most sockets have an owner. */
	if (likely(r->owners && r->observed & PS_OBS_FULL && !r->no_row &&
		   !store->filter)) {
		r->held = PORTSOCK_HELD_PROCESS;
		r->has &= ~PS_HAS_PARENT;
		r->expires = PS_NO_EXPIRY;
		return;
	}
	if (ps_record_is_timewait(r))
		drop_timewait_duplicate(store, r);
	if (ps_record_is_request(r))
		store->has_requests = true;

	r->held = ps_classify(r);
	/* With owners=no no file table was read: assume an owner. */
	if (r->held == PORTSOCK_HELD_INFLIGHT &&
	    ps_filter_has(store->filter, PS_KEY_OWNERS))
		r->held = PORTSOCK_HELD_PROCESS;

	if (r->held == PORTSOCK_HELD_NONE)
		r->no_row = PS_ROW_VANISHED;
	else if (is_hidden_inflight(r))
		r->no_row = PS_ROW_NOT_VISIBLE;
	else if (!ps_filter_wants_row(store->filter, r))
		r->no_row = PS_ROW_FILTERED;

	if (r->held != PORTSOCK_HELD_SYNRECV &&
	    r->held != PORTSOCK_HELD_ACCEPTQ &&
	    r->held != PORTSOCK_HELD_KERNEL)
		r->has &= ~PS_HAS_PARENT;
	if (r->held == PORTSOCK_HELD_PROCESS)
		r->expires = PS_NO_EXPIRY;
	if (!r->owners)	/* only an owner can read the other flags */
		r->flags &= PS_BIND_FLAGS;
	if (r->no_row)
		r->owners = 0;
}

static int cmp_owner_refs(const void *a, const void *b, const void *priv)
{
	const struct ps_owner_ref *x = a, *y = b;
	const struct ps_store *store = priv;
	const struct ps_owner_task *s, *t;

	s = ps_vec_at(&store->tasks, x->task);
	t = ps_vec_at(&store->tasks, y->task);
	if (s->pid != t->pid)
		return s->pid < t->pid ? -1 : 1;
	if (x->fd != y->fd)
		return x->fd < y->fd ? -1 : 1;
	return s->tid < t->tid ? -1 : s->tid > t->tid;
}

/*
 * Sort the owners of a record, and drop owners that occur twice: the file table
 * walk reads the table of a process again if the thread through which it was
 * read has exited (next_files()).  The walk goes by PID and fd, so most owners
 * are in order.  @spare has room for as many owners.
 */
static int sort_owners(struct ps_store *store, struct ps_record *r,
		       struct ps_owner_ref *spare)
{
	struct ps_owner_ref *refs = store->owner_refs + r->owners_at;
	u32 i, stop, kept = 1;
	int err;

	ps_for_each_resched(i, stop, 1, r->owners)
		if (cmp_owner_refs(&refs[i - 1], &refs[i], store) >= 0)
			goto unsorted;
	return 0;
unsorted:
	err = ps_merge_sort(refs, spare, r->owners, sizeof(*refs),
			    cmp_owner_refs, store);
	if (err)
		return err;
	ps_for_each_resched(i, stop, 1, r->owners)
		if (cmp_owner_refs(&refs[kept - 1], &refs[i], store))
			refs[kept++] = refs[i];
	store->nowners -= r->owners - kept;
	r->owners = kept;
	if (kept == 1) {
		r->owner = refs->task;
		r->fd = refs->fd;
	}
	return 0;
}

/*
 * Put the owners of each record with several together: a counting sort from the
 * last owner to the first.  r->owners_at, which ps_rows_make() has set behind
 * the last owner of the record, ends at the first.
 */
static int group_owners(struct ps_store *store)
{
	const struct ps_extra_owner *extra;
	u32 i = store->extra_owners.count, most = 0;
	struct ps_record *r, *end;
	struct ps_owner_ref *spare;
	int err = 0;

	if (!store->nowner_refs)
		return 0;
	store->owner_refs = kvmalloc_array(store->nowner_refs,
					   sizeof(*store->owner_refs), PS_GFP);
	if (!store->owner_refs)
		return -ENOMEM;
	while (i--) {
		ps_resched(i);
		extra = ps_vec_at(&store->extra_owners, i);
		r = extra->record;
		if (!r->no_row)
			store->owner_refs[--r->owners_at] = extra->ref;
	}

	ps_store_for_each(r, end, i, store)
		if (r->owners > 1)
			most = max(most, r->owners);
	spare = kvmalloc_array(most, sizeof(*spare), PS_GFP);
	if (!spare)
		return -ENOMEM;
	ps_store_for_each(r, end, i, store)
		if (r->owners > 1 && !err)
			err = sort_owners(store, r, spare);
	kvfree(spare);
	return err;
}

/*
 * Return true if @row is the child of a request.  A child in the accept queue
 * without a parent gets that of the request.
 *
 * The kernel copies a request's cookie when it creates the child, before it
 * adds the child to the table.  A request that got its cookie in between has
 * another cookie than its child, but in the view both are neighbours with the
 * same ends.
 */
static bool merge_into_child(const struct ps_store *store, u32 row,
			     const struct ps_record *request)
{
	struct ps_record *r;

	if (row >= store->nrows)	/* before the first, behind the last */
		return false;
	r = store->rows[row];
	if (!(r->observed & PS_OBS_FULL) || r->state == PORTSOCK_CLOSE ||
	    !ps_order_same_place(r, request))
		return false;
	if (r->held == PORTSOCK_HELD_ACCEPTQ)
		ps_record_keep_parent(r, request);
	return true;
}

/* Drop the rows of requests that have become sockets between two walks. */
static void drop_requests(struct ps_store *store)
{
	struct ps_record *r;
	u32 i, stop, kept = 0;

	ps_for_each_resched(i, stop, 0, store->nrows) {
		r = store->rows[i];
		if (ps_record_is_request(r) &&
		    (merge_into_child(store, kept - 1, r) ||
		     merge_into_child(store, i + 1, r)))
			continue;
		store->rows[kept++] = r;
	}
	store->nrows = kept;
}

/**
 * ps_rows_make() - Make the rows of the view from the records
 * @store: no record can be added or found afterwards
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM or -EINTR on a fatal signal.
 */
int ps_rows_make(struct ps_store *store)
{
	struct ps_record *r, *end;
	u32 i;
	int err;

	set_parents(store);
	err = ps_mptcp_link_subflows(store) ?: propagate_visibility(store);
	if (err)
		return err;
	ps_store_for_each(r, end, i, store) {
		classify_record(store, r);
		store->nowners += r->owners;
		if (likely(r->owners <= 1))
			continue;
		store->nowner_refs += r->owners;
		r->owners_at = store->nowner_refs;
	}
	err = group_owners(store);
	ps_store_drop_index(store);
	if (!err)
		err = ps_sort(store);
	if (!err && store->has_requests)
		drop_requests(store);
	return err;
}
