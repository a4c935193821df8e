// SPDX-License-Identifier: GPL-2.0
/*
 * A socket as a JSON object: a function per column of the view.  Each has room
 * for whatever it may put, and puts a comma before it.
 */
#include <string.h>

#include "columns.h"
#include "json.h"
#include "../../module/format/names.h"
#include "../../module/format/put.h"

#define SOCKET_MAX	4096	/* bytes of all columns but owners */
#define OWNER_MAX	256

_Static_assert(2 * JSON_END_MAX + JSON_MOST * PS_DEV_SIZE +
	       PORTSOCK_NFLAGS * sizeof(struct ps_name) +
	       PORTSOCK_NCOLUMNS * 32 < SOCKET_MAX, "a socket is not longer");

#define put_key(p, key)	ps_put_literal(p, ",\"" key "\":")

static char *put_null(char *p)
{
	return ps_put_literal(p, "null");
}

/* A word of the format; null for its "-". */
static char *put_name(char *p, const struct ps_name *name)
{
	if (name->text[0] == PORTSOCK_NONE[0])
		return put_null(p);
	*p++ = '"';
	memcpy(p, name->text, sizeof(name->text));
	p += name->len;
	*p++ = '"';
	return p;
}

static char *put_hex(char *p, u64 value)
{
	*p++ = '"';
	p = ps_put_hex(p, value);
	*p++ = '"';
	return p;
}

static char *put_optional(char *p, bool there, u64 value)
{
	return there ? ps_put_u64(p, value) : put_null(p);
}

static char *put_proto(char *p, const struct ps_record *r)
{
	const struct ps_name *family = &ps_proto_families[r->proto];

	p = put_name(put_key(p, "proto"), &ps_proto_names[r->proto]);
	p = put_key(p, "family");
	if (family->len)
		return put_name(p, family);
	if (r->local.form == PS_FORM_INET)
		return ps_put_literal(p, "\"inet\"");
	if (r->local.form == PS_FORM_INET6)
		return ps_put_literal(p, "\"inet6\"");
	return put_null(p);
}

static char *put_port(char *p, const struct ps_record *r)
{
	return put_optional(put_key(p, "port"), r->has & PS_HAS_PORT, r->port);
}

static char *put_state(char *p, const struct ps_record *r)
{
	return put_name(put_key(p, "state"), &ps_state_names[r->state]);
}

static char *put_local(char *p, const struct ps_record *r)
{
	return json_put_end(put_key(p, "local"), r, &r->local);
}

/* What stands behind a raw socket's peer is a protocol, no port. */
static bool has_rport(const struct ps_record *r)
{
	return r->proto != PORTSOCK_PROTO_RAW &&
		(r->remote.form == PS_FORM_INET ||
		 r->remote.form == PS_FORM_INET6 ||
		 r->remote.form == PS_FORM_VSOCK);
}

static char *put_remote(char *p, const struct ps_record *r)
{
	p = json_put_end(put_key(p, "remote"), r, &r->remote);
	return put_optional(put_key(p, "rport"), has_rport(r), r->remote.num);
}

static char *put_dev(char *p, const struct ps_record *r)
{
	p = put_key(p, "dev");
	if (!r->dev[0])
		return put_null(p);
	*p++ = '"';
	p = json_put_bytes(p, r->dev, strlen(r->dev));
	*p++ = '"';
	return p;
}

static char *put_rxq(char *p, const struct ps_record *r)
{
	return put_optional(put_key(p, "rxq"), r->has & PS_HAS_QUEUES, r->rxq);
}

static char *put_txq(char *p, const struct ps_record *r)
{
	return put_optional(put_key(p, "txq"), r->has & PS_HAS_QUEUES, r->txq);
}

static char *put_uid(char *p, const struct ps_record *r)
{
	return put_optional(put_key(p, "uid"), r->has & PS_HAS_UID, r->uid);
}

static char *put_inode(char *p, const struct ps_record *r)
{
	return ps_put_u64(put_key(p, "inode"), r->inode);
}

static char *put_cookie(char *p, const struct ps_record *r)
{
	return put_hex(put_key(p, "cookie"), r->cookie);
}

static char *put_netns(char *p, const struct ps_record *r)
{
	return ps_put_u32(put_key(p, "netns"), r->netns);
}

static char *put_cgroup(char *p, const struct ps_record *r)
{
	return put_optional(put_key(p, "cgroup"), r->has & PS_HAS_CGROUP,
			    r->cgroup);
}

static char *put_flags(char *p, const struct ps_record *r)
{
	u32 left = r->flags;

	p = put_key(p, "flags");
	*p++ = '[';
	for (; left; left &= left - 1) {
		p = put_name(p, &ps_flag_names[__builtin_ctz(left)]);
		*p++ = ',';
	}
	p -= r->flags != 0;
	*p++ = ']';
	return p;
}

static char *put_held(char *p, const struct ps_record *r)
{
	return put_name(put_key(p, "held"), &ps_held_names[r->held]);
}

static char *put_parent(char *p, const struct ps_record *r)
{
	p = put_key(p, "parent");
	return r->has & PS_HAS_PARENT ? put_hex(p, r->parent) : put_null(p);
}

static char *put_expires(char *p, const struct ps_record *r)
{
	return put_optional(put_key(p, "expires"), r->expires != PS_NO_EXPIRY,
			    r->expires);
}

/* What follows is as long as it is. */
static char *put_owners_key(char *p, const struct ps_record *r)
{
	(void)r;
	return put_key(p, "owners");
}

static char *(*const members[PORTSOCK_NCOLUMNS])(char *p,
						 const struct ps_record *r) = {
	[PORTSOCK_COL_PROTO] = put_proto,
	[PORTSOCK_COL_PORT] = put_port,
	[PORTSOCK_COL_STATE] = put_state,
	[PORTSOCK_COL_LOCAL] = put_local,
	[PORTSOCK_COL_REMOTE] = put_remote,
	[PORTSOCK_COL_DEV] = put_dev,
	[PORTSOCK_COL_RXQ] = put_rxq,
	[PORTSOCK_COL_TXQ] = put_txq,
	[PORTSOCK_COL_UID] = put_uid,
	[PORTSOCK_COL_INODE] = put_inode,
	[PORTSOCK_COL_COOKIE] = put_cookie,
	[PORTSOCK_COL_NETNS] = put_netns,
	[PORTSOCK_COL_CGROUP] = put_cgroup,
	[PORTSOCK_COL_FLAGS] = put_flags,
	[PORTSOCK_COL_HELD] = put_held,
	[PORTSOCK_COL_PARENT] = put_parent,
	[PORTSOCK_COL_EXPIRES] = put_expires,
	[PORTSOCK_COL_OWNERS] = put_owners_key,
};

/* @before: what stands between it and what is before it. */
static void put_owner(struct json *j, char before, const struct ps_owner *o)
{
	char *p = buf_room(j->text, OWNER_MAX);

	*p++ = before;
	p = ps_put_u32(ps_put_literal(p, "{\"pid\":"), o->pid);
	p = ps_put_u32(put_key(p, "tid"), o->tid);
	p = ps_put_u32(put_key(p, "fd"), o->fd);
	p = ps_put_literal(p, ",\"comm\":\"");
	p = json_put_bytes(p, o->comm, strnlen(o->comm, sizeof(o->comm)));
	buf_done(j->text, ps_put_literal(p, "\"}"));
}

static void put_holder(struct json *j, const struct row *row)
{
	json_open(j, '[');
	if (row->holder) {
		json_open(j, '{');
		json_key(j, "kernel");
		json_bytes(j, row->holder, row->holder_len);
		json_close(j, '}');
	}
}

static void put_owners(struct json *j, const struct row *row)
{
	size_t i;

	if (!row->count)
		put_holder(j, row);
	for (i = 0; i < row->count; i++)
		put_owner(j, i ? ',' : '[', &row->owners[i]);
	json_close(j, ']');
}

/* From a column to the one before another. */
static char *put_columns(char *p, const struct ps_record *r, u32 shown,
			 unsigned int i, unsigned int end)
{
	for (; i < end; i++)
		if (shown & 1U << i)
			p = members[i](p, r);
	return p;
}

static bool is_same_tail(const struct json_tail *tail,
			 const struct ps_record *r, u32 shown)
{
	const u8 has = PS_HAS_CGROUP | PS_HAS_PARENT;
	const struct ps_record *t = &tail->record;

	return tail->len && shown == tail->shown && r->netns == t->netns &&
		r->cgroup == t->cgroup && r->flags == t->flags &&
		r->held == t->held && r->parent == t->parent &&
		r->expires == t->expires && !((r->has ^ t->has) & has);
}

/* NETNS to EXPIRES, which are put anew where they differ. */
static char *put_tail(struct json_tail *tail, char *p,
		      const struct ps_record *r, u32 shown)
{
	char *start = p;

	if (is_same_tail(tail, r, shown))
		return (char *)memcpy(p, tail->text, tail->len) + tail->len;
	p = put_columns(p, r, shown, PORTSOCK_COL_NETNS, PORTSOCK_COL_OWNERS);
	tail->len = (size_t)(p - start) <= sizeof(tail->text) ? p - start : 0;
	memcpy(tail->text, start, tail->len);
	tail->record = *r;
	tail->shown = shown;
	return p;
}

/* The columns of the view; the first of them has a brace for its comma. */
static void put_members(struct json *j, const struct row *row, u32 shown)
{
	char *start = buf_room(j->text, SOCKET_MAX), *p = start;
	const struct ps_record *r = &row->record;

	p = put_columns(p, r, shown, 0, PORTSOCK_COL_NETNS);
	p = put_tail(&j->tail, p, r, shown);
	p = put_columns(p, r, shown, PORTSOCK_COL_OWNERS, PORTSOCK_NCOLUMNS);
	*start = '{';
	j->comma = p > start;
	buf_done(j->text, j->comma ? p : start + 1);
	if (!(shown & 1U << PORTSOCK_COL_OWNERS))
		return;
	j->comma = false;
	put_owners(j, row);
}

/* A column that only the reader has is a string, if it is asked for. */
static void put_own(struct json *j, const struct row *row, u8 id,
		    struct names *names)
{
	const struct ps_name *column = column_name(id);
	const char *name = names_column(names, id, row);
	char key[sizeof(column->text)];
	unsigned int i;

	for (i = 0; i < column->len; i++)
		key[i] = column->text[i] | 0x20;
	json_word(j, key, column->len);
	buf_char(j->text, ':');
	j->comma = false;
	if (name)
		json_bytes(j, name, strlen(name));
	else
		json_null(j);
}

/**
 * json_socket() - a socket and its owners
 * @j: JSON
 * @row: socket
 * @shown: columns to show, as bits
 * @names: what the view does not have
 */
void json_socket(struct json *j, const struct row *row, u32 shown,
		    struct names *names)
{
	unsigned int i;

	json_before(j);
	put_members(j, row, shown);
	for (i = PORTSOCK_NCOLUMNS; i < NCOLUMNS; i++)
		if (shown & 1U << i)
			put_own(j, row, i, names);
	json_close(j, '}');
}
