// SPDX-License-Identifier: GPL-2.0
/*
 * MPTCP connections that nobody has accepted: what waits in a queue is the first
 * subflow, and what accept() will return is the MPTCP socket over it.  Neither
 * points at the other where a module could see it, but both have the same ends.
 */
#include <linux/bsearch.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "format/order.h"
#include "gfp.h"
#include "mptcp_queue.h"
#include "sort.h"
#include "store.h"

/* Compared by what they are of: records that wait as part of another. */
static int cmp_parts(const void *a, const void *b)
{
	const struct ps_record *const *x = a, *const *y = b;

	return ps_order_cmp_ends(*x, *y);
}

static int cmp_parts_r(const void *a, const void *b, const void *unused)
{
	return cmp_parts(a, b);
}

static u32 count_parts(const struct ps_store *store)
{
	struct ps_record *r, *end;
	u32 i, count = 0;

	ps_store_for_each(r, end, i, store)
		count += ps_record_is_queued_subflow(r);
	return count;
}

static void gather_parts(struct ps_store *store, struct ps_record **parts)
{
	struct ps_record *r, *end;
	u32 i, count = 0;

	ps_store_for_each(r, end, i, store)
		if (ps_record_is_queued_subflow(r))
			parts[count++] = r;
}

/* The whole gets the listener as its parent, and is the part's parent. */
static void join(struct ps_record *whole, struct ps_record **parts, u32 count)
{
	struct ps_record **found = bsearch(&whole, parts, count, sizeof(*parts),
					   cmp_parts);
	struct ps_record *part;

	if (!found || !ps_record_is_queued_subflow(*found))
		return;
	part = *found;
	ps_record_keep_parent(whole, part);
	part->parent = whole->cookie;
	part->evidence &= ~PS_EV_QUEUED;
}

static void join_all(struct ps_store *store, struct ps_record **parts,
		     u32 count)
{
	struct ps_record *r, *end;
	u32 i, stop;

	ps_store_for_each(r, end, i, store)
		if (r->proto == PORTSOCK_PROTO_MPTCP && r->has & PS_HAS_PORT)
			join(r, parts, count);
	/* What is left has no whole yet: another's listener is no parent. */
	ps_for_each_resched(i, stop, 0, count)
		if (ps_record_is_queued_subflow(parts[i]))
			parts[i]->has &= ~PS_HAS_PARENT;
}

/**
 * ps_mptcp_link_subflows() - say who waits for whom
 * @store: all is gathered, no row is made
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM or -EINTR on a fatal signal.
 */
int ps_mptcp_link_subflows(struct ps_store *store)
{
	u32 count = store->has_queued_subflows ? count_parts(store) : 0;
	struct ps_record **parts, **spare;
	int err = -ENOMEM;

	if (!count)
		return 0;
	parts = kvmalloc_array(count, sizeof(*parts), PS_GFP);
	spare = kvmalloc_array(count, sizeof(*spare), PS_GFP);
	if (parts && spare) {
		gather_parts(store, parts);
		err = ps_merge_sort(parts, spare, count, sizeof(*parts),
				    cmp_parts_r, NULL);
	}
	if (!err)
		join_all(store, parts, count);
	kvfree(spare);
	kvfree(parts);
	return err;
}
