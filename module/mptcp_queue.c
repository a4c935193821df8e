// SPDX-License-Identifier: GPL-2.0
/*
 * MPTCP connections in accept queues.  The queue contains the first subflow;
 * accept() returns the MPTCP socket over it.  Neither refers to the other where
 * a module could read it, but both have the same ends.
 */
#include <linux/bsearch.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "format/order.h"
#include "gfp.h"
#include "mptcp_queue.h"
#include "sort.h"
#include "store.h"

static int cmp_subflows(const void *a, const void *b)
{
	const struct ps_record *const *x = a, *const *y = b;

	return ps_order_cmp_ends(*x, *y);
}

static int cmp_subflows_r(const void *a, const void *b, const void *unused)
{
	return cmp_subflows(a, b);
}

/**
 * ps_mptcp_link_subflows() - Join queued subflows with their MPTCP sockets
 * @store: all records are added, none is classified
 *
 * The parent of the MPTCP socket becomes the listener; the parent of the
 * subflow becomes the MPTCP socket.  A subflow without an MPTCP socket has no
 * parent.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM or -EINTR on a fatal signal.
 */
int ps_mptcp_link_subflows(struct ps_store *store)
{
	struct ps_record **subflows = NULL, **spare = NULL, **found, *subflow;
	struct ps_record *r, *end;
	u32 i, stop, count = 0;
	int err = -ENOMEM;

	if (!store->has_queued_subflows)
		return 0;
	ps_store_for_each(r, end, i, store)
		count += ps_record_is_queued_subflow(r);
	if (!count)
		return 0;
	subflows = kvmalloc_array(count, sizeof(*subflows), PS_GFP);
	spare = kvmalloc_array(count, sizeof(*spare), PS_GFP);
	if (!subflows || !spare)
		goto out;
	count = 0;
	ps_store_for_each(r, end, i, store)
		if (ps_record_is_queued_subflow(r))
			subflows[count++] = r;
	err = ps_merge_sort(subflows, spare, count, sizeof(*subflows),
			    cmp_subflows_r, NULL);
	if (err)
		goto out;

	ps_store_for_each(r, end, i, store) {
		if (r->proto != PORTSOCK_PROTO_MPTCP ||
		    !(r->has & PS_HAS_PORT))
			continue;
		found = bsearch(&r, subflows, count, sizeof(*subflows),
				cmp_subflows);
		if (!found || !ps_record_is_queued_subflow(*found))
			continue;
		subflow = *found;
		ps_record_keep_parent(r, subflow);
		subflow->parent = r->cookie;
		subflow->observed &= ~PS_OBS_QUEUED;
	}
	/* The listener of an MPTCP socket is not the parent of its subflow. */
	ps_for_each_resched(i, stop, 0, count)
		if (ps_record_is_queued_subflow(subflows[i]))
			subflows[i]->has &= ~PS_HAS_PARENT;
out:
	kvfree(spare);
	kvfree(subflows);
	return err;
}
