// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "crowd.h"
#include "error.h"

static void *copy(const void *from, size_t size)
{
	return size ? memcpy(ps_realloc(NULL, size), from, size) : NULL;
}

/**
 * ps_crowd_add() - keep a socket
 * @c: crowd
 * @row: socket at an IPv4 or IPv6 address; the source may use its memory again
 */
void ps_crowd_add(struct ps_crowd *c, const struct ps_row *row)
{
	struct ps_row *kept;

	if (c->count == c->size) {
		c->size = c->size ? 2 * c->size : 16;
		c->rows = ps_realloc(c->rows, c->size * sizeof(*c->rows));
	}
	kept = &c->rows[c->count++];
	*kept = *row;
	kept->owners = copy(row->owners, row->count * sizeof(*row->owners));
	if (row->holder)
		kept->holder = copy(row->holder, row->holder_len);
}

static int by_age(const void *a, const void *b)
{
	const struct ps_row *x = a, *y = b;

	return (x->record.inode > y->record.inode) -
		(x->record.inode < y->record.inode);
}

/**
 * ps_crowd_sort() - put sockets in the order in which they were made
 * @c: crowd
 *
 * The numbers of inodes grow as they are given out, on each processor.
 */
void ps_crowd_sort(struct ps_crowd *c)
{
	if (c->count)
		qsort(c->rows, c->count, sizeof(*c->rows), by_age);
}

/**
 * ps_crowd_find() - a socket by its cookie
 * @c: crowd
 * @cookie: cookie
 *
 * Return: the socket, NULL if it is not there.
 */
const struct ps_row *ps_crowd_find(const struct ps_crowd *c, u64 cookie)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (c->rows[i].record.cookie == cookie)
			return &c->rows[i];
	return NULL;
}

/**
 * ps_crowd_free() - let go of all sockets
 * @c: crowd
 */
void ps_crowd_free(struct ps_crowd *c)
{
	size_t i;

	for (i = 0; i < c->count; i++) {
		free(c->rows[i].owners);
		free((void *)c->rows[i].holder);
	}
	free(c->rows);
}
