// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "json.h"
#include "utf8.h"
#include "../module/core/format.h"

/**
 * ps_json_word() - a string that holds nothing to be escaped
 * @j: JSON
 * @text: a word of the format, an address
 * @len: of it, in bytes
 */
void ps_json_word(struct ps_json *j, const char *text, size_t len)
{
	char *p;

	ps_json_before(j);
	p = ps_text_room(j->text, len + 2);
	*p = '"';
	memcpy(p + 1, text, len);
	p[len + 1] = '"';
	ps_text_done(j->text, p + len + 2);
}

/**
 * ps_json_u64() - a number, exact to its last digit
 * @j: JSON
 * @value: the number
 */
void ps_json_u64(struct ps_json *j, u64 value)
{
	ps_json_before(j);
	ps_text_u64(j->text, value);
}

/**
 * ps_json_hex() - a number in hexadecimal, as a string
 * @j: JSON
 * @value: the number
 */
void ps_json_hex(struct ps_json *j, u64 value)
{
	char digits[16];

	ps_json_word(j, digits, ps_put_hex(digits, value) - digits);
}

/**
 * ps_json_null() - what is not there
 * @j: JSON
 */
void ps_json_null(struct ps_json *j)
{
	ps_json_before(j);
	ps_text_put(j->text, "null", 4);
}

/**
 * ps_json_optional() - a number, or null
 * @j: JSON
 * @there: whether there is one
 * @value: the number
 */
void ps_json_optional(struct ps_json *j, bool there, u64 value)
{
	if (there)
		ps_json_u64(j, value);
	else
		ps_json_null(j);
}

/* What a JSON string cannot hold as it is; @c is one of those. */
static void put_escape(struct ps_text *t, unsigned char c)
{
	static const char hex[] = "0123456789ABCDEF";
	char *p = ps_text_room(t, 6);

	*p++ = '\\';
	if (c == '"' || c == '\\') {
		*p++ = c;
	} else if (c >= '\b' && c <= '\r' && c != '\v') {
		*p++ = "btn?fr"[c - '\b'];
	} else {
		p = ps_put_literal(p, "u00");
		*p++ = hex[c >> 4];
		*p++ = hex[c & 15];
	}
	ps_text_done(t, p);
}

/* Bytes inside a string: those that any text has as they are, in one piece. */
static void put_bytes(struct ps_text *t, const char *bytes, size_t len)
{
	const char *end = bytes + len, *p;

	while (bytes < end) {
		for (p = bytes; p < end && *p >= ' ' && *p < 0x7f &&
		     *p != '"' && *p != '\\'; p++)
			;
		ps_text_put(t, bytes, p - bytes);
		bytes = p;
		if (bytes == end)
			return;
		if ((unsigned char)*bytes < 0x7f) {
			put_escape(t, *bytes++);
			continue;
		}
		for (; p < end && (unsigned char)*p >= 0x7f; p++)
			;
		ps_utf8_put(t, bytes, p - bytes);
		bytes = p;
	}
}

/**
 * ps_json_bytes() - bytes from the kernel, which may be anything, as a string
 *	of valid UTF-8
 * @j: JSON
 * @bytes: any
 * @len: of it, in bytes
 */
void ps_json_bytes(struct ps_json *j, const char *bytes, size_t len)
{
	ps_json_before(j);
	ps_text_char(j->text, '"');
	put_bytes(j->text, bytes, len);
	ps_text_char(j->text, '"');
}

/**
 * ps_json_name() - a word of the format; null for its "-"
 * @j: JSON
 * @name: word
 */
void ps_json_name(struct ps_json *j, const struct ps_name *name)
{
	if (name->text[0] == '-')
		ps_json_null(j);
	else
		ps_json_word(j, name->text, name->len);
}

static void put_inet6(struct ps_json *j, const struct ps_record *r,
		      const struct ps_end *end)
{
	struct ps_text *t = j->text;

	ps_json_before(j);
	ps_text_char(t, '"');
	ps_text_done(t, ps_put_ip6(ps_text_room(t, PS_IP6_ROOM), end->ip));
	if (r->dev[0] && ps_ip6_needs_scope(end->ip)) {
		ps_text_char(t, '%');
		put_bytes(t, r->dev, strlen(r->dev));
	}
	ps_text_char(t, '"');
}

/* An abstract name begins with @; a path's own first @ is told apart. */
static void put_path(struct ps_json *j, const struct ps_end *end)
{
	const char *text = end->text;
	size_t len = end->len;

	ps_json_before(j);
	ps_text_char(j->text, '"');
	if (end->form == PS_FORM_ABSTRACT) {
		ps_text_char(j->text, '@');
	} else if (len && *text == '@') {
		ps_text_put(j->text, "\\\\100", 5);
		text++;
		len--;
	}
	put_bytes(j->text, text, len);
	ps_text_char(j->text, '"');
}

static void put_netlink(struct ps_json *j, const struct ps_end *end)
{
	char text[2 * PS_U32_ROOM], *p = ps_put_u64(text, end->num);

	*p++ = ':';
	ps_json_word(j, text, ps_put_u64(p, end->id) - text);
}

static void put_packet(struct ps_json *j, const struct ps_record *r,
		       const struct ps_end *end)
{
	struct ps_text *t = j->text;

	ps_json_before(j);
	ps_text_char(t, '"');
	ps_text_done(t, ps_put_hex16(ps_text_room(t, 4), end->num));
	ps_text_char(t, ':');
	if (r->dev[0])
		put_bytes(t, r->dev, strlen(r->dev));
	else
		ps_text_char(t, '*');
	ps_text_char(t, '"');
}

/**
 * ps_json_end() - an end of a socket without its port
 * @j: JSON
 * @r: socket
 * @end: its local or remote end
 */
void ps_json_end(struct ps_json *j, const struct ps_record *r,
		 const struct ps_end *end)
{
	char text[PS_IP4_ROOM];

	switch ((enum ps_form)end->form) {
	case PS_FORM_INET:
		ps_json_word(j, text, ps_put_ip4(text, end->ip) - text);
		return;
	case PS_FORM_INET6:
		put_inet6(j, r, end);
		return;
	case PS_FORM_PATH:
	case PS_FORM_ABSTRACT:
		put_path(j, end);
		return;
	case PS_FORM_NETLINK:
		put_netlink(j, end);
		return;
	case PS_FORM_PACKET:
		put_packet(j, r, end);
		return;
	case PS_FORM_VSOCK:
		ps_json_word(j, text, ps_put_u64(text, end->id) - text);
		return;
	case PS_FORM_NONE:
	case PS_FORM_ANY:
		break;
	}
	ps_json_null(j);
}
