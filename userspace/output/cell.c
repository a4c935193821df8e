// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "../util/text.h"
#include "../../module/format/format.h"
#include "cell.h"

#define UNIX_NAME_MAX	40	/* columns; longer names are cut */
#define NULS_MIN	2	/* trailing NULs that are counted, not shown */

/* Columns of numbers and the columns that -r shows instead. */
static const u8 resolved_by[NCOLUMNS] = {
	[PORTSOCK_COL_PORT] = COL_SERVICE,
	[PORTSOCK_COL_UID] = COL_USER,
	[PORTSOCK_COL_CGROUP] = COL_MADE_CGPATH,
};

/* Return true if a column contains names: they are aligned to the left. */
bool cell_has_names(const struct output *out, u8 id)
{
	return !column_table[id].number || (out->resolve && resolved_by[id]);
}

/**
 * cell_is_dual_stack() - Return true if a socket is bound to both wildcards
 * @r: socket
 *
 * People get such a LOCAL as ss has it: "*:80", and "[::]:80" with IPV6_V6ONLY.
 */
bool cell_is_dual_stack(const struct ps_record *r)
{
	u64 half[2];

	memcpy(half, r->local.ip, sizeof(half));
	return r->local.form == PS_FORM_INET6 &&
		!(r->flags & PORTSOCK_FLAG(V6ONLY)) && !(half[0] | half[1]) &&
		/* Sockets of these do not receive IPv4 packets. */
		r->proto != PORTSOCK_PROTO_RAW &&
		r->proto != PORTSOCK_PROTO_PING;
}

/* Return true if the cells of a column are those of the view. */
bool cell_is_plain(const struct output *out, u8 id)
{
	switch (id) {
	case PORTSOCK_COL_LOCAL:
	case PORTSOCK_COL_REMOTE:
	case PORTSOCK_COL_DEV:
	case PORTSOCK_COL_HELD:
	case PORTSOCK_COL_OWNERS:
		return false;
	default:
		return id < PORTSOCK_NCOLUMNS &&
			!(out->resolve && resolved_by[id]);
	}
}

/* Write a name that may contain any bytes. */
void cell_put_name(struct buf *t, const char *name)
{
	size_t len = strlen(name);

	buf_done(t, text_put(buf_room(t, len * TEXT_ROOM), name, len));
}

/* Write the name of a unix socket: "/run/x", "@abns\000*98". */
static void put_unix_name(struct buf *t, const struct output *out,
			  const struct ps_end *end)
{
	size_t start = t->len, len = end->len, nuls = 0, kept;

	if (end->form == PS_FORM_ABSTRACT)
		buf_char(t, '@');
	/* A program that pads sun_path binds to all 107 bytes. */
	while (nuls < len && !end->text[len - 1 - nuls])
		nuls++;
	if (nuls < NULS_MIN)
		nuls = 0;
	buf_done(t, text_put(buf_room(t, len * TEXT_ROOM), end->text,
			     len - nuls));
	if (nuls)
		buf_printf(t, "\\000*%zu", nuls);
	if (out->names_whole ||
	    text_width(t->data + start, t->len - start) <= UNIX_NAME_MAX)
		return;
	kept = text_fit(t->data + start, t->len - start, UNIX_NAME_MAX - 1);
	t->len = start + kept;
	buf_char(t, '+');
}

/* Write an end with the name of its host or service, if they have names. */
static void put_resolved_end(struct buf *t, const struct output *out,
			     const struct ps_record *r,
			     const struct ps_end *end, u8 id)
{
	const char *host = names_host(out->names, end), *service = NULL;
	size_t start = t->len;
	const char *colon;

	/* The number of a raw socket's end is a protocol, not a port. */
	if (r->proto != PORTSOCK_PROTO_RAW)
		service = names_service(out->names, r->proto, end->num);
	if (service && !strcmp(service, NAME_UNKNOWN))
		service = NULL;
	buf_done(t, column_put(buf_room(t, PS_RECORD_MAX), r, id));
	if (!host && !service)
		return;
	colon = memrchr(t->data + start, ':', t->len - start);
	t->len = host ? start : (size_t)(colon - t->data);
	if (host)
		cell_put_name(t, host);
	buf_char(t, ':');
	if (service)
		cell_put_name(t, service);
	else
		buf_u64(t, end->num);
}

/*
 * Write LOCAL of a socket that is bound to both wildcards.  Not inlined: the
 * other cells have the registers for themselves.
 */
static __attribute__((noinline)) void
put_dual_stack(struct buf *t, const struct output *out,
	       const struct ps_record *r)
{
	const char *service = out->resolve ?
		names_service(out->names, r->proto, r->local.num) : NULL;

	buf_put(t, "*:", 2);
	if (service && strcmp(service, NAME_UNKNOWN))
		cell_put_name(t, service);
	else
		buf_u64(t, r->local.num);
}

/**
 * cell_put_owner() - Write a process and all its descriptors of a socket
 * @t: destination: "nginx(901) fd 6,7"
 * @row: socket
 * @i: index of an owner, moved past the descriptors of its process or thread
 */
void cell_put_owner(struct buf *t, const struct row *row, size_t *i)
{
	const struct ps_owner *o = &row->owners[*i], *first = o;
	char *p = buf_room(t, PS_OWNER_MAX);

	p = text_put(p, o->comm, strnlen(o->comm, sizeof(o->comm)));
	*p++ = '(';
	p = ps_put_u32(p, o->pid);
	if (o->tid != o->pid) {
		*p++ = ':';
		p = ps_put_u32(p, o->tid);
	}
	p = ps_put_literal(p, ") fd ");
	buf_done(t, ps_put_u32(p, o->fd));
	for (++*i, o++; *i < row->count && o->pid == first->pid &&
	     o->tid == first->tid; ++*i, o++) {
		buf_char(t, ',');
		buf_u64(t, o->fd);
	}
}

/* Write the owners at the other end, as a cell of OWNERS has them. */
static __attribute__((noinline)) void
put_peer_owners(struct buf *t, const struct output *out, const struct row *row)
{
	const char *none;
	const struct row *peer = output_peer(out, row, &none);

	if (peer)
		cell_put(t, out, PORTSOCK_COL_OWNERS, peer);
	else
		buf_word(t, none);
}

/**
 * cell_put() - Write the text of a cell
 * @t: destination
 * @out: output
 * @id: column
 * @row: row
 */
void cell_put(struct buf *t, const struct output *out, u8 id,
	      const struct row *row)
{
	const struct ps_record *r = &row->record;
	const struct ps_end *end;
	const char *name;
	size_t i = 0;

	switch (id) {
	case PORTSOCK_COL_LOCAL:
	case PORTSOCK_COL_REMOTE:
		end = id == PORTSOCK_COL_LOCAL ? &r->local : &r->remote;
		if (end->form == PS_FORM_PATH || end->form == PS_FORM_ABSTRACT)
			put_unix_name(t, out, end);
		else if (id == PORTSOCK_COL_LOCAL && cell_is_dual_stack(r))
			put_dual_stack(t, out, r);
		else if (out->resolve && (end->form == PS_FORM_INET ||
					  end->form == PS_FORM_INET6))
			put_resolved_end(t, out, r, end, id);
		else
			break;
		return;
	case PORTSOCK_COL_DEV:
		if (r->dev[0])
			cell_put_name(t, r->dev);
		else
			buf_char(t, PORTSOCK_NONE[0]);
		return;
	case PORTSOCK_COL_HELD:
		buf_put(t, ps_held_names[r->held].text,
			ps_held_names[r->held].len);
		if (r->expires != PS_NO_EXPIRY)
			buf_printf(t, " %us",
				   (unsigned int)(((u64)r->expires + 999) /
						  1000));
		return;
	case PORTSOCK_COL_OWNERS:
		if (row->holder || !row->count)
			column_put_owners(t, row);
		while (i < row->count) {
			if (i)
				buf_put(t, ", ", 2);
			else if (row->holder)
				buf_char(t, ' ');
			cell_put_owner(t, row, &i);
		}
		return;
	}
	if (id == COL_PEER_OWNERS) {
		put_peer_owners(t, out, row);
		return;
	}
	if (id >= PORTSOCK_NCOLUMNS || (out->resolve && resolved_by[id])) {
		name = names_column(out->names, id >= PORTSOCK_NCOLUMNS ? id :
				    resolved_by[id], row);
		/* With -r the number says more than "?". */
		if (name && id < PORTSOCK_NCOLUMNS &&
		    !strcmp(name, NAME_UNKNOWN))
			name = NULL;
		if (name || id >= PORTSOCK_NCOLUMNS) {
			cell_put_name(t, name ? name : PORTSOCK_NONE);
			return;
		}
	}
	buf_done(t, column_put(buf_room(t, PS_RECORD_MAX), r, id));
}
