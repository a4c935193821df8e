// SPDX-License-Identifier: GPL-2.0
/* A socket that is in the way, in words. */
#include <stdarg.h>
#include <stdio.h>

#include "../output/columns.h"
#include "why.h"
#include "../../module/format/format.h"
#include "../../module/format/names.h"

#define OWNERS_MAX	3	/* that a person wants to read of */

/**
 * put_end_column() - an end of a socket, as in the view
 * @t: where it goes
 * @r: socket
 * @column: PORTSOCK_COL_LOCAL or PORTSOCK_COL_REMOTE
 */
void put_end_column(struct buf *t, const struct ps_record *r, u8 column)
{
	buf_done(t, column_put(buf_room(t, PS_RECORD_MAX), r, column));
}

static void say_comm(struct buf *t, const char *comm, size_t len)
{
	buf_done(t, ps_put_escaped(buf_room(t, 4 * len), comm, len,
				       PS_ESCAPE_COMM));
}

static void say_owners(struct buf *t, const struct row *row)
{
	size_t i;

	for (i = 0; i < row->count && i < OWNERS_MAX; i++) {
		const struct ps_owner *o = &row->owners[i];

		if (i)
			buf_printf(t, ", ");
		say_comm(t, o->comm, strnlen(o->comm, sizeof(o->comm)));
		buf_printf(t, " (pid %u, fd %u)", o->pid, o->fd);
	}
	if (i < row->count)
		buf_printf(t, " and %zu more", row->count - i);
}

static void say_kernel(struct buf *t, const struct row *row)
{
	buf_printf(t, "the kernel itself [");
	if (row->holder)
		say_comm(t, row->holder, row->holder_len);
	buf_printf(t, "]");
}

static void say_holder(struct buf *t, const struct row *row)
{
	switch (row->record.held) {
	case PORTSOCK_HELD_PROCESS:
		say_owners(t, row);
		return;
	case PORTSOCK_HELD_KERNEL:
		say_kernel(t, row);
		return;
	case PORTSOCK_HELD_TIMEWAIT:
		buf_printf(t, "a connection that was closed");
		return;
	case PORTSOCK_HELD_ACCEPTQ:
		buf_printf(t, "a connection that waits for accept()");
		return;
	case PORTSOCK_HELD_ORPHAN:
		buf_printf(t, "a connection that its process has closed");
		return;
	case PORTSOCK_HELD_HIDDEN:
		buf_printf(t, "a process of uid %u that you may not look into",
		       row->record.uid);
		return;
	default:
		buf_printf(t, "a socket without a process (in a message between two, or in io_uring)");
	}
}

/* An address that is not the one asked for is in the way for a reason. */
static const char *cover_of(const struct bind_request *b, const struct ps_record *r)
{
	bool theirs6 = r->local.form == PS_FORM_INET6 &&
		!addr_is_mapped(&r->local);
	bool ours6 = b->local.form == PS_FORM_INET6 &&
		!addr_is_mapped(&b->local);

	if (theirs6 && !ours6)
		return addr_is_any(&r->local) ?
			" (without IPV6_V6ONLY, so it covers IPv4)" :
			" (without IPV6_V6ONLY, so the IPv4 wildcard covers it)";
	if (ours6 && !theirs6)
		return " (which [::] without IPV6_V6ONLY covers)";
	if (addr_is_any(&r->local) && !addr_is_any(&b->local))
		return " (every address)";
	if (addr_is_any(&b->local) && !addr_is_any(&r->local))
		return " (which the wildcard covers)";
	return "";
}

static void say_place(struct buf *t, const struct bind_request *b,
		      const struct row *row)
{
	const struct ps_record *r = &row->record;

	buf_printf(t, " %s in %s on ", row->count > 1 ? "are" : "is",
	       ps_state_names[r->state].text);
	put_end_column(t, r, PORTSOCK_COL_LOCAL);
	if (r->dev[0]) {
		buf_printf(t, " of ");
		say_comm(t, r->dev, strlen(r->dev));
	}
	buf_printf(t, "%s", cover_of(b, r));
	if (r->remote.form == PS_FORM_INET || r->remote.form == PS_FORM_INET6) {
		buf_printf(t, " to ");
		put_end_column(t, r, PORTSOCK_COL_REMOTE);
	}
}

/*
 * The option that both sides need: SO_REUSEPORT beside a listener, and
 * SO_REUSEADDR beside anything else, unless one side has SO_REUSEPORT.
 */
static void say_option(struct buf *t, const struct bind_request *b,
		       const struct ps_record *r)
{
	u32 either = b->flags | r->flags, flag = PORTSOCK_FLAG(REUSEADDR);

	if (r->state == PORTSOCK_LISTEN || either & PORTSOCK_FLAG(REUSEPORT))
		flag = PORTSOCK_FLAG(REUSEPORT);
	buf_printf(t, " %s %s", r->flags & flag ? "with" : "without",
	       flag == PORTSOCK_FLAG(REUSEPORT) ? "SO_REUSEPORT" :
	       "SO_REUSEADDR");
	if (b->flags & r->flags & flag)
		buf_printf(t, ", but of uid %u, not %u", r->uid, b->uid);
	else if (r->flags & flag)
		buf_printf(t, ", but you ask without");
}

/**
 * seconds_up() - how long to wait
 * @ms: milliseconds
 *
 * Return: seconds after which they are over.
 */
int seconds_up(s32 ms)
{
	return ms / 1000 + (ms % 1000 > 0);
}

static void say_listener(struct buf *t, const struct bind_case *c,
			 const struct ps_record *r)
{
	const struct row *listener = NULL;

	if (r->has & PS_HAS_PARENT)
		listener = rowset_find(&c->crowd, r->parent);
	if (!listener || !listener->count)
		return;
	buf_printf(t, ", in the queue of ");
	say_owners(t, listener);
}

/**
 * put_socket() - who is in the way, where, and why
 * @t: where it goes, without a newline
 * @c: case
 * @row: one of its sockets, which is in the way
 */
void put_socket(struct buf *t, const struct bind_case *c,
		   const struct row *row)
{
	const struct ps_record *r = &row->record;

	say_holder(t, row);
	say_place(t, &c->bind, row);
	say_option(t, &c->bind, r);
	say_listener(t, c, r);
	if (r->expires != PS_NO_EXPIRY)
		buf_printf(t, ", ends in %d s", seconds_up(r->expires));
}
