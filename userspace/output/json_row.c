// SPDX-License-Identifier: GPL-2.0
/*
 * Rows as JSON: one object (-J), or one object a line (-j).  After an error the
 * object of -J stays incomplete: a part must not be taken for the whole.
 */
#include <ctype.h>
#include <stdlib.h>

#include "../util/error.h"
#include "../../module/format/names.h"
#include "json.h"
#include "output.h"

#define END_MAX		(JSON_ROOM * (PS_TEXT_MAX + 2))
#define SOCKET_MAX	4096	/* bytes of all columns but OWNERS */
#define OWNER_MAX	256

_Static_assert(2 * END_MAX + JSON_ROOM * PS_DEV_SIZE +
	       PORTSOCK_NFLAGS * sizeof(struct ps_name) +
	       PORTSOCK_NCOLUMNS * 32 < SOCKET_MAX, "room for any socket");

#define put_key(p, key)	ps_put_literal(p, ",\"" key "\":")

/* Write a word of the format, or null for "-". */
static char *put_word(char *p, const struct ps_name *name)
{
	if (name->text[0] == PORTSOCK_NONE[0])
		return ps_put_literal(p, "null");
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

static char *put_or_null(char *p, bool present, u64 value)
{
	return present ? ps_put_u64(p, value) : ps_put_literal(p, "null");
}

static char *put_interface(char *p, const struct ps_record *r)
{
	return json_put_bytes(p, r->dev, strlen(r->dev));
}

/* Write an end without its port, or null. */
static char *put_address(char *p, const struct ps_record *r,
		     const struct ps_end *end)
{
	const char *text = end->text;
	size_t len = end->len;

	if (end->form == PS_FORM_NONE || end->form == PS_FORM_ANY)
		return ps_put_literal(p, "null");
	*p++ = '"';
	switch ((enum ps_form)end->form) {
	case PS_FORM_INET:
		p = ps_put_ip4(p, end->ip);
		break;
	case PS_FORM_INET6:
		p = ps_put_ip6(p, end->ip);
		if (r->dev[0] && ps_ip6_needs_scope(end->ip)) {
			*p++ = '%';
			p = put_interface(p, r);
		}
		break;
	case PS_FORM_ABSTRACT:
		*p++ = '@';
		p = json_put_bytes(p, text, len);
		break;
	case PS_FORM_PATH:
		if (len && *text == '@') {	/* not an abstract name */
			p = ps_put_literal(p, "\\\\100");
			text++;
			len--;
		}
		p = json_put_bytes(p, text, len);
		break;
	case PS_FORM_NETLINK:
		p = ps_put_u32(p, end->num);
		*p++ = ':';
		p = ps_put_u32(p, end->id);
		break;
	case PS_FORM_PACKET:
		p = ps_put_hex16(p, end->num);
		*p++ = ':';
		if (r->dev[0])
			p = put_interface(p, r);
		else
			*p++ = '*';
		break;
	case PS_FORM_VSOCK:
		if (end->id == U32_MAX)		/* VMADDR_CID_ANY */
			*p++ = '*';
		else
			p = ps_put_u32(p, end->id);
		break;
	case PS_FORM_NONE:
	case PS_FORM_ANY:
		break;
	}
	*p++ = '"';
	return p;
}

/*
 * Write the members of a column of the view, each with a comma before it.
 * Inlined into the loop over the columns: its call costs as much as its body.
 */
static __always_inline char *put_column(char *p, const struct ps_record *r,
					unsigned int id)
{
	const struct ps_name *family = &ps_proto_families[r->proto];
	u32 flags = r->flags;

	switch (id) {
	case PORTSOCK_COL_PROTO:
		p = put_word(put_key(p, "proto"), &ps_proto_names[r->proto]);
		p = put_key(p, "family");
		if (family->len)
			return put_word(p, family);
		if (r->local.form == PS_FORM_INET)
			return ps_put_literal(p, "\"inet\"");
		if (r->local.form == PS_FORM_INET6)
			return ps_put_literal(p, "\"inet6\"");
		return ps_put_literal(p, "null");
	case PORTSOCK_COL_PORT:
		return put_or_null(put_key(p, "port"), r->has & PS_HAS_PORT,
				    r->port);
	case PORTSOCK_COL_STATE:
		return put_word(put_key(p, "state"),
				&ps_state_names[r->state]);
	case PORTSOCK_COL_LOCAL:
		return put_address(put_key(p, "local"), r, &r->local);
	case PORTSOCK_COL_REMOTE:
		p = put_address(put_key(p, "remote"), r, &r->remote);
		/* The number of a raw socket's end is a protocol. */
		return put_or_null(put_key(p, "rport"),
				    r->proto != PORTSOCK_PROTO_RAW &&
				    (r->remote.form == PS_FORM_INET ||
				     r->remote.form == PS_FORM_INET6 ||
				     r->remote.form == PS_FORM_VSOCK),
				    r->remote.num);
	case PORTSOCK_COL_DEV:
		p = put_key(p, "dev");
		if (!r->dev[0])
			return ps_put_literal(p, "null");
		*p++ = '"';
		p = put_interface(p, r);
		*p++ = '"';
		return p;
	case PORTSOCK_COL_RXQ:
		return put_or_null(put_key(p, "rxq"), r->has & PS_HAS_QUEUES,
				    r->rxq);
	case PORTSOCK_COL_TXQ:
		return put_or_null(put_key(p, "txq"), r->has & PS_HAS_QUEUES,
				    r->txq);
	case PORTSOCK_COL_UID:
		return put_or_null(put_key(p, "uid"), r->has & PS_HAS_UID,
				    r->uid);
	case PORTSOCK_COL_INODE:
		return ps_put_u64(put_key(p, "inode"), r->inode);
	case PORTSOCK_COL_COOKIE:
		return put_hex(put_key(p, "cookie"), r->cookie);
	case PORTSOCK_COL_NETNS:
		return ps_put_u32(put_key(p, "netns"), r->netns);
	case PORTSOCK_COL_CGROUP:
		return put_or_null(put_key(p, "cgroup"),
				    r->has & PS_HAS_CGROUP, r->cgroup);
	case PORTSOCK_COL_FLAGS:
		p = ps_put_literal(p, ",\"flags\":[");
		for (; flags; flags &= flags - 1) {
			p = put_word(p, &ps_flag_names[__builtin_ctz(flags)]);
			*p++ = ',';
		}
		p -= r->flags != 0;	/* the last comma */
		*p++ = ']';
		return p;
	case PORTSOCK_COL_HELD:
		return put_word(put_key(p, "held"), &ps_held_names[r->held]);
	case PORTSOCK_COL_PARENT:
		p = put_key(p, "parent");
		return r->has & PS_HAS_PARENT ? put_hex(p, r->parent) :
			ps_put_literal(p, "null");
	case PORTSOCK_COL_EXPIRES:
		return put_or_null(put_key(p, "expires"),
				    r->expires != PS_NO_EXPIRY, r->expires);
	case PORTSOCK_COL_TYPE:
		return put_word(put_key(p, "type"), &ps_type_names[r->type]);
	case PORTSOCK_COL_PEER:
		p = put_key(p, "peer");
		return r->has & PS_HAS_PEER ? put_hex(p, r->peer) :
			ps_put_literal(p, "null");
	case PORTSOCK_COL_DROPS:
		return put_or_null(put_key(p, "drops"), r->has & PS_HAS_DROPS,
				    r->drops);
	default:
		return p;
	}
}

/* Write the columns that are shown, from @id up to and without @end. */
static char *put_columns(char *p, const struct ps_record *r, u64 shown,
			 unsigned int id, unsigned int end)
{
	for (; id < end; id++)
		if (shown & COLUMN_BIT(id))
			p = put_column(p, r, id);
	return p;
}

/* Write NETNS to EXPIRES, usually those of the socket before. */
static char *put_tail(struct json_tail *tail, char *p,
		      const struct ps_record *r, u64 shown)
{
	const u8 has = PS_HAS_CGROUP | PS_HAS_PARENT;
	const struct ps_record *t = &tail->record;
	char *start = p;

	if (tail->len && shown == tail->shown && r->netns == t->netns &&
	    r->cgroup == t->cgroup && r->flags == t->flags &&
	    r->held == t->held && r->parent == t->parent &&
	    r->expires == t->expires && !((r->has ^ t->has) & has))
		return (char *)memcpy(p, tail->text, tail->len) + tail->len;
	p = put_columns(p, r, shown, PORTSOCK_COL_NETNS, PORTSOCK_COL_OWNERS);
	tail->len = (size_t)(p - start) <= sizeof(tail->text) ? p - start : 0;
	memcpy(tail->text, start, tail->len);
	tail->record = *r;
	tail->shown = shown;
	return p;
}

/*
 * Write the value of owners, whose key was written before.  Inlined: most
 * sockets have one owner or none.
 */
static __always_inline void put_owner_array(struct json *j,
					    const struct row *row)
{
	char *p = buf_room(j->text, OWNER_MAX);
	size_t i;

	*p++ = '[';
	for (i = 0; i < row->count; i++) {
		const struct ps_owner *o = &row->owners[i];

		if (i) {
			buf_done(j->text, p);
			p = buf_room(j->text, OWNER_MAX);
			*p++ = ',';
		}
		p = ps_put_u32(ps_put_literal(p, "{\"pid\":"), o->pid);
		p = ps_put_u32(put_key(p, "tid"), o->tid);
		p = ps_put_u32(put_key(p, "fd"), o->fd);
		p = ps_put_literal(p, ",\"comm\":\"");
		p = json_put_bytes(p, o->comm,
				   strnlen(o->comm, sizeof(o->comm)));
		p = ps_put_literal(p, "\"}");
	}
	buf_done(j->text, p);
	j->comma = false;
	if (row->holder) {
		json_open(j, '{');
		json_key(j, "kernel");
		json_bytes(j, row->holder, row->holder_len);
		json_close(j, '}');
	}
	json_close(j, ']');
}

/*
 * Write a column that the reader looks up: a string or null, and of PEER_OWNERS
 * an array, null or "?".
 */
static void put_own_column(struct json *j, const struct row *row, u8 id,
			   struct names *names)
{
	const struct ps_name *column = column_name(id);
	const struct row *peer = NULL;
	const char *name;
	char key[sizeof(column->text)];
	unsigned int i;

	for (i = 0; i < column->len; i++)
		key[i] = tolower((unsigned char)column->text[i]);
	json_word(j, key, column->len);
	buf_char(j->text, ':');
	j->comma = false;
	if (id == COL_PEER_OWNERS) {
		peer = output_peer(j->out, row, &name);
		if (!peer && *name == PORTSOCK_NONE[0])
			name = NULL;
	} else {
		name = names_column(names, id, row);
	}
	if (peer) {
		put_owner_array(j, peer);
	} else if (name) {
		json_bytes(j, name, strlen(name));
	} else {
		buf_put(j->text, "null", 4);
		j->comma = true;
	}
}

/**
 * json_socket() - Write a socket and its owners as an object
 * @j: JSON
 * @row: socket
 * @shown: columns, as bits
 * @names: names for the columns that the reader looks up
 */
void json_socket(struct json *j, const struct row *row, u64 shown,
		 struct names *names)
{
	const struct ps_record *r = &row->record;
	char *start, *p;
	unsigned int id;

	json_before(j);
	start = buf_room(j->text, SOCKET_MAX);
	p = put_columns(start, r, shown, 0, PORTSOCK_COL_NETNS);
	p = put_tail(&j->tail, p, r, shown);
	p = put_columns(p, r, shown, PORTSOCK_COL_TYPE, PORTSOCK_NCOLUMNS);
	if (shown & COLUMN_BIT(PORTSOCK_COL_OWNERS))
		p = put_key(p, "owners");	/* see put_owner_array() */
	*start = '{';		/* the comma of the first member */
	j->comma = p > start;
	buf_done(j->text, j->comma ? p : start + 1);
	if (shown & COLUMN_BIT(PORTSOCK_COL_OWNERS))
		put_owner_array(j, row);
	for (id = PORTSOCK_NCOLUMNS; id < NCOLUMNS &&
	     shown >> PORTSOCK_NCOLUMNS; id++)
		if (shown & COLUMN_BIT(id))
			put_own_column(j, row, id, names);
	json_close(j, '}');
}

/**
 * struct json_state - State of an output
 * @json: JSON being written
 * @shown: columns, as bits
 */
struct json_state {
	struct json json;
	u64 shown;
};

static int json_lines_begin(struct output *out)
{
	struct json_state *state = xrealloc(NULL, sizeof(*state));
	unsigned int i;

	memset(state, 0, sizeof(*state));
	state->json.text = &out->text;
	state->json.out = out;
	out->state = state;
	for (i = 0; i < out->columns->count; i++)
		state->shown |= COLUMN_BIT(out->columns->id[i]);
	return 0;
}

static int json_row(struct output *out, const struct row *row)
{
	struct json_state *state = out->state;

	json_socket(&state->json, row, state->shown, out->names);
	return 0;
}

static int json_lines_row(struct output *out, const struct row *row)
{
	struct json_state *state = out->state;

	json_row(out, row);
	buf_char(&out->text, '\n');
	state->json.comma = false;
	return 0;
}

static int json_begin(struct output *out)
{
	const struct ps_header *h = out->header;
	struct json *j;

	json_lines_begin(out);
	j = &((struct json_state *)out->state)->json;
	json_open(j, '{');
	json_key(j, PORTSOCK_MAGIC);
	json_u64(j, PORTSOCK_FORMAT);
	json_key(j, "netns");
	json_u64(j, h->netns);
	json_key(j, "pidns");
	json_u64(j, h->pidns);
	json_key(j, "at");
	json_u64(j, h->at);
	json_key(j, "took");
	json_u64(j, h->took);
	json_key(j, "sockets");
	json_open(j, '[');
	return 0;
}

static int json_end(struct output *out)
{
	struct json_state *state = out->state;

	json_close(&state->json, ']');
	json_close(&state->json, '}');
	buf_char(&out->text, '\n');
	return 0;
}

static void json_release(struct output *out)
{
	free(out->state);
}

const struct output_ops output_json = {
	.columns = &columns_all,
	.begin = json_begin,
	.row = json_row,
	.end = json_end,
	.release = json_release,
};

const struct output_ops output_jsonl = {
	.columns = &columns_all,
	.begin = json_lines_begin,
	.row = json_lines_row,
	.release = json_release,
};
