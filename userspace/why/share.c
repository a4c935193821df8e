// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that a bind() would share its port with, by SO_REUSEPORT or, for UDP,
 * by SO_REUSEADDR, and how the kernel divides the traffic between them.
 */
#include <string.h>

#include "../output/json.h"
#include "why.h"

#define SHARERS_MAX	3	/* in one line */

/*
 * Return true if a socket and the new one would receive from the same clients.
 * A connection only receives from its peer, and of TCP sockets that are bound
 * with SO_REUSEADDR only one can listen.  bind() may succeed beside a socket
 * with which it conflicts: the fastreuse state, or the walk's end, allows it.
 */
static bool shares_port(const struct bind_request *b, const struct row *row)
{
	const struct ps_record *r = &row->record;
	enum bind_rule rule = bind_rule_for(b, r);

	return !why_is_connection(r) &&
		(rule >= RULE_REUSEPORT ||
		 (rule == RULE_REUSEADDR && b->proto == PORTSOCK_PROTO_UDP));
}

/* Return the next socket that shares the port after row @i - 1, or NULL. */
static const struct row *next_sharer(const struct why *w, size_t *i)
{
	while (*i < w->socks.count) {
		const struct row *row = &w->socks.rows[(*i)++];

		if (shares_port(&w->bind, row))
			return row;
	}
	return NULL;
}

/**
 * share_exists() - Return true if bind() would share the port
 * @w: case that was decided, VERDICT_OK
 */
bool share_exists(const struct why *w)
{
	size_t i = 0;

	return next_sharer(w, &i);
}

/**
 * share_put_effect() - Append how the traffic would be divided
 * @t: text
 * @w: case in which share_exists()
 *
 * compute_score() of TCP and UDP prefers a socket bound to one address or
 * interface, or to IPv4 alone.  SO_REUSEPORT makes a group of equal sockets of
 * one user.  Of equal sockets without a group the first of the slot receives:
 * the newest, but IPv6 sockets with SO_REUSEPORT are added at the tail, see
 * udp_lib_get_port() and __inet_hash().
 */
void share_put_effect(struct buf *t, const struct why *w)
{
	const struct bind_request *b = &w->bind;
	const char *what = b->proto == PORTSOCK_PROTO_TCP ?
		"connections" : "datagrams";
	bool same = false, group = false;
	const struct row *row;
	size_t i = 0;

	while ((row = next_sharer(w, &i))) {
		const struct ps_record *r = &row->record;

		if (r->local.form != b->local.form ||
		    memcmp(r->local.ip, b->local.ip,
			   b->local.form == PS_FORM_INET ? 4 : 16) ||
		    strcmp(r->dev, b->dev))
			continue;
		same = true;
		group |= b->flags & r->flags & PORTSOCK_FLAG(REUSEPORT) &&
			r->uid == b->uid;
	}
	if (!same)
		buf_printf(t, "where two addresses match, the socket with the "
			   "more specific one receives the %s", what);
	else if (group)
		buf_printf(t, "%s are then split between the sockets", what);
	else
		buf_printf(t, "%s%s then reach only the socket that was bound "
			   "%s", b->proto == PORTSOCK_PROTO_TCP ? "" :
			   "unicast ", what,
			   b->local.form == PS_FORM_INET6 &&
			   b->flags & PORTSOCK_FLAG(REUSEPORT) ?
			   "first" : "last");
}

/**
 * share_put() - Append the sockets with which the port would be shared
 * @t: text; stays empty if bind() would not share it
 * @w: case that was decided
 */
void share_put(struct buf *t, const struct why *w)
{
	const struct row *row;
	size_t i = 0, count = 0;

	if (w->verdict != VERDICT_OK)
		return;
	while ((row = next_sharer(w, &i))) {
		if (++count > SHARERS_MAX)
			continue;
		if (count == 1)
			print_clause(t, "the port would be shared with ");
		else
			buf_word(t, ", ");
		print_subject(t, w, row);
		buf_word(t, " on ");
		print_end(t, &row->record.local, row->record.dev);
	}
	if (!count)
		return;
	if (count > SHARERS_MAX)
		buf_printf(t, " and %zu more", count - SHARERS_MAX);
	buf_word(t, ": ");
	share_put_effect(t, w);
}

/**
 * share_put_json() - Write the member "shares" if bind() would share the port
 * @j: JSON, in the object of the result
 * @w: case that was decided
 */
void share_put_json(struct json *j, const struct why *w)
{
	const struct row *row;
	size_t i = 0;

	if (w->verdict != VERDICT_OK || !share_exists(w))
		return;
	json_key(j, "shares");
	json_open(j, '[');
	while ((row = next_sharer(w, &i)))
		json_socket(j, row, (1U << PORTSOCK_NCOLUMNS) - 1, NULL);
	json_close(j, ']');
}
