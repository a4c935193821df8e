// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "rowset.h"
#include "../util/error.h"

static void *copy(const void *from, size_t size)
{
	return size ? memcpy(xrealloc(NULL, size), from, size) : NULL;
}

/**
 * rowset_add() - keep a socket
 * @c: crowd
 * @row: socket at an IPv4 or IPv6 address; the source may use its memory again
 */
void rowset_add(struct rowset *c, const struct row *row)
{
	struct row *kept;

	if (c->count == c->size) {
		c->size = c->size ? 2 * c->size : 16;
		c->rows = xrealloc(c->rows, c->size * sizeof(*c->rows));
	}
	kept = &c->rows[c->count++];
	*kept = *row;
	kept->owners = copy(row->owners, row->count * sizeof(*row->owners));
	if (row->holder)
		kept->holder = copy(row->holder, row->holder_len);
}

static int by_age(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->record.inode > y->record.inode) -
		(x->record.inode < y->record.inode);
}

/**
 * rowset_sort() - put sockets in the order in which they were made
 * @c: crowd
 *
 * The numbers of inodes grow as they are given out, on each processor.
 */
void rowset_sort(struct rowset *c)
{
	if (c->count)
		qsort(c->rows, c->count, sizeof(*c->rows), by_age);
}

/**
 * rowset_find() - a socket by its cookie
 * @c: crowd
 * @cookie: cookie
 *
 * Return: the socket, NULL if it is not there.
 */
const struct row *rowset_find(const struct rowset *c, u64 cookie)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (c->rows[i].record.cookie == cookie)
			return &c->rows[i];
	return NULL;
}

/**
 * rowset_free() - let go of all sockets
 * @c: crowd
 */
void rowset_free(struct rowset *c)
{
	size_t i;

	for (i = 0; i < c->count; i++) {
		free(c->rows[i].owners);
		free((void *)c->rows[i].holder);
	}
	free(c->rows);
}
