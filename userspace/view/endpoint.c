// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "../util/error.h"
#include "../../module/format/names.h"
#include "../../module/format/put.h"
#include "endpoint.h"

/**
 * endpoints_append() - Add a copy of an endpoint to a list
 * @to: list; free() its @list at the end
 * @e: endpoint
 */
void endpoints_append(struct endpoints *to, const struct endpoint *e)
{
	/* The size doubles: at each power of two the list is full. */
	if (!(to->count & (to->count - 1)))
		to->list = xrealloc(to->list, (to->count ? 2 * to->count : 1) *
				    sizeof(*e));
	to->list[to->count++] = *e;
}

/* Return the IPv4 address in a mapped IPv6 address, NULL if it is another. */
static const u8 *mapped_inet(const u8 ip[16])
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(ip, mapped, sizeof(mapped)) ? NULL : ip + sizeof(mapped);
}

static bool is_wildcard(const u8 *ip, size_t len)
{
	static const u8 wildcard[16];

	return !memcmp(ip, wildcard, len);
}

/**
 * endpoint_simplify() - Prepare an address for selecting rows
 * @e: endpoint
 *
 * 0.0.0.0 and [::] select any address: bind() at them fails because of sockets
 * at any address.  An IPv4-mapped address selects the IPv4 address.
 */
void endpoint_simplify(struct endpoint *e)
{
	const u8 *inet = e->form == PS_FORM_INET6 ? mapped_inet(e->ip) : NULL;

	if (inet) {
		memmove(e->ip, inet, 4);
		e->form = PS_FORM_INET;
	}
	if ((e->form == PS_FORM_INET && is_wildcard(e->ip, 4)) ||
	    (e->form == PS_FORM_INET6 && is_wildcard(e->ip, 16)))
		e->form = PS_FORM_NONE;
}

/* haproxy and others pad abstract names with NULs, which are not typed. */
static bool same_name(const struct endpoint *e, const struct ps_end *end)
{
	size_t i;

	if (e->form != end->form || e->len > end->len ||
	    memcmp(e->name, end->text, e->len))
		return false;
	for (i = e->len; i < end->len; i++)
		if (e->form != PS_FORM_ABSTRACT || end->text[i])
			return false;
	return true;
}

static bool same_ip(const struct endpoint *e, const struct ps_end *end)
{
	const u8 *inet = end->form == PS_FORM_INET ? end->ip : NULL;

	if (end->form == PS_FORM_INET6)
		inet = mapped_inet(end->ip);
	if (e->form == PS_FORM_INET)
		return inet && !memcmp(e->ip, inet, 4);
	return end->form == PS_FORM_INET6 && !memcmp(e->ip, end->ip, 16);
}

/* Return true if a socket at @end receives packets to any address of e->form. */
static bool covers_all(const struct endpoint *e, const struct ps_end *end,
		       bool v6only)
{
	const u8 *inet;

	switch (end->form) {
	case PS_FORM_ANY:
		return true;
	case PS_FORM_INET:
		return e->form == PS_FORM_INET && is_wildcard(end->ip, 4);
	case PS_FORM_INET6:
		inet = mapped_inet(end->ip);
		if (inet)
			return e->form == PS_FORM_INET && is_wildcard(inet, 4);
		return is_wildcard(end->ip, 16) &&
			(e->form == PS_FORM_INET6 || !v6only);
	default:
		return false;
	}
}

/**
 * endpoint_has_local() - Return true if a socket receives at an endpoint
 * @e: endpoint, prepared by endpoint_simplify()
 * @r: socket
 *
 * LOCAL is the endpoint's address, or a wildcard that covers it.  An interface
 * matches sockets that are bound to it, and those that are not bound to any.
 * The reference of a TIPC socket counts as its port if the endpoint is of TIPC,
 * or if the reference is above 65535.
 */
bool endpoint_has_local(const struct endpoint *e, const struct ps_record *r)
{
	u32 port;

	if (e->protos && !(e->protos & 1ULL << r->proto))
		return false;
	if (endpoint_is_name(e))
		return r->proto == PORTSOCK_PROTO_UNIX &&
			same_name(e, &r->local);
	if (r->has & PS_HAS_PORT)
		port = r->port;
	else if (r->proto == PORTSOCK_PROTO_TIPC && (e->protos ||
						     r->local.id > U16_MAX))
		port = r->local.id;	/* there is no PORT */
	else
		return false;
	if (port < e->first || port > e->last)
		return false;
	if (*e->dev && *r->dev && strcmp(e->dev, r->dev))
		return false;
	return e->form == PS_FORM_NONE || same_ip(e, &r->local) ||
		covers_all(e, &r->local, r->flags & PORTSOCK_FLAG(V6ONLY));
}

/**
 * endpoint_has_remote() - Return true if a socket's REMOTE is an endpoint
 * @e: endpoint, prepared by endpoint_simplify()
 * @r: socket
 */
bool endpoint_has_remote(const struct endpoint *e, const struct ps_record *r)
{
	const struct ps_end *end = &r->remote;

	if (e->protos && !(e->protos & 1ULL << r->proto))
		return false;
	if (endpoint_is_name(e))
		return r->proto == PORTSOCK_PROTO_UNIX && same_name(e, end);
	if (!(r->has & PS_HAS_PORT) || end->num < e->first ||
	    end->num > e->last)
		return false;
	if (*e->dev && *r->dev && strcmp(e->dev, r->dev))
		return false;
	switch (end->form) {
	case PS_FORM_INET:
	case PS_FORM_INET6:
		return e->form == PS_FORM_NONE || same_ip(e, end);
	case PS_FORM_VSOCK:
		return e->form == PS_FORM_NONE;
	default:
		return false;
	}
}

static void endpoint_put_name(struct buf *t, const struct endpoint *e)
{
	char text[ENDPOINT_NAME_MAX + 1] = "";
	size_t i;
	char *p;

	memcpy(text, e->name, e->len);
	if (e->form == PS_FORM_ABSTRACT)
		buf_char(t, '@');
	else if (*text != '/' && strncmp(text, "./", 2) &&
		 strncmp(text, "../", 3))
		buf_word(t, "unix:");
	p = buf_room(t, 4 * ENDPOINT_NAME_MAX);
	for (i = 0; i < e->len; i++) {
		/* Not to be read as an abstract name, or as a count of NULs. */
		if ((e->form == PS_FORM_PATH && !i && *text == '@') ||
		    (e->form == PS_FORM_ABSTRACT && text[i] == '*'))
			p = ps_put_octal(p, text[i]);
		else
			p = ps_put_escaped(p, text + i, 1, PS_ESCAPE_PATH);
	}
	buf_done(t, p);
}

/**
 * endpoint_put() - Write an endpoint as spec_parse() reads it
 * @t: where to
 * @e: endpoint of at most one protocol
 */
void endpoint_put(struct buf *t, const struct endpoint *e)
{
	bool any_port = !e->first && e->last == U32_MAX;
	unsigned int i;

	if (endpoint_is_name(e)) {
		endpoint_put_name(t, e);
		return;
	}
	if (e->form == PS_FORM_INET) {
		buf_done(t, ps_put_ip4(buf_room(t, PS_IP4_ROOM), e->ip));
	} else if (e->form == PS_FORM_INET6) {
		buf_char(t, '[');
		buf_done(t, ps_put_ip6(buf_room(t, PS_IP6_ROOM), e->ip));
		buf_char(t, ']');
	} else if (*e->dev || any_port) {
		buf_char(t, '*');
	}
	if (*e->dev) {
		buf_char(t, '%');
		buf_word(t, e->dev);
	}
	if (e->form != PS_FORM_NONE || *e->dev || any_port)
		buf_char(t, ':');
	if (any_port) {
		buf_char(t, '*');
	} else {
		buf_u64(t, e->first);
		if (e->last != e->first) {
			buf_char(t, '-');
			buf_u64(t, e->last);
		}
	}
	for (i = 0; i < PORTSOCK_NPROTOS; i++) {
		if (!(e->protos & 1ULL << i))
			continue;
		buf_char(t, '/');
		buf_word(t, ps_proto_names[i].text);
	}
}
