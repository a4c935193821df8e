// SPDX-License-Identifier: GPL-2.0
/* A socket that is in the way, in words. */
#include <stdarg.h>
#include <stdio.h>

#include "columns.h"
#include "explain.h"
#include "../module/format/format.h"
#include "../module/format/names.h"

#define OWNERS_MAX	3	/* that a person wants to read of */

/**
 * ps_say() - put words
 * @t: where they go
 * @format: as of printf(); at most a few hundred bytes come of it
 */
void ps_say(struct ps_text *t, const char *format, ...)
{
	char words[512];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	if (len >= (int)sizeof(words))
		len = sizeof(words) - 1;
	if (len > 0)
		ps_text_put(t, words, len);
}

/**
 * ps_say_end() - an end of a socket, as in the view
 * @t: where it goes
 * @r: socket
 * @column: PORTSOCK_COL_LOCAL or PORTSOCK_COL_REMOTE
 */
void ps_say_end(struct ps_text *t, const struct ps_record *r, u8 column)
{
	struct ps_fields f;

	ps_columns_fields(&f, r);
	ps_text_put(t, f.start[column], f.len[column]);
}

static void say_comm(struct ps_text *t, const char *comm, size_t len)
{
	ps_text_done(t, ps_put_escaped(ps_text_room(t, 4 * len), comm, len,
				       PS_ESCAPE_COMM));
}

static void say_owners(struct ps_text *t, const struct ps_row *row)
{
	size_t i;

	for (i = 0; i < row->count && i < OWNERS_MAX; i++) {
		const struct ps_owner *o = &row->owners[i];

		if (i)
			ps_say(t, ", ");
		say_comm(t, o->comm, strnlen(o->comm, sizeof(o->comm)));
		ps_say(t, " (pid %u, fd %u)", o->pid, o->fd);
	}
	if (i < row->count)
		ps_say(t, " and %zu more", row->count - i);
}

static void say_kernel(struct ps_text *t, const struct ps_row *row)
{
	ps_say(t, "the kernel itself [");
	if (row->holder)
		say_comm(t, row->holder, row->holder_len);
	ps_say(t, "]");
}

static void say_holder(struct ps_text *t, const struct ps_row *row)
{
	switch (row->record.held) {
	case PORTSOCK_HELD_PROCESS:
		say_owners(t, row);
		return;
	case PORTSOCK_HELD_KERNEL:
		say_kernel(t, row);
		return;
	case PORTSOCK_HELD_TIMEWAIT:
		ps_say(t, "a connection that was closed");
		return;
	case PORTSOCK_HELD_ACCEPTQ:
		ps_say(t, "a connection that waits for accept()");
		return;
	case PORTSOCK_HELD_ORPHAN:
		ps_say(t, "a connection that its process has closed");
		return;
	case PORTSOCK_HELD_HIDDEN:
		ps_say(t, "a process of uid %u that you may not look into",
		       row->record.uid);
		return;
	default:
		ps_say(t, "a socket without a process (in a message between two, or in io_uring)");
	}
}

/* An address that is not the one asked for is in the way for a reason. */
static const char *cover_of(const struct ps_bind *b, const struct ps_record *r)
{
	bool theirs6 = r->local.form == PS_FORM_INET6 &&
		!ps_is_mapped(&r->local);
	bool ours6 = b->local.form == PS_FORM_INET6 &&
		!ps_is_mapped(&b->local);

	if (theirs6 && !ours6)
		return ps_is_any(&r->local) ?
			" (without IPV6_V6ONLY, so it covers IPv4)" :
			" (without IPV6_V6ONLY, so the IPv4 wildcard covers it)";
	if (ours6 && !theirs6)
		return " (which [::] without IPV6_V6ONLY covers)";
	if (ps_is_any(&r->local) && !ps_is_any(&b->local))
		return " (every address)";
	if (ps_is_any(&b->local) && !ps_is_any(&r->local))
		return " (which the wildcard covers)";
	return "";
}

static void say_place(struct ps_text *t, const struct ps_bind *b,
		      const struct ps_row *row)
{
	const struct ps_record *r = &row->record;

	ps_say(t, " %s in %s on ", row->count > 1 ? "are" : "is",
	       ps_state_names[r->state].text);
	ps_say_end(t, r, PORTSOCK_COL_LOCAL);
	if (r->dev[0]) {
		ps_say(t, " of ");
		say_comm(t, r->dev, strlen(r->dev));
	}
	ps_say(t, "%s", cover_of(b, r));
	if (r->remote.form == PS_FORM_INET || r->remote.form == PS_FORM_INET6) {
		ps_say(t, " to ");
		ps_say_end(t, r, PORTSOCK_COL_REMOTE);
	}
}

/*
 * The option that both sides need: SO_REUSEPORT beside a listener, and
 * SO_REUSEADDR beside anything else, unless one side has SO_REUSEPORT.
 */
static void say_option(struct ps_text *t, const struct ps_bind *b,
		       const struct ps_record *r)
{
	u32 either = b->flags | r->flags, flag = PORTSOCK_FLAG(REUSEADDR);

	if (r->state == PORTSOCK_LISTEN || either & PORTSOCK_FLAG(REUSEPORT))
		flag = PORTSOCK_FLAG(REUSEPORT);
	ps_say(t, " %s %s", r->flags & flag ? "with" : "without",
	       flag == PORTSOCK_FLAG(REUSEPORT) ? "SO_REUSEPORT" :
	       "SO_REUSEADDR");
	if (b->flags & r->flags & flag)
		ps_say(t, ", but of uid %u, not %u", r->uid, b->uid);
	else if (r->flags & flag)
		ps_say(t, ", but you ask without");
}

/**
 * ps_seconds() - how long to wait
 * @ms: milliseconds
 *
 * Return: seconds after which they are over.
 */
int ps_seconds(s32 ms)
{
	return ms / 1000 + (ms % 1000 > 0);
}

static void say_listener(struct ps_text *t, const struct ps_case *c,
			 const struct ps_record *r)
{
	const struct ps_row *listener = NULL;

	if (r->has & PS_HAS_PARENT)
		listener = ps_crowd_find(&c->crowd, r->parent);
	if (!listener || !listener->count)
		return;
	ps_say(t, ", in the queue of ");
	say_owners(t, listener);
}

/**
 * ps_say_socket() - who is in the way, where, and why
 * @t: where it goes, without a newline
 * @c: case
 * @row: one of its sockets, which is in the way
 */
void ps_say_socket(struct ps_text *t, const struct ps_case *c,
		   const struct ps_row *row)
{
	const struct ps_record *r = &row->record;

	say_holder(t, row);
	say_place(t, &c->bind, row);
	say_option(t, &c->bind, r);
	say_listener(t, c, r);
	if (r->expires != PS_NO_EXPIRY)
		ps_say(t, ", ends in %d s", ps_seconds(r->expires));
}
