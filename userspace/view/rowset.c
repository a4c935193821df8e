// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "../util/error.h"
#include "rowset.h"

#define KEEPER_STEPS_MAX	3

/**
 * rowset_append() - Make room for one more row
 * @set: set
 *
 * Return: The last row, which the caller fills in; valid until the next call.
 */
struct row *rowset_append(struct rowset *set)
{
	if (set->count == set->size) {
		set->size = set->size ? 2 * set->size : 64;
		set->rows = xrealloc(set->rows,
				     set->size * sizeof(*set->rows));
	}
	return &set->rows[set->count++];
}

/**
 * rowset_add() - Copy a row into a set
 * @set: set
 * @row: row; the view may reuse its memory afterwards
 */
void rowset_add(struct rowset *set, const struct row *row)
{
	row_copy(rowset_append(set), row);
}

static int compare_inodes(const void *a, const void *b)
{
	u64 x = ((const struct row *)a)->record.inode;
	u64 y = ((const struct row *)b)->record.inode;

	return (x > y) - (x < y);
}

/**
 * rowset_sort_by_inode() - Sort rows by the age of their sockets
 * @set: set
 *
 * On each processor, inode numbers grow in the order of allocation.
 */
void rowset_sort_by_inode(struct rowset *set)
{
	if (set->count)
		qsort(set->rows, set->count, sizeof(*set->rows),
		      compare_inodes);
}

static int compare_row_cookies(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a;
	const struct row *y = *(const struct row *const *)b;

	if (x->record.cookie != y->record.cookie)
		return x->record.cookie < y->record.cookie ? -1 : 1;
	return (x > y) - (x < y);
}

/**
 * rowset_index() - Prepare a set for rowset_find()
 * @set: set, in which no row is moved or added afterwards
 *
 * Other users choose how many rows there are and how many refer to each other.
 */
void rowset_index(struct rowset *set)
{
	size_t i;

	set->by_cookie = xrealloc(set->by_cookie, (set->count + 1) *
				  sizeof(*set->by_cookie));
	for (i = 0; i < set->count; i++)
		set->by_cookie[i] = &set->rows[i];
	qsort(set->by_cookie, set->count, sizeof(*set->by_cookie),
	      compare_row_cookies);
}

/**
 * rowset_find() - Look up a row by the cookie of its socket
 * @set: set after rowset_index()
 * @cookie: SO_COOKIE
 *
 * Return: The first such row, or NULL.
 */
const struct row *rowset_find(const struct rowset *set, u64 cookie)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (set->by_cookie[middle]->record.cookie < cookie)
			low = middle + 1;
		else
			high = middle;
	}
	return low < set->count &&
		set->by_cookie[low]->record.cookie == cookie ?
		set->by_cookie[low] : NULL;
}

/**
 * row_keeper() - Find the socket for the sake of which another one exists
 * @row: row
 * @find: looks up the row of PARENT
 * @from: first argument of @find
 *
 * It is the MPTCP socket of a subflow, and the listener of a request and of a
 * socket in an accept queue.  One may lead to the next: a queued subflow, its
 * MPTCP socket, the listener.
 *
 * Return: @row if it has owners or no PARENT; NULL if a PARENT is unknown.
 */
const struct row *row_keeper(const struct row *row, parent_finder *find,
			     void *from)
{
	unsigned int steps;

	/* A forged view may have chains of any length, and cycles. */
	for (steps = 0; row && row->record.has & PS_HAS_PARENT &&
	     row->record.held != PORTSOCK_HELD_PROCESS; steps++)
		row = steps < KEEPER_STEPS_MAX ? find(from, row) : NULL;
	return row;
}

/**
 * rowset_free() - Free all rows of a set
 * @set: set, empty afterwards
 *
 * A row marked ROW_TAKEN has been moved to another set and is not freed.
 */
void rowset_free(struct rowset *set)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (set->rows[i].mark != ROW_TAKEN)
			row_free(&set->rows[i]);
	free(set->rows);
	free(set->by_cookie);
	*set = (struct rowset){ .rows = NULL };
}
