// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "cells.h"
#include "../module/format/format.h"
#include "../module/format/names.h"

/* "timewait 37s": how long it still stays belongs to why it is there. */
static void show_held(struct ps_text *t, const struct ps_record *r)
{
	const struct ps_name *name = &ps_held_names[r->held];

	ps_text_put(t, name->text, name->len);
	if (r->expires == PS_NO_EXPIRY)
		return;
	ps_text_char(t, ' ');
	ps_text_u64(t, ((u64)r->expires + 999) / 1000);
	ps_text_char(t, 's');
}

static void show_owner(struct ps_text *t, const struct ps_owner *o)
{
	char *p = ps_text_room(t, PS_OWNER_MAX);

	ps_text_done(t, ps_put_escaped(p, o->comm,
				       strnlen(o->comm, sizeof(o->comm)),
				       PS_ESCAPE_COMM));
	ps_text_char(t, '(');
	ps_text_u64(t, o->pid);
	if (o->tid != o->pid) {
		ps_text_char(t, ':');
		ps_text_u64(t, o->tid);
	}
	ps_text_word(t, ") fd ");
	ps_text_u64(t, o->fd);
}

/**
 * ps_cell_owner() - a process and all its descriptors: "nginx(901) fd 6,7"
 * @t: where it goes
 * @row: socket
 * @i: the first of its owners that is not shown yet; moved on
 */
void ps_cell_owner(struct ps_text *t, const struct ps_row *row, size_t *i)
{
	const struct ps_owner *o = &row->owners[*i], *first = o;

	show_owner(t, o);
	for (++*i, o++; *i < row->count && o->pid == first->pid &&
	     o->tid == first->tid; ++*i, o++) {
		ps_text_char(t, ',');
		ps_text_u64(t, o->fd);
	}
}

static void show_owners(struct ps_text *t, const struct ps_row *row)
{
	size_t i = 0;

	if (row->holder || !row->count)
		ps_columns_owners(t, row);
	while (i < row->count) {
		if (i)
			ps_text_word(t, ", ");
		ps_cell_owner(t, row, &i);
	}
}

/**
 * ps_cell_name() - a name, as safe to look at as everything else
 * @t: where it goes
 * @name: any bytes; blanks stay what they are
 */
void ps_cell_name(struct ps_text *t, const char *name)
{
	for (; *name; name++) {
		if (*name == ' ')
			ps_text_char(t, ' ');
		else
			ps_text_done(t, ps_put_escaped(ps_text_room(t, 4), name,
						       1, PS_ESCAPE_PATH));
	}
}

/* "mail.example.org:smtp": what has a name, the rest as it is. */
static bool show_end(struct ps_text *t, struct ps_names *n, u8 proto,
		     const struct ps_end *end, const char *field, size_t len)
{
	const char *host = ps_names_host(n, end), *service;
	const char *colon = memrchr(field, ':', len);

	if (end->form != PS_FORM_INET && end->form != PS_FORM_INET6)
		return false;
	service = proto == PORTSOCK_PROTO_RAW ? NULL :
		ps_names_service(n, proto, end->num);
	if (host)
		ps_cell_name(t, host);
	else
		ps_text_put(t, field, colon - field);
	if (!service) {
		ps_text_put(t, colon, field + len - colon);
		return true;
	}
	ps_text_char(t, ':');
	ps_cell_name(t, service);
	return true;
}

/* What -r shows instead of a column's numbers. */
static const u8 resolved_by[PS_NCOLUMNS] = {
	[PORTSOCK_COL_PORT] = PS_COL_SERVICE,
	[PORTSOCK_COL_UID] = PS_COL_USER,
	[PORTSOCK_COL_CGROUP] = PS_COL_CGPATH,
};

/**
 * ps_cell_is_resolved() - whether -r may show names in a column of numbers
 * @id: column
 *
 * Return: whether it may.
 */
bool ps_cell_is_resolved(u8 id)
{
	return resolved_by[id];
}

/* With -r: whether a name was found for what stands in a column. */
static bool show_resolved(struct ps_text *t, struct ps_names *n, u8 id,
			  const struct ps_row *row, const struct ps_fields *f)
{
	const struct ps_record *r = &row->record;
	const char *name;

	if (id == PORTSOCK_COL_LOCAL || id == PORTSOCK_COL_REMOTE)
		return show_end(t, n, r->proto, id == PORTSOCK_COL_LOCAL ?
				&r->local : &r->remote, f->start[id],
				f->len[id]);
	name = resolved_by[id] ?
		ps_names_column(n, resolved_by[id], row) : NULL;
	if (name)
		ps_cell_name(t, name);
	return name;
}

/**
 * ps_cell_text() - what a person reads in a cell
 * @t: where it goes
 * @out: how it is shown
 * @id: column
 * @row: row
 * @f: its columns as the view has them, which most cells are
 */
void ps_cell_text(struct ps_text *t, const struct ps_out *out, u8 id,
		  const struct ps_row *row, const struct ps_fields *f)
{
	if (id >= PORTSOCK_NCOLUMNS) {
		const char *name = ps_names_column(out->names, id, row);

		ps_cell_name(t, name ? name : PORTSOCK_NONE);
	} else if (id == PORTSOCK_COL_OWNERS) {
		show_owners(t, row);
	} else if (id == PORTSOCK_COL_HELD) {
		show_held(t, &row->record);
	} else if (!out->resolve ||
		   !show_resolved(t, out->names, id, row, f)) {
		ps_text_put(t, f->start[id], f->len[id]);
	}
}

/* The first row of a port stands out: one port's rows are one group. */
static const char *port_color(const struct ps_record *r, int last_port)
{
	if (!(r->has & PS_HAS_PORT))
		return NULL;
	return (int)r->port == last_port ? DIM : BOLD;
}

static const char *held_color(const struct ps_record *r)
{
	return r->held == PORTSOCK_HELD_PROCESS ? NULL : YELLOW;
}

/**
 * ps_cell_mark_color() - the colour of all of a row that is marked
 * @row: row
 *
 * Return: a terminal's sequence, or NULL.
 */
const char *ps_cell_mark_color(const struct ps_row *row)
{
	switch (row->mark) {
	case PS_MARK_NEW:
		return BOLD GREEN;
	case PS_MARK_CHANGED:
		return BOLD;
	case PS_MARK_GONE:
		return DIM;
	default:
		return NULL;
	}
}

/**
 * ps_cell_color() - the colour of a cell
 * @id: column
 * @row: row
 * @last_port: port of the row before, -1 if it had none
 *
 * Return: a terminal's sequence, or NULL.
 */
const char *ps_cell_color(u8 id, const struct ps_row *row, int last_port)
{
	const struct ps_record *r = &row->record;

	if (ps_cell_mark_color(row))
		return ps_cell_mark_color(row);
	switch (id) {
	case PORTSOCK_COL_PORT:
		return port_color(r, last_port);
	case PORTSOCK_COL_STATE:
		return r->state == PORTSOCK_LISTEN ? GREEN : NULL;
	case PORTSOCK_COL_HELD:
		return r->held == PORTSOCK_HELD_PROCESS ? DIM : YELLOW;
	case PORTSOCK_COL_OWNERS:
		return held_color(r);
	default:
		return NULL;
	}
}
