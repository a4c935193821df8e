// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <strings.h>

#include "columns.h"
#include "../util/error.h"
#include "../../module/format/format.h"

#define X(name) { #name, sizeof(#name) - 1 },
static const struct ps_name own_names[] = {
	OWN_COLUMNS(X)
};
#undef X

const struct column column_table[NCOLUMNS] = {
	[PORTSOCK_COL_PROTO] = { .help = "protocol" },
	[PORTSOCK_COL_PORT] = { .help = "local port", .number = true },
	[PORTSOCK_COL_STATE] = { .help = "state of the socket" },
	[PORTSOCK_COL_LOCAL] = { .help = "local address and port, or name" },
	[PORTSOCK_COL_REMOTE] = { .help = "remote address and port, or name",
				  .optional = true },
	[PORTSOCK_COL_DEV] = { .help = "interface that the socket is bound to",
			       .optional = true },
	[PORTSOCK_COL_RXQ] = { .help = "bytes received and not read; of a "
				       "listener: accept queue",
			       .number = true, .optional = true },
	[PORTSOCK_COL_TXQ] = { .help = "bytes sent and not acknowledged; of a "
				       "listener: backlog limit",
			       .number = true, .optional = true },
	[PORTSOCK_COL_UID] = { .help = "user ID of the creator",
			       .number = true },
	[PORTSOCK_COL_INODE] = { .help = "inode number, as in /proc/PID/fd",
				 .number = true },
	[PORTSOCK_COL_COOKIE] = { .help = "SO_COOKIE in hexadecimal",
				  .number = true },
	[PORTSOCK_COL_NETNS] = { .help = "inode number of the network "
					 "namespace",
				 .number = true, .optional = true },
	[PORTSOCK_COL_CGROUP] = { .help = "cgroup v2 id at creation",
				  .number = true },
	[PORTSOCK_COL_FLAGS] = { .help = "socket options", .cut = 9 },
	[PORTSOCK_COL_HELD] = { .help = "reason why the socket exists",
				.owners = true },
	[PORTSOCK_COL_PARENT] = { .help = "cookie of the listener that the "
					  "connection came through",
				  .number = true, .optional = true },
	[PORTSOCK_COL_EXPIRES] = { .help = "milliseconds until the kernel "
					   "frees the socket",
				   .number = true },
	[PORTSOCK_COL_OWNERS] = { .help = "processes with a file descriptor of "
					  "the socket",
				  .cut = 20, .owners = true },
	[PORTSOCK_COL_TYPE] = { .help = "type of the socket where the protocol "
					"has several" },
	[PORTSOCK_COL_PEER] = { .help = "cookie of the socket at the other "
					"end",
				.number = true },
	[PORTSOCK_COL_DROPS] = { .help = "packets dropped; of a listener: "
					 "connections",
				 .number = true },
	[COL_SERVICE] = { .help = "service of the port in /etc/services" },
	[COL_USER] = { .help = "user name of the creator" },
	[COL_CGPATH] = { .help = "path of the owner's cgroup", .cut = 20,
			 .owners = true },
	[COL_UNIT] = { .help = "systemd unit of the owner", .cut = 14,
		       .owners = true },
	[COL_CONTAINER] = { .help = "container of the owner: name or short id",
			    .owners = true },
	[COL_MADE_CGPATH] = { .help = "path of CGROUP", .cut = 20 },
	[COL_MADE_UNIT] = { .help = "systemd unit of CGROUP", .cut = 14 },
	[COL_MADE_CONTAINER] = { .help = "container of CGROUP: name or short "
					 "id" },
	[COL_COMMAND] = { .help = "command line of the first owner",
			  .cut = 20, .owners = true },
	[COL_NETNSNAME] = { .help = "network namespace: name in /run/netns, or "
				    "a process in it" },
	[COL_RING] = { .help = "of a socket in flight: process whose io_uring "
			       "has it" },
	[COL_LEAK] = { .help = "owner in another service than made it",
		       .cut = 30, .owners = true },
	[COL_PEER_OWNERS] = { .help = "owners of the socket at the other end, "
				      "if it is on this machine", .cut = 20 },
};

/* Return the name of a column. */
const struct ps_name *column_name(u8 id)
{
	return id < PORTSOCK_NCOLUMNS ? &ps_column_names[id] :
		&own_names[id - PORTSOCK_NCOLUMNS];
}

const struct column_list columns_table = {
	.count = 12,
	.id = {
		PORTSOCK_COL_PROTO, PORTSOCK_COL_PORT, PORTSOCK_COL_STATE,
		PORTSOCK_COL_LOCAL, PORTSOCK_COL_REMOTE, PORTSOCK_COL_DEV,
		PORTSOCK_COL_NETNS, PORTSOCK_COL_RXQ, PORTSOCK_COL_TXQ,
		PORTSOCK_COL_UID, PORTSOCK_COL_HELD, PORTSOCK_COL_OWNERS,
	},
};

const struct column_list columns_tree = {
	.count = 6,
	.id = {
		PORTSOCK_COL_STATE, PORTSOCK_COL_DEV, PORTSOCK_COL_RXQ,
		PORTSOCK_COL_TXQ, PORTSOCK_COL_UID, PORTSOCK_COL_HELD,
	},
};

const struct column_list columns_all = {
	.count = PORTSOCK_NCOLUMNS,
	.id = {
#define X(name) PORTSOCK_COL_##name,
		PORTSOCK_COLUMNS(X)
#undef X
	},
};

static int column_find(const char *word, size_t len)
{
	unsigned int i;

	for (i = 0; i < NCOLUMNS; i++)
		if (column_name(i)->len == len &&
		    !strncasecmp(column_name(i)->text, word, len))
			return i;
	return error_print("no such column: '%.*s' (see portsock "
			   "--list-columns)",
			   (int)len, word);
}

static bool is_in(const struct column_list *list, u8 column)
{
	return memchr(list->id, column, list->count);
}

/**
 * columns_choose() - Choose columns by their names
 * @list: result; the columns shown without -o
 * @words: names separated by commas; after a plus they are added to @list
 *
 * Return: 0, or -1 after an error message.
 */
int columns_choose(struct column_list *list, const char *words)
{
	bool add = *words == '+';

	if (!add)
		list->count = 0;
	for (words += add;;) {
		size_t len = strcspn(words, ",");
		int column = column_find(words, len);

		if (column < 0)
			return -1;
		if (list->count == COLUMNS_MAX)
			return error_print("too many columns: expected at most "
					   "%d (see portsock --help)",
					   COLUMNS_MAX);
		if (!add || !is_in(list, column))
			list->id[list->count++] = column;
		list->chosen |= COLUMN_BIT(column);
		if (!words[len])
			return 0;
		words += len + 1;
	}
}

/* Add a column before HELD.  Unlike a chosen one it may be left out again. */
void columns_insert(struct column_list *list, u8 id)
{
	const u8 *held = memchr(list->id, PORTSOCK_COL_HELD, list->count);
	unsigned int at = held ? (unsigned int)(held - list->id) : list->count;

	if (is_in(list, id) || list->count == COLUMNS_MAX)
		return;
	memmove(list->id + at + 1, list->id + at, list->count - at);
	list->id[at] = id;
	list->count++;
}

/* Return true if a column depends on the owners. */
bool columns_need_owners(const struct column_list *list)
{
	unsigned int i;

	for (i = 0; i < list->count; i++)
		if (column_table[list->id[i]].owners)
			return true;
	return false;
}

/* Write a line about each column. */
void columns_describe(struct buf *t)
{
	unsigned int i, width;

	for (i = 0; i < NCOLUMNS; i++) {
		const struct ps_name *name = column_name(i);

		buf_put(t, name->text, name->len);
		for (width = name->len; width < sizeof(name->text); width++)
			buf_char(t, ' ');
		buf_put(t, column_table[i].help, strlen(column_table[i].help));
		buf_char(t, '\n');
	}
}

static char *put_or_none(char *p, bool present, u64 value)
{
	if (present)
		return ps_put_u64(p, value);
	*p++ = PORTSOCK_NONE[0];
	return p;
}

/* Copy the whole array: a constant length is cheaper than the real one. */
static char *put_column_name(char *p, const struct ps_name *name)
{
	memcpy(p, name->text, sizeof(name->text));
	return p + name->len;
}

/**
 * column_put() - Write a column as the view has it
 * @p: room for PS_RECORD_MAX bytes
 * @r: record; its values are escaped again, so a forged view can do no harm
 * @id: a column of the view but OWNERS
 *
 * Return: Pointer past the text.
 */
char *column_put(char *p, const struct ps_record *r, u8 id)
{
	static struct ps_row_cache_ip local, remote;	/* addresses repeat */

	switch (id) {
	case PORTSOCK_COL_PROTO:
		return put_column_name(p, &ps_proto_names[r->proto]);
	case PORTSOCK_COL_PORT:
		return put_or_none(p, r->has & PS_HAS_PORT, r->port);
	case PORTSOCK_COL_STATE:
		return put_column_name(p, &ps_state_names[r->state]);
	case PORTSOCK_COL_LOCAL:
		return ps_format_end(p, r, &r->local, &local);
	case PORTSOCK_COL_REMOTE:
		return ps_format_end(p, r, &r->remote, &remote);
	case PORTSOCK_COL_DEV:
		if (r->dev[0])
			return ps_put_escaped(p, r->dev, strlen(r->dev),
					      PS_ESCAPE_PATH);
		*p++ = PORTSOCK_NONE[0];
		return p;
	case PORTSOCK_COL_RXQ:
		return put_or_none(p, r->has & PS_HAS_QUEUES, r->rxq);
	case PORTSOCK_COL_TXQ:
		return put_or_none(p, r->has & PS_HAS_QUEUES, r->txq);
	case PORTSOCK_COL_UID:
		return put_or_none(p, r->has & PS_HAS_UID, r->uid);
	case PORTSOCK_COL_INODE:
		return ps_put_u64(p, r->inode);
	case PORTSOCK_COL_COOKIE:
		return ps_put_hex(p, r->cookie);
	case PORTSOCK_COL_NETNS:
		return ps_put_u32(p, r->netns);
	case PORTSOCK_COL_CGROUP:
		return put_or_none(p, r->has & PS_HAS_CGROUP, r->cgroup);
	case PORTSOCK_COL_FLAGS:
		return ps_format_flags(p, r->flags);
	case PORTSOCK_COL_HELD:
		return put_column_name(p, &ps_held_names[r->held]);
	case PORTSOCK_COL_PARENT:
		if (r->has & PS_HAS_PARENT)
			return ps_put_hex(p, r->parent);
		*p++ = PORTSOCK_NONE[0];
		return p;
	case PORTSOCK_COL_EXPIRES:
		return put_or_none(p, r->expires != PS_NO_EXPIRY, r->expires);
	case PORTSOCK_COL_TYPE:
		return put_column_name(p, &ps_type_names[r->type]);
	case PORTSOCK_COL_PEER:
		if (r->has & PS_HAS_PEER)
			return ps_put_hex(p, r->peer);
		*p++ = PORTSOCK_NONE[0];
		return p;
	case PORTSOCK_COL_DROPS:
		return put_or_none(p, r->has & PS_HAS_DROPS, r->drops);
	default:
		return p;
	}
}

/**
 * column_put_owners() - Write the column OWNERS as the view has it
 * @t: destination
 * @row: row
 */
void column_put_owners(struct buf *t, const struct row *row)
{
	size_t i;
	char *p;

	if (row->holder) {
		p = buf_room(t, row->holder_len * 4 + 2);
		*p++ = '[';
		p = ps_put_escaped(p, row->holder, row->holder_len,
				   PS_ESCAPE_COMM);
		*p++ = ']';
		buf_done(t, p);
		return;
	}
	if (!row->count)
		buf_char(t, PORTSOCK_NONE[0]);
	for (i = 0; i < row->count; i++) {
		p = buf_room(t, PS_OWNER_MAX);
		if (i)
			*p++ = ',';
		buf_done(t, ps_format_owner(p, &row->owners[i]));
	}
}
