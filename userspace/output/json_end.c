// SPDX-License-Identifier: GPL-2.0
/* An end of a socket as JSON, without its port. */
#include "json.h"
#include "../../module/format/put.h"

static char *put_inet6(char *p, const struct ps_record *r,
		       const struct ps_end *end)
{
	p = ps_put_ip6(p, end->ip);
	if (!r->dev[0] || !ps_ip6_needs_scope(end->ip))
		return p;
	*p++ = '%';
	return json_put_bytes(p, r->dev, strlen(r->dev));
}

/* An abstract name begins with @; a path's own first @ is told apart. */
static char *put_path(char *p, const struct ps_end *end)
{
	const char *text = end->text;
	size_t len = end->len;

	if (end->form == PS_FORM_ABSTRACT) {
		*p++ = '@';
	} else if (len && *text == '@') {
		p = ps_put_literal(p, "\\\\100");
		text++;
		len--;
	}
	return json_put_bytes(p, text, len);
}

static char *put_netlink(char *p, const struct ps_end *end)
{
	p = ps_put_u32(p, end->num);
	*p++ = ':';
	return ps_put_u32(p, end->id);
}

static char *put_packet(char *p, const struct ps_record *r,
			const struct ps_end *end)
{
	p = ps_put_hex16(p, end->num);
	*p++ = ':';
	if (r->dev[0])
		return json_put_bytes(p, r->dev, strlen(r->dev));
	*p++ = '*';
	return p;
}

static char *put_end(char *p, const struct ps_record *r,
		     const struct ps_end *end)
{
	switch ((enum ps_form)end->form) {
	case PS_FORM_INET:
		return ps_put_ip4(p, end->ip);
	case PS_FORM_INET6:
		return put_inet6(p, r, end);
	case PS_FORM_PATH:
	case PS_FORM_ABSTRACT:
		return put_path(p, end);
	case PS_FORM_NETLINK:
		return put_netlink(p, end);
	case PS_FORM_PACKET:
		return put_packet(p, r, end);
	case PS_FORM_VSOCK:
		return ps_put_u32(p, end->id);
	case PS_FORM_NONE:
	case PS_FORM_ANY:
		break;
	}
	return p;
}

/**
 * json_put_end() - an end of a socket without its port; null if it has none
 * @p: room for JSON_END_MAX bytes
 * @r: socket
 * @end: its local or remote end
 *
 * Return: the place behind it.
 */
char *json_put_end(char *p, const struct ps_record *r,
		      const struct ps_end *end)
{
	if (end->form == PS_FORM_NONE || end->form == PS_FORM_ANY)
		return ps_put_literal(p, "null");
	*p++ = '"';
	p = put_end(p, r, end);
	*p++ = '"';
	return p;
}
