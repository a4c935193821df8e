// SPDX-License-Identifier: GPL-2.0
/* Print the result of a bind(), as text and as JSON. */
#include <string.h>
#include <unistd.h>

#include "../output/json.h"
#include "../util/error.h"
#include "../util/text.h"
#include "why.h"
#include "../../module/format/names.h"

#define SOCKETS_MAX	10	/* lines of text */
#define OWNERS_MAX	3	/* in one line   */

/**
 * print_clause() - Append formatted text, after a semicolon unless it is first
 * @t: text
 * @format: as for printf()
 */
void print_clause(struct buf *t, const char *format, ...)
{
	va_list args;

	if (t->len)
		buf_word(t, "; ");
	va_start(args, format);
	buf_vprintf(t, format, args);
	va_end(args);
}

/**
 * print_name() - Append a name as people read it
 * @t: text
 * @name: bytes, which a user may have chosen
 * @size: number of bytes, unless a NUL ends them
 */
void print_name(struct buf *t, const char *name, size_t size)
{
	size_t len = strnlen(name, size);

	buf_done(t, text_put(buf_room(t, len * TEXT_ROOM), name, len));
}

/**
 * print_with_name() - Append text and a name with control characters escaped
 * @t: text
 * @before: text before the name
 * @name: name
 */
void print_with_name(struct buf *t, const char *before, const char *name)
{
	buf_word(t, before);
	print_name(t, name, strlen(name));
}

/**
 * print_address() - Append an address as in the view
 * @t: text
 * @end: of the form PS_FORM_INET or PS_FORM_INET6
 * @dev: interface, shown as the scope of a link-local address
 */
void print_address(struct buf *t, const struct ps_end *end, const char *dev)
{
	if (end->form != PS_FORM_INET6) {
		buf_done(t, ps_put_ip4(buf_room(t, PS_IP4_ROOM), end->ip));
		return;
	}
	buf_char(t, '[');
	buf_done(t, ps_put_ip6(buf_room(t, PS_IP6_ROOM), end->ip));
	if (*dev && ps_ip6_needs_scope(end->ip)) {
		buf_char(t, '%');
		print_name(t, dev, PS_DEV_SIZE);
	}
	buf_char(t, ']');
}

/**
 * print_end() - Append an address and its port as in the view
 * @t: text
 * @end: of the form PS_FORM_INET or PS_FORM_INET6
 * @dev: interface, shown as the scope of a link-local address
 */
void print_end(struct buf *t, const struct ps_end *end, const char *dev)
{
	print_address(t, end, dev);
	buf_char(t, ':');
	buf_u64(t, end->num);
}

static void put_owners(struct buf *t, const struct row *row)
{
	size_t i;

	for (i = 0; i < row->count && i < OWNERS_MAX; i++) {
		const struct ps_owner *o = &row->owners[i];

		if (i)
			buf_word(t, ", ");
		print_name(t, o->comm, sizeof(o->comm));
		buf_printf(t, " (pid %u, fd %u)", o->pid, o->fd);
	}
	if (i < row->count)
		buf_printf(t, " and %zu more", row->count - i);
}

/* Append the listener of a socket in an accept queue, if it is known. */
static void put_listener(struct buf *t, const struct why *w,
			 const struct row *row)
{
	const struct row *parent = why_parent(w, row);
	const struct row *keeper = why_keeper(w, row);
	const struct ps_record *r;

	if (parent && parent->record.port != row->record.port) {
		r = &parent->record;
		buf_word(t, " of the listener on ");
		print_end(t, &r->local, r->dev);
	}
	if (keeper && keeper->count) {
		buf_word(t, " of ");
		put_owners(t, keeper);
	}
}

/**
 * print_subject() - Append the owners of a socket, or why it has none
 * @t: text
 * @w: case; @w->socks is indexed
 * @row: the socket
 */
void print_subject(struct buf *t, const struct why *w, const struct row *row)
{
	const struct ps_record *r = &row->record;
	const char *over = r->proto == PORTSOCK_PROTO_MPTCP ?
		" over MPTCP" : "";

	switch (r->held) {
	case PORTSOCK_HELD_PROCESS:
		put_owners(t, row);
		buf_word(t, over);
		break;
	case PORTSOCK_HELD_KERNEL:
		buf_word(t, "the kernel");
		if (row->holder) {
			buf_word(t, " [");
			print_name(t, row->holder, row->holder_len);
			buf_char(t, ']');
		}
		break;
	case PORTSOCK_HELD_TIMEWAIT:
		buf_word(t, "a closed connection");
		break;
	case PORTSOCK_HELD_ACCEPTQ:
		buf_printf(t, "a connection%s in the accept queue", over);
		put_listener(t, w, row);
		break;
	case PORTSOCK_HELD_ORPHAN:
		buf_word(t, "a connection closed by its process");
		break;
	case PORTSOCK_HELD_HIDDEN:
		buf_printf(t, "a hidden process%s (socket of uid %u)", over,
			   r->uid);
		break;
	default:
		buf_word(t, "a socket without owner (in a message, in io_uring "
			 "or kept by a kernel driver)");
	}
}

/* Return why two different addresses match, or "". */
static const char *match_reason(const struct bind_request *b,
				const struct ps_record *r)
{
	bool sock6 = !addr_is_ip4(&r->local), bind6 = !addr_is_ip4(&b->local);

	if (sock6 && !bind6)
		return addr_is_any(&r->local) ?
			" (without IPV6_V6ONLY, so it covers IPv4)" :
			" (without IPV6_V6ONLY, so the IPv4 wildcard covers it)";
	if (bind6 && !sock6)
		return " (which [::] without IPV6_V6ONLY covers)";
	if (addr_is_any(&r->local) && !addr_is_any(&b->local))
		return " (every address)";
	if (addr_is_any(&b->local) && !addr_is_any(&r->local))
		return " (which the wildcard covers)";
	return "";
}

/* Append the option that both sockets need, and which of them lacks it. */
static void put_option(struct buf *t, const struct bind_request *b,
		       const struct ps_record *r)
{
	u32 flag = PORTSOCK_FLAG(REUSEADDR);

	/*
	 * The option that both sockets need: SO_REUSEPORT beside a listener,
	 * and SO_REUSEADDR beside others, unless one has SO_REUSEPORT.
	 */
	if (r->state == PORTSOCK_LISTEN ||
	    (b->flags | r->flags) & PORTSOCK_FLAG(REUSEPORT))
		flag = PORTSOCK_FLAG(REUSEPORT);
	buf_printf(t, " %s %s", r->flags & flag ? "with" : "without",
		   flag == PORTSOCK_FLAG(REUSEPORT) ? "SO_REUSEPORT" :
		   "SO_REUSEADDR");
	if (b->flags & r->flags & flag)
		buf_printf(t, ", but its uid is %u, not %u", r->uid, b->uid);
	else if (r->flags & flag)
		buf_word(t, ", which the new socket lacks");
}

/* Append the address of a socket that conflicts. */
static void put_place(struct buf *t, const struct bind_request *b,
		      const struct ps_record *r)
{
	buf_word(t, " on ");
	print_end(t, &r->local, r->dev);
	if (r->dev[0]) {
		buf_word(t, " of ");
		print_name(t, r->dev, sizeof(r->dev));
	}
	buf_word(t, match_reason(b, r));
}

/* Append the line of a socket that conflicts. */
static void put_blocker(struct buf *t, const struct why *w,
			const struct row *row)
{
	const struct row *subject = why_subject(w, row);
	const struct ps_record *r = &row->record;

	print_subject(t, w, subject);
	buf_printf(t, " %s in %s", subject->count > 1 ? "are" : "is",
		   ps_state_names[r->state].text);
	put_place(t, &w->bind, r);
	if (r->remote.form == PS_FORM_INET || r->remote.form == PS_FORM_INET6) {
		buf_word(t, " to ");
		print_end(t, &r->remote, r->dev);
	}
	put_option(t, &w->bind, r);
	if (r->expires != PS_NO_EXPIRY)
		buf_printf(t, ", ends in %d s", why_seconds(r->expires));
}

/* Return true if one line can describe two connections that conflict. */
static bool is_of_group(const struct why *w, const struct row *a,
			const struct row *b)
{
	const struct row *of_a = why_subject(w, a), *of_b = why_subject(w, b);
	const struct ps_record *x = &a->record, *y = &b->record;
	u32 pid = of_a->count ? of_a->owners->pid : 0;

	return of_a->record.held == of_b->record.held &&
		x->local.form == y->local.form && x->uid == y->uid &&
		pid == (of_b->count ? of_b->owners->pid : 0) &&
		!memcmp(x->local.ip, y->local.ip,
			x->local.form == PS_FORM_INET ? 4 : 16) &&
		!((x->flags ^ y->flags) & PS_BIND_FLAGS) &&
		!strcmp(x->dev, y->dev) &&
		(of_a->record.held != PORTSOCK_HELD_ACCEPTQ ||
		 of_a->record.parent == of_b->record.parent);
}

/* Append the line of several connections that conflict. */
static void put_group(struct buf *t, const struct why *w,
		      const struct row *row, size_t count, s32 longest)
{
	const struct row *subject = why_subject(w, row);

	if (subject->count) {
		print_name(t, subject->owners->comm,
			   sizeof(subject->owners->comm));
		buf_printf(t, " (pid %u) has %zu connections%s",
			   subject->owners->pid, count,
			   subject == row ? "" : " over MPTCP");
	} else if (subject->record.held == PORTSOCK_HELD_TIMEWAIT) {
		buf_printf(t, "%zu closed connections are in TIME_WAIT", count);
	} else if (subject->record.held == PORTSOCK_HELD_ACCEPTQ) {
		buf_printf(t, "%zu connections in the accept queue", count);
		put_listener(t, w, subject);
		buf_word(t, " are");
	} else {
		print_subject(t, w, subject);
		buf_printf(t, " and %zu more like it are", count - 1);
	}
	put_place(t, &w->bind, &row->record);
	put_option(t, &w->bind, &row->record);
	if (longest != PS_NO_EXPIRY)
		buf_printf(t, ", the last ends in %d s", why_seconds(longest));
}

/* Append the start of a line: "EADDRINUSE: 0.0.0.0:80/tcp - ". */
static void put_verdict(struct buf *t, const struct why *w, const char *name)
{
	buf_printf(t, "%s: ", name);
	print_end(t, &w->bind.local, w->bind.dev);
	buf_printf(t, "/%s - ", ps_proto_names[w->bind.proto].text);
}

/* Return the next socket that conflicts after row @i - 1, NULL at the end. */
static const struct row *next_blocker(const struct why *w, size_t *i,
				      bool connections)
{
	while (*i < w->socks.count) {
		const struct row *row = &w->socks.rows[*i];

		if (w->blocks[(*i)++] &&
		    why_is_connection(&row->record) == connections)
			return row;
	}
	return NULL;
}

/* Append a line of advice or notes, if there are any. */
static void put_line(struct buf *t, const char *name, const struct why *w,
		     void (*put)(struct buf *t, const struct why *w))
{
	struct buf line;

	buf_init(&line, -1);
	put(&line, w);
	if (line.len) {
		buf_printf(t, "%s: ", name);
		buf_put(t, line.data, line.len);
		buf_char(t, '\n');
	}
	buf_free(&line);
}

/*
 * Append the lines of all sockets that conflict: listeners and bound sockets
 * first, then connections, a line for all those of one process.
 */
static void put_blockers(struct buf *t, const struct why *w)
{
	const struct row *lines[SOCKETS_MAX], *row, *other;
	size_t i, k, count = 0, shown = 0, of_group;
	s32 longest;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		i = 0;
		while (count < SOCKETS_MAX &&
		       (row = next_blocker(w, &i, pass))) {
			for (k = 0; pass && k < count; k++)
				if (why_is_connection(&lines[k]->record) &&
				    is_of_group(w, lines[k], row))
					break;
			if (pass && k < count)
				continue;
			lines[count++] = row;
			put_verdict(t, w, verdict_name(w->verdict));
			of_group = 1;
			longest = row->record.expires;
			k = i;
			while (pass && (other = next_blocker(w, &k, pass)))
				if (is_of_group(w, row, other)) {
					of_group++;
					if (other->record.expires > longest)
						longest = other->record.expires;
				}
			if (of_group > 1)
				put_group(t, w, row, of_group, longest);
			else
				put_blocker(t, w, row);
			buf_char(t, '\n');
			shown += of_group;
		}
	}
	if (shown < w->blockers)
		buf_printf(t, "... and %zu more (--json lists all)\n",
			   w->blockers - shown);
}

/* Return true if the real bind() had another result than predicted. */
static bool is_refuted(const struct why *w)
{
	return w->probed && strcmp(w->probed, verdict_name(w->verdict));
}

static void put_result_text(struct buf *t, const struct why *w)
{
	const char *name = verdict_name(w->verdict);

	if (is_refuted(w)) {
		put_verdict(t, w, w->probed);
		refusers_put_reason(t, w);
		buf_char(t, '\n');
		put_line(t, "note", w, advice_put_notes);
		buf_printf(t, "probe: %s, not as predicted: %s\n", w->probed,
			   name);
		return;
	}
	if (w->verdict == VERDICT_IN_USE) {
		put_blockers(t, w);
	} else {
		put_verdict(t, w, name);
		advice_put_reason(t, w);
		buf_char(t, '\n');
	}
	put_line(t, "advice", w, advice_put);
	put_line(t, "note", w, advice_put_notes);
	if (w->probed)
		buf_printf(t, "probe: %s, as predicted\n", w->probed);
}

static void put_result_json(struct buf *t, const struct why *w)
{
	const char *name = verdict_name(w->verdict);
	struct json j = { .text = t };
	const struct row *row;
	struct buf advice;
	size_t i;
	int pass;

	json_open(&j, '{');
	json_key(&j, "verdict");
	json_word(&j, name, strlen(name));
	json_key(&j, "blockers");
	json_open(&j, '[');
	for (pass = 0; w->verdict == VERDICT_IN_USE && pass < 2; pass++) {
		i = 0;
		while ((row = next_blocker(w, &i, pass)))
			json_socket(&j, row, (1ULL << PORTSOCK_NCOLUMNS) - 1,
				    NULL);
	}
	json_close(&j, ']');
	share_put_json(&j, w);
	/* All that the text contains besides the verdict and the sockets. */
	buf_init(&advice, -1);
	if (is_refuted(w)) {
		refusers_put_reason(&advice, w);
	} else {
		if (w->verdict != VERDICT_IN_USE)
			advice_put_reason(&advice, w);
		advice_put(&advice, w);
	}
	advice_put_notes(&advice, w);
	json_key(&j, "advice");
	json_bytes(&j, advice.data, advice.len);
	buf_free(&advice);
	if (w->probed) {
		json_key(&j, "probe");
		json_word(&j, w->probed, strlen(w->probed));
	}
	json_close(&j, '}');
	buf_char(t, '\n');
}

/**
 * print_result() - Print the result of a bind()
 * @w: case that was decided
 * @json: as JSON
 *
 * Return: Exit status, that of the real bind() if it was tried.
 */
int print_result(const struct why *w, bool json)
{
	const char *name = w->probed ? w->probed : verdict_name(w->verdict);
	struct buf t;

	buf_init(&t, STDOUT_FILENO);
	if (json)
		put_result_json(&t, w);
	else
		put_result_text(&t, w);
	return buf_finish(&t, strcmp(name, verdict_name(VERDICT_OK)) ?
			  STATUS_NOTHING : STATUS_MATCH);
}
