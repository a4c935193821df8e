// SPDX-License-Identifier: GPL-2.0
/* A socket as a JSON object: a function per column of the view. */
#include <string.h>

#include "json.h"

static void put_proto(struct ps_json *j, const struct ps_row *row)
{
	const struct ps_record *r = &row->record;
	const struct ps_name *family = &ps_proto_families[r->proto];

	ps_json_key(j, "proto");
	ps_json_name(j, &ps_proto_names[r->proto]);
	ps_json_key(j, "family");
	if (family->len)
		ps_json_name(j, family);
	else if (r->local.form == PS_FORM_INET)
		ps_json_word(j, "inet", 4);
	else if (r->local.form == PS_FORM_INET6)
		ps_json_word(j, "inet6", 5);
	else
		ps_json_null(j);
}

static void put_port(struct ps_json *j, const struct ps_row *row)
{
	ps_json_key(j, "port");
	ps_json_optional(j, row->record.has & PS_HAS_PORT, row->record.port);
}

static void put_state(struct ps_json *j, const struct ps_row *row)
{
	ps_json_key(j, "state");
	ps_json_name(j, &ps_state_names[row->record.state]);
}

static void put_local(struct ps_json *j, const struct ps_row *row)
{
	ps_json_key(j, "local");
	ps_json_end(j, &row->record, &row->record.local);
}

/* What stands behind a raw socket's peer is a protocol, no port. */
static bool has_rport(const struct ps_record *r)
{
	return r->proto != PORTSOCK_PROTO_RAW &&
		(r->remote.form == PS_FORM_INET ||
		 r->remote.form == PS_FORM_INET6 ||
		 r->remote.form == PS_FORM_VSOCK);
}

static void put_remote(struct ps_json *j, const struct ps_row *row)
{
	ps_json_key(j, "remote");
	ps_json_end(j, &row->record, &row->record.remote);
	ps_json_key(j, "rport");
	ps_json_optional(j, has_rport(&row->record), row->record.remote.num);
}

static void put_dev(struct ps_json *j, const struct ps_row *row)
{
	ps_json_key(j, "dev");
	if (row->record.dev[0])
		ps_json_bytes(j, row->record.dev, strlen(row->record.dev));
	else
		ps_json_null(j);
}

static void put_rxq(struct ps_json *j, const struct ps_row *row)
{
	ps_json_key(j, "rxq");
	ps_json_optional(j, row->record.has & PS_HAS_QUEUES, row->record.rxq);
}

static void put_txq(struct ps_json *j, const struct ps_row *row)
{
	ps_json_key(j, "txq");
	ps_json_optional(j, row->record.has & PS_HAS_QUEUES, row->record.txq);
}

static void put_uid(struct ps_json *j, const struct ps_row *row)
{
	ps_json_key(j, "uid");
	ps_json_optional(j, row->record.has & PS_HAS_UID, row->record.uid);
}

static void put_inode(struct ps_json *j, const struct ps_row *row)
{
	ps_json_key(j, "inode");
	ps_json_u64(j, row->record.inode);
}

static void put_cookie(struct ps_json *j, const struct ps_row *row)
{
	ps_json_key(j, "cookie");
	ps_json_hex(j, row->record.cookie);
}

static void put_netns(struct ps_json *j, const struct ps_row *row)
{
	ps_json_key(j, "netns");
	ps_json_u64(j, row->record.netns);
}

static void put_cgroup(struct ps_json *j, const struct ps_row *row)
{
	ps_json_key(j, "cgroup");
	ps_json_optional(j, row->record.has & PS_HAS_CGROUP, row->record.cgroup);
}

static void put_flags(struct ps_json *j, const struct ps_row *row)
{
	unsigned int bit;

	ps_json_key(j, "flags");
	ps_json_open(j, '[');
	for (bit = 0; bit < PORTSOCK_NFLAGS; bit++)
		if (row->record.flags & 1U << bit)
			ps_json_name(j, &ps_flag_names[bit]);
	ps_json_close(j, ']');
}

static void put_held(struct ps_json *j, const struct ps_row *row)
{
	ps_json_key(j, "held");
	ps_json_name(j, &ps_held_names[row->record.held]);
}

static void put_parent(struct ps_json *j, const struct ps_row *row)
{
	ps_json_key(j, "parent");
	if (row->record.has & PS_HAS_PARENT)
		ps_json_hex(j, row->record.parent);
	else
		ps_json_null(j);
}

static void put_expires(struct ps_json *j, const struct ps_row *row)
{
	ps_json_key(j, "expires");
	ps_json_optional(j, row->record.expires != PS_NO_EXPIRY,
		     row->record.expires);
}

static void put_owner(struct ps_json *j, const struct ps_owner *o)
{
	ps_json_open(j, '{');
	ps_json_key(j, "pid");
	ps_json_u64(j, o->pid);
	ps_json_key(j, "tid");
	ps_json_u64(j, o->tid);
	ps_json_key(j, "fd");
	ps_json_u64(j, o->fd);
	ps_json_key(j, "comm");
	ps_json_bytes(j, o->comm, strnlen(o->comm, sizeof(o->comm)));
	ps_json_close(j, '}');
}

static void put_owners(struct ps_json *j, const struct ps_row *row)
{
	size_t i;

	ps_json_key(j, "owners");
	ps_json_open(j, '[');
	if (row->holder) {
		ps_json_open(j, '{');
		ps_json_key(j, "kernel");
		ps_json_bytes(j, row->holder, row->holder_len);
		ps_json_close(j, '}');
	}
	for (i = 0; i < row->count; i++)
		put_owner(j, &row->owners[i]);
	ps_json_close(j, ']');
}

static void (*const members[PORTSOCK_NCOLUMNS])(struct ps_json *j,
						const struct ps_row *row) = {
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
	[PORTSOCK_COL_OWNERS] = put_owners,
};

/* A column that only the reader has is a string, if it is asked for. */
static void put_own(struct ps_json *j, const struct ps_row *row, u8 id,
		    struct ps_names *names)
{
	const struct ps_name *column = ps_column_name(id);
	const char *name = ps_names_column(names, id, row);
	char key[sizeof(column->text)];
	unsigned int i;

	for (i = 0; i < column->len; i++)
		key[i] = column->text[i] | 0x20;
	ps_json_word(j, key, column->len);
	ps_text_char(j->text, ':');
	j->comma = false;
	if (name)
		ps_json_bytes(j, name, strlen(name));
	else
		ps_json_null(j);
}

/**
 * ps_json_socket() - a socket and its owners
 * @j: JSON
 * @row: socket
 * @shown: columns to show, as bits
 * @names: what the view does not have
 */
void ps_json_socket(struct ps_json *j, const struct ps_row *row, u32 shown,
		    struct ps_names *names)
{
	unsigned int i;

	ps_json_open(j, '{');
	for (i = 0; i < PORTSOCK_NCOLUMNS; i++)
		if (shown & 1U << i)
			members[i](j, row);
	for (; i < PS_NCOLUMNS; i++)
		if (shown & 1U << i)
			put_own(j, row, i, names);
	ps_json_close(j, '}');
}
