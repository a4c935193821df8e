// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "json.h"
#include "utf8.h"
#include "../module/core/format.h"

/**
 * ps_json_string() - text of the format or of an address
 * @j: JSON
 * @text: ASCII
 * @len: of it, in bytes
 */
void ps_json_string(struct ps_json *j, const char *text, size_t len)
{
	yajl_gen_string(j->gen, (const unsigned char *)text, len);
}

/**
 * ps_json_u64() - a number, exact to its last digit
 * @j: JSON
 * @value: the number
 */
void ps_json_u64(struct ps_json *j, u64 value)
{
	char digits[PS_U64_ROOM];

	yajl_gen_number(j->gen, digits, ps_put_u64(digits, value) - digits);
}

/**
 * ps_json_hex() - a number in hexadecimal, as a string
 * @j: JSON
 * @value: the number
 */
void ps_json_hex(struct ps_json *j, u64 value)
{
	char digits[16];

	ps_json_string(j, digits, ps_put_hex(digits, value) - digits);
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
		yajl_gen_null(j->gen);
}

/**
 * ps_json_bytes() - bytes from the kernel, which may be anything, as valid UTF-8
 * @j: JSON
 * @bytes: any
 * @len: of it, in bytes
 */
void ps_json_bytes(struct ps_json *j, const char *bytes, size_t len)
{
	j->word.len = 0;
	ps_utf8_put(&j->word, bytes, len);
	ps_json_string(j, j->word.data, j->word.len);
}

/**
 * ps_json_name() - a word of the format; null for its "-"
 * @j: JSON
 * @name: word
 */
void ps_json_name(struct ps_json *j, const struct ps_name *name)
{
	if (name->text[0] == '-')
		yajl_gen_null(j->gen);
	else
		ps_json_string(j, name->text, name->len);
}

static void put_inet6(struct ps_json *j, const struct ps_record *r,
		      const struct ps_end *end)
{
	struct ps_text *t = &j->word;

	t->len = 0;
	ps_text_done(t, ps_put_ip6(ps_text_room(t, PS_IP6_ROOM), end->ip));
	if (r->dev[0] && ps_ip6_needs_scope(end->ip)) {
		ps_text_char(t, '%');
		ps_utf8_put(t, r->dev, strlen(r->dev));
	}
	ps_json_string(j, t->data, t->len);
}

/* An abstract name begins with @; a path's own first @ is told apart. */
static void put_path(struct ps_json *j, const struct ps_end *end)
{
	const char *text = end->text;
	size_t len = end->len;

	j->word.len = 0;
	if (end->form == PS_FORM_ABSTRACT) {
		ps_text_char(&j->word, '@');
	} else if (len && *text == '@') {
		ps_text_put(&j->word, "\\100", 4);
		text++;
		len--;
	}
	ps_utf8_put(&j->word, text, len);
	ps_json_string(j, j->word.data, j->word.len);
}

static void put_netlink(struct ps_json *j, const struct ps_end *end)
{
	char text[2 * PS_U32_ROOM], *p = ps_put_u64(text, end->num);

	*p++ = ':';
	ps_json_string(j, text, ps_put_u64(p, end->id) - text);
}

static void put_packet(struct ps_json *j, const struct ps_record *r,
		       const struct ps_end *end)
{
	struct ps_text *t = &j->word;
	unsigned int shift;

	t->len = 0;
	for (shift = 16; shift; shift -= 4)
		ps_text_char(t, "0123456789abcdef"[end->num >> (shift - 4) &
						   15]);
	ps_text_char(t, ':');
	if (r->dev[0])
		ps_utf8_put(t, r->dev, strlen(r->dev));
	else
		ps_text_char(t, '*');
	ps_json_string(j, t->data, t->len);
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
	char text[16];

	switch ((enum ps_form)end->form) {
	case PS_FORM_INET:
		ps_json_string(j, text, ps_put_ip4(text, end->ip) - text);
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
		ps_json_string(j, text, ps_put_u64(text, end->id) - text);
		return;
	case PS_FORM_NONE:
	case PS_FORM_ANY:
		break;
	}
	yajl_gen_null(j->gen);
}
