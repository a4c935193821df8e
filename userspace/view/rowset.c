// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "../util/error.h"
#include "rowset.h"

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

/**
 * rowset_find() - Look up a row by the cookie of its socket
 * @set: set
 * @cookie: SO_COOKIE
 *
 * Return: The first such row, or NULL.
 */
const struct row *rowset_find(const struct rowset *set, u64 cookie)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (set->rows[i].record.cookie == cookie)
			return &set->rows[i];
	return NULL;
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
	*set = (struct rowset){ .rows = NULL };
}
