// SPDX-License-Identifier: GPL-2.0
/* Sockets that those at the port refer to. */
#include "why.h"

static const struct row *find_parent_of_blocker(void *from,
						const struct row *row)
{
	const struct why *w = from;
	const struct row *parent = rowset_find(&w->socks, row->record.parent);

	return parent ? parent : relations_parent(w->relations, row);
}

/* Return the row that PARENT names, or NULL. */
const struct row *why_parent(const struct why *w, const struct row *row)
{
	return row->record.has & PS_HAS_PARENT ?
		find_parent_of_blocker((void *)w, row) : NULL;
}

/**
 * why_subject() - Return the socket that stands for a socket at the port
 * @w: case
 * @row: socket
 *
 * Return: the MPTCP socket of a subflow, else @row.
 */
const struct row *why_subject(const struct why *w, const struct row *row)
{
	const struct row *parent = NULL;

	if (row->record.held == PORTSOCK_HELD_KERNEL)
		parent = why_parent(w, row);
	return parent ? parent : row;
}

/* Return the socket whose owners keep a socket, or NULL; see row_keeper(). */
const struct row *why_keeper(const struct why *w, const struct row *row)
{
	return row_keeper(row, find_parent_of_blocker, (void *)w);
}
