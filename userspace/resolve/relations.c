// SPDX-License-Identifier: GPL-2.0
/*
 * A row may refer to a socket that the view does not contain, as the selection
 * leaves it out or it is at another port.  Such sockets are read from a second
 * snapshot, which is taken when the first of them is looked up.  A cookie is
 * never used again, so a socket of another snapshot is the same one.
 */
#include <string.h>

#include "../view/select_filter.h"
#include "../view/view.h"
#include "relations.h"

#define SET_MAX	(1U << 18)	/* rows; other users choose how many there are */

/**
 * relations_init() - Begin without any socket
 * @r: relations
 * @input: saved view, NULL: the kernel's
 * @seekable: the view can be read again; a pipe cannot
 * @netns: network namespace, as in struct selection
 */
void relations_init(struct relations *r, const char *input, bool seekable,
		    u64 netns)
{
	*r = (struct relations){
		.input = input,
		.netns = netns,
		/* The file offset of standard input is that of the view. */
		.available = seekable && !(input && !strcmp(input, "-")),
	};
}

/**
 * relations_renew() - Begin another snapshot, or free all memory
 * @r: relations; all sockets are dropped
 */
void relations_renew(struct relations *r)
{
	unsigned int i;

	for (i = 0; i < RELATIONS_NSETS; i++) {
		rowset_free(&r->sets[i]);
		r->has[i] = false;
	}
}

/* Read a set.  After an error message it contains the rows before the error. */
static void read_set(struct relations *r, enum relations_set id)
{
	struct selection sel = { .netns = r->netns };
	struct rowset *set = &r->sets[id];
	struct view v;

	if (id == RELATIONS_MPTCP)
		sel.protos = PROTO_BIT(MPTCP);
	else
		sel.states = 1U << PORTSOCK_LISTEN;
	r->has[id] = true;
	if (!view_open(&v, r->input)) {
		v.version_reported = true;	/* by the first view */
		if (!view_select(&v, &sel, true) && !view_begin(&v))
			while (set->count < SET_MAX && view_next(&v) > 0)
				if (selection_row(&sel, &v.row))
					rowset_add(set, &v.row);
	}
	view_close(&v);
	rowset_index(set);
}

static const struct row *find_parent(void *from, const struct row *row)
{
	const struct ps_record *record = &row->record;
	struct relations *r = from;
	enum relations_set id = RELATIONS_LISTENERS;

	if (record->proto == PORTSOCK_PROTO_MPTCP ||
	    record->held == PORTSOCK_HELD_KERNEL)
		id = RELATIONS_MPTCP;
	if (!r->has[id])
		read_set(r, id);
	return rowset_find(&r->sets[id], record->parent);
}

/**
 * relations_parent() - Look up the socket that PARENT names
 * @r: relations, or NULL
 * @row: row with a PARENT
 *
 * Return: its row, valid until relations_renew(); NULL if it is unknown.
 */
const struct row *relations_parent(struct relations *r, const struct row *row)
{
	return r && r->available ? find_parent(r, row) : NULL;
}

/**
 * relations_keeper() - Find the socket for the sake of which another one exists
 * @r: relations, or NULL
 * @row: row
 *
 * Return: as row_keeper(), valid until relations_renew().
 */
const struct row *relations_keeper(struct relations *r, const struct row *row)
{
	return r && r->available ? row_keeper(row, find_parent, r) : NULL;
}
