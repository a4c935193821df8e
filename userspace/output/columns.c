// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <strings.h>

#include "columns.h"
#include "../util/error.h"
#include "../../module/format/format.h"

_Static_assert(sizeof(((struct row_fields *)0)->text) >= PS_RECORD_MAX,
	       "a row as text is at most this long");

#define X(name) { #name, sizeof(#name) - 1 },
static const struct ps_name own_names[] = {
	OWN_COLUMNS(X)
};
#undef X

const struct column column_table[NCOLUMNS] = {
	[PORTSOCK_COL_PROTO] = { "protocol" },
	[PORTSOCK_COL_PORT] = { "local port", .number = true },
	[PORTSOCK_COL_STATE] = { "state of the socket" },
	[PORTSOCK_COL_LOCAL] = { "address or name on this side" },
	[PORTSOCK_COL_REMOTE] = { "address or name of the peer",
				  .optional = true },
	[PORTSOCK_COL_DEV] = { "interface it is bound to", .optional = true },
	[PORTSOCK_COL_RXQ] = { "bytes received and not read; listeners: "
			       "connections not accepted",
			       .number = true, .optional = true },
	[PORTSOCK_COL_TXQ] = { "bytes sent and not acknowledged; listeners: "
			       "backlog limit",
			       .number = true, .optional = true },
	[PORTSOCK_COL_UID] = { "user who made it", .number = true },
	[PORTSOCK_COL_INODE] = { "inode number, as in /proc/PID/fd",
				 .number = true },
	[PORTSOCK_COL_COOKIE] = { "SO_COOKIE, in hexadecimal",
				  .number = true },
	[PORTSOCK_COL_NETNS] = { "inode number of the network namespace",
				 .number = true, .optional = true },
	[PORTSOCK_COL_CGROUP] = { "cgroup v2 id in which it was made",
				  .number = true },
	[PORTSOCK_COL_FLAGS] = { "socket options that are set", .cut = 9 },
	[PORTSOCK_COL_HELD] = { "why it is there", .owners = true },
	[PORTSOCK_COL_PARENT] = { "cookie of the listener it came through",
				  .number = true, .optional = true },
	[PORTSOCK_COL_EXPIRES] = { "milliseconds until the kernel lets go of "
				   "it", .number = true },
	[PORTSOCK_COL_OWNERS] = { "processes that hold it, and their "
				  "descriptors", .cut = 20, .owners = true },
	[COL_SERVICE] = { "what the port is for, by /etc/services" },
	[COL_USER] = { "name of the user who made it" },
	[COL_CGPATH] = { "path of the cgroup in which it was made",
			    .cut = 20 },
	[COL_UNIT] = { "systemd unit in which it was made", .cut = 14 },
	[COL_CONTAINER] = { "container in which it was made: name or short "
			       "id" },
	[COL_COMMAND] = { "command line of the first process that holds it",
			     .cut = 20, .owners = true },
	[COL_NETNSNAME] = { "network namespace: name in /run/netns, or a "
			       "process in it" },
	[COL_LEAK] = { "who holds it and is not who made it, see --leaked",
			  .cut = 30, .owners = true },
};

/**
 * column_name() - what a column is called
 * @id: enum portsock_column or enum column_id
 *
 * Return: its name.
 */
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

static int find_column(const char *word, size_t len)
{
	unsigned int i;

	for (i = 0; i < NCOLUMNS; i++)
		if (column_name(i)->len == len &&
		    !strncasecmp(column_name(i)->text, word, len))
			return i;
	return error_print("there is no column '%.*s'; see portsock "
			"--list-columns", (int)len, word);
}

static bool is_in(const struct column_list *list, u8 column)
{
	return memchr(list->id, column, list->count);
}

/**
 * columns_choose() - columns by their names
 * @list: changed
 * @words: names with commas between them; a plus before the first of them
 *	adds them to what is in @list
 *
 * Return: 0, or -1 when there is no such column; that has been said then.
 */
int columns_choose(struct column_list *list, const char *words)
{
	bool add = *words == '+';

	if (!add)
		list->count = 0;
	for (words += add;;) {
		size_t len = strcspn(words, ",");
		int column = find_column(words, len);

		if (column < 0)
			return -1;
		if (list->count == COLUMNS_MAX)
			return error_print("more than %d columns; see portsock "
					"--help", COLUMNS_MAX);
		if (!add || !is_in(list, column))
			list->id[list->count++] = column;
		list->asked |= 1U << column;
		if (!words[len])
			return 0;
		words += len + 1;
	}
}

/**
 * columns_insert() - add a column before HELD, if it is not there
 * @list: changed; what suits the terminal's width may still leave it out
 * @id: column
 */
void columns_insert(struct column_list *list, u8 id)
{
	const u8 *held = memchr(list->id, PORTSOCK_COL_HELD, list->count);
	unsigned int at = held ? held - list->id : list->count;

	if (is_in(list, id) || list->count == COLUMNS_MAX)
		return;
	memmove(list->id + at + 1, list->id + at, list->count - at);
	list->id[at] = id;
	list->count++;
}

/**
 * columns_need_owners() - whether a column depends on who holds the socket
 * @list: columns that are shown
 *
 * Return: whether one does.
 */
bool columns_need_owners(const struct column_list *list)
{
	unsigned int i;

	for (i = 0; i < list->count; i++)
		if (column_table[list->id[i]].owners)
			return true;
	return false;
}

/**
 * columns_describe() - a line about each column
 * @t: where it goes
 */
void columns_describe(struct buf *t)
{
	unsigned int i, width;

	for (i = 0; i < NCOLUMNS; i++) {
		const struct ps_name *name = column_name(i);

		buf_put(t, name->text, name->len);
		for (width = name->len; width < 10; width++)
			buf_char(t, ' ');
		buf_put(t, column_table[i].help, strlen(column_table[i].help));
		buf_char(t, '\n');
	}
}

/**
 * columns_fields() - the columns of a row, as in the view
 * @f: result
 * @r: row
 *
 * They are made anew from what was understood, so that what a forged view
 * holds is escaped before it goes anywhere.
 */
void columns_fields(struct row_fields *f, const struct ps_record *r)
{
	const char *end = ps_format_record(f->text, r), *p = f->text;
	unsigned int i;

	for (i = 0; i < PORTSOCK_COL_OWNERS; i++) {
		const char *blank = memchr(p, ' ', end - p);

		f->start[i] = p;
		f->len[i] = blank - p;
		for (p = blank; p < end && *p == ' '; p++)
			;
	}
}

static void put_holder(struct buf *t, const struct row *row)
{
	char *p = buf_room(t, row->holder_len * 4 + 2);

	*p++ = '[';
	p = ps_put_escaped(p, row->holder, row->holder_len, PS_ESCAPE_COMM);
	*p++ = ']';
	buf_done(t, p);
}

/**
 * columns_owners() - the column OWNERS, as in the view
 * @t: where it goes
 * @row: row
 */
void columns_owners(struct buf *t, const struct row *row)
{
	size_t i;

	if (row->holder) {
		put_holder(t, row);
		return;
	}
	if (!row->count)
		buf_char(t, PORTSOCK_NONE[0]);
	for (i = 0; i < row->count; i++) {
		if (i)
			buf_char(t, ',');
		buf_done(t, ps_format_owner(buf_room(t, PS_OWNER_MAX),
						&row->owners[i]));
	}
}
