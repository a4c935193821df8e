// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "cells.h"
#include "../../module/format/format.h"
#include "../../module/format/names.h"

/* "timewait 37s": how long it still stays belongs to why it is there. */
static void show_held(struct buf *t, const struct ps_record *r)
{
	const struct ps_name *name = &ps_held_names[r->held];

	buf_put(t, name->text, name->len);
	if (r->expires == PS_NO_EXPIRY)
		return;
	buf_char(t, ' ');
	buf_u64(t, ((u64)r->expires + 999) / 1000);
	buf_char(t, 's');
}

static void show_owner(struct buf *t, const struct ps_owner *o)
{
	char *p = buf_room(t, PS_OWNER_MAX);

	buf_done(t, ps_put_escaped(p, o->comm,
				       strnlen(o->comm, sizeof(o->comm)),
				       PS_ESCAPE_COMM));
	buf_char(t, '(');
	buf_u64(t, o->pid);
	if (o->tid != o->pid) {
		buf_char(t, ':');
		buf_u64(t, o->tid);
	}
	buf_word(t, ") fd ");
	buf_u64(t, o->fd);
}

/**
 * cell_owner() - a process and all its descriptors: "nginx(901) fd 6,7"
 * @t: where it goes
 * @row: socket
 * @i: the first of its owners that is not shown yet; moved on
 */
void cell_owner(struct buf *t, const struct row *row, size_t *i)
{
	const struct ps_owner *o = &row->owners[*i], *first = o;

	show_owner(t, o);
	for (++*i, o++; *i < row->count && o->pid == first->pid &&
	     o->tid == first->tid; ++*i, o++) {
		buf_char(t, ',');
		buf_u64(t, o->fd);
	}
}

static void show_owners(struct buf *t, const struct row *row)
{
	size_t i = 0;

	if (row->holder || !row->count)
		columns_owners(t, row);
	while (i < row->count) {
		if (i)
			buf_word(t, ", ");
		cell_owner(t, row, &i);
	}
}

/**
 * cell_name() - a name, as safe to look at as everything else
 * @t: where it goes
 * @name: any bytes; blanks stay what they are
 */
void cell_name(struct buf *t, const char *name)
{
	for (; *name; name++) {
		if (*name == ' ')
			buf_char(t, ' ');
		else
			buf_done(t, ps_put_escaped(buf_room(t, 4), name,
						       1, PS_ESCAPE_PATH));
	}
}

/* "mail.example.org:smtp": what has a name, the rest as it is. */
static bool show_end(struct buf *t, struct names *n, u8 proto,
		     const struct ps_end *end, const char *field, size_t len)
{
	const char *host = names_host(n, end), *service;
	const char *colon = memrchr(field, ':', len);

	if (end->form != PS_FORM_INET && end->form != PS_FORM_INET6)
		return false;
	service = proto == PORTSOCK_PROTO_RAW ? NULL :
		names_service(n, proto, end->num);
	if (host)
		cell_name(t, host);
	else
		buf_put(t, field, colon - field);
	if (!service) {
		buf_put(t, colon, field + len - colon);
		return true;
	}
	buf_char(t, ':');
	cell_name(t, service);
	return true;
}

/* What -r shows instead of a column's numbers. */
static const u8 resolved_by[NCOLUMNS] = {
	[PORTSOCK_COL_PORT] = COL_SERVICE,
	[PORTSOCK_COL_UID] = COL_USER,
	[PORTSOCK_COL_CGROUP] = COL_CGPATH,
};

/**
 * cell_is_resolved() - whether -r may show names in a column of numbers
 * @id: column
 *
 * Return: whether it may.
 */
bool cell_is_resolved(u8 id)
{
	return resolved_by[id];
}

/* With -r: whether a name was found for what stands in a column. */
static bool show_resolved(struct buf *t, struct names *n, u8 id,
			  const struct row *row, const struct row_fields *f)
{
	const struct ps_record *r = &row->record;
	const char *name;

	if (id == PORTSOCK_COL_LOCAL || id == PORTSOCK_COL_REMOTE)
		return show_end(t, n, r->proto, id == PORTSOCK_COL_LOCAL ?
				&r->local : &r->remote, f->start[id],
				f->len[id]);
	name = resolved_by[id] ?
		names_column(n, resolved_by[id], row) : NULL;
	if (name)
		cell_name(t, name);
	return name;
}

/**
 * cell_text() - what a person reads in a cell
 * @t: where it goes
 * @out: how it is shown
 * @id: column
 * @row: row
 * @f: its columns as the view has them, which most cells are
 */
void cell_text(struct buf *t, const struct output *out, u8 id,
		  const struct row *row, const struct row_fields *f)
{
	if (id >= PORTSOCK_NCOLUMNS) {
		const char *name = names_column(out->names, id, row);

		cell_name(t, name ? name : PORTSOCK_NONE);
	} else if (id == PORTSOCK_COL_OWNERS) {
		show_owners(t, row);
	} else if (id == PORTSOCK_COL_HELD) {
		show_held(t, &row->record);
	} else if (!out->resolve ||
		   !show_resolved(t, out->names, id, row, f)) {
		buf_put(t, f->start[id], f->len[id]);
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
 * cell_mark_color() - the colour of all of a row that is marked
 * @row: row
 *
 * Return: a terminal's sequence, or NULL.
 */
const char *cell_mark_color(const struct row *row)
{
	switch (row->mark) {
	case ROW_NEW:
		return BOLD GREEN;
	case ROW_CHANGED:
		return BOLD;
	case ROW_GONE:
		return DIM;
	default:
		return NULL;
	}
}

/**
 * cell_color() - the colour of a cell
 * @id: column
 * @row: row
 * @last_port: port of the row before, -1 if it had none
 *
 * Return: a terminal's sequence, or NULL.
 */
const char *cell_color(u8 id, const struct row *row, int last_port)
{
	const struct ps_record *r = &row->record;

	if (cell_mark_color(row))
		return cell_mark_color(row);
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
