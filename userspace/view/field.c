// SPDX-License-Identifier: GPL-2.0
/* Parse fields of a row, above all the ends LOCAL and REMOTE. */
#include <arpa/inet.h>

#include "field.h"
#include "../../module/format/format.h"

/**
 * field_parse_u32() - Parse text that consists of one decimal number
 * @text: digits
 * @len: length of @text in bytes
 * @value: result, unchanged on error
 *
 * Return: As ps_parse_u64().
 */
int field_parse_u32(const char *text, size_t len, u32 *value)
{
	u64 v;
	int err = ps_parse_u64(text, len, 10, U32_MAX, &v);

	if (!err)
		*value = v;
	return err;
}

/**
 * field_unescape() - Replace each \ooo by its byte, in place
 * @text: NUL-terminated
 *
 * Return: New length, which may include NUL bytes; -EINVAL if a backslash is
 * not followed by three octal digits of a byte.
 */
int field_unescape(char *text)
{
	char *in = strchrnul(text, '\\'), *out = in;
	u64 c;

	while (*in) {
		if (*in != '\\') {
			*out++ = *in++;
			continue;
		}
		if (strnlen(in, 4) < 4 || ps_parse_u64(in + 1, 3, 8, 255, &c))
			return -EINVAL;
		*out++ = c;
		in += 4;
	}
	*out = '\0';
	return out - text;
}

/* Parse an escaped text; after "@" it is an abstract name. */
static int parse_name(char *field, struct ps_end *end)
{
	bool abstract = *field == '@';
	int len = field_unescape(field + abstract);

	if (len < 0 || len > PS_TEXT_MAX)
		return -EINVAL;
	end->form = abstract ? PS_FORM_ABSTRACT : PS_FORM_PATH;
	end->text = field + abstract;
	end->len = len;
	return 0;
}

/* Parse two numbers separated by a colon. */
static int parse_number_pair(char *field, u32 *first, u32 *second)
{
	char *colon = strrchr(field, ':');

	if (!colon || field_parse_u32(field, colon - field, first))
		return -EINVAL;
	return field_parse_u32(colon + 1, strlen(colon + 1), second);
}

static int parse_vsock_end(char *field, struct ps_end *end)
{
	end->form = PS_FORM_VSOCK;
	if (strncmp(field, "*:", 2))
		return parse_number_pair(field, &end->id, &end->num);
	end->id = U32_MAX;
	return field_parse_u32(field + 2, strlen(field + 2), &end->num);
}

static int parse_packet_end(char *field, struct ps_end *end)
{
	u64 ethertype;

	if (strnlen(field, 6) < 6 || field[4] != ':' ||
	    ps_parse_u64(field, 4, 16, U16_MAX, &ethertype))
		return -EINVAL;
	end->form = PS_FORM_PACKET;
	end->num = ethertype;
	return 0;
}

/* Parse the port after an address and its colon. */
static int parse_end_port(const char *text, struct ps_end *end)
{
	u64 number;

	if (!field_take_digits(&text, &number) || number > U16_MAX || *text)
		return -EINVAL;
	end->num = number;
	return 0;
}

/**
 * ip4_parse() - Parse an IPv4 address and the colon after it
 * @cursor: text, moved past the colon
 * @ip: result, in network byte order
 *
 * Return: True if the text begins with four numbers up to 255.
 */
bool ip4_parse(const char **cursor, u8 ip[4])
{
	const char *text = *cursor, *start;
	unsigned int i;
	u64 number;

	for (i = 0; i < 4; i++) {
		start = text;
		if (!field_take_digits(&text, &number) || number > 255 ||
		    (*start == '0' && text - start > 1) ||
		    *text++ != (i < 3 ? '.' : ':'))
			return false;
		ip[i] = number;
	}
	*cursor = text;
	return true;
}

/* Parse [v6] or [v6%dev]; the closing bracket is at @colon[-1]. */
static int parse_ip6(char *field, char *colon, struct ps_end *end)
{
	char *scope;

	if (colon[-1] != ']')
		return -EINVAL;
	colon[-1] = '\0';
	end->form = PS_FORM_INET6;
	scope = strchr(field, '%');
	if (scope)	/* repeats the column DEV */
		*scope = '\0';
	return inet_pton(AF_INET6, field + 1, end->ip) == 1 ? 0 : -EINVAL;
}

/**
 * known_address_set() - Cache the address parsed last in a column
 * @known: cache
 * @end: the parsed end
 * @text: the address as text, up to and with the colon before the port
 * @len: length of @text in bytes; longer ones are not cached
 */
void known_address_set(struct known_address *known, const struct ps_end *end,
		       const char *text, size_t len)
{
	known->len = len <= sizeof(known->text) ? len : 0;
	memcpy(known->text, text, known->len);
	known->form = end->form;
	memcpy(known->ip, end->ip, sizeof(known->ip));
}

/* Parse an address that differs from the last one, and cache it. */
static int parse_new_address(const struct field *f, struct known_address *last,
			     struct ps_end *end)
{
	char *colon = strrchr(f->text, ':');
	const char *text = f->text;
	size_t len;

	if (!colon || parse_end_port(colon + 1, end))
		return -EINVAL;
	len = colon + 1 - f->text;
	last->len = len <= sizeof(last->text) ? len : 0;
	memcpy(last->text, f->text, last->len);
	if (*text == '[') {
		if (parse_ip6(f->text, colon, end)) {
			last->len = 0;
			return -EINVAL;
		}
	} else if (!ip4_parse(&text, end->ip) || text != colon + 1) {
		last->len = 0;
		return -EINVAL;
	} else {
		end->form = PS_FORM_INET;
	}
	last->form = end->form;
	memcpy(last->ip, end->ip, sizeof(last->ip));
	return 0;
}

/* Parse an address and a port; the address is often the last one. */
static int parse_inet_end(const struct field *f, struct known_address *last,
			  struct ps_end *end)
{
	if (!last->len || f->len <= last->len ||
	    memcmp(f->text, last->text, last->len))
		return parse_new_address(f, last, end);
	end->form = last->form;
	memcpy(end->ip, last->ip, sizeof(end->ip));
	return parse_end_port(f->text + last->len, end);
}

/**
 * end_parse() - Parse one end of a socket
 * @f: field of LOCAL or REMOTE; modified, and a name in @end refers to it
 * @proto: enum portsock_proto
 * @last: cache of this column, zeroed at first
 * @end: result; zeroed by the caller
 *
 * Return: 0, -EINVAL if the field is not an end of this protocol.
 */
int end_parse(const struct field *f, u8 proto, struct known_address *last,
		 struct ps_end *end)
{
	char *field = f->text;

	if (field_is_none(f))
		return 0;	/* PS_FORM_NONE */
	/* A name may be "*:*". */
	if (proto == PORTSOCK_PROTO_UNIX || proto == PORTSOCK_PROTO_ALG)
		return parse_name(field, end);
	if (f->len == 3 && !memcmp(field, "*:*", 3)) {
		end->form = PS_FORM_ANY;
		return 0;
	}
	switch (proto) {
	case PORTSOCK_PROTO_NETLINK:
	case PORTSOCK_PROTO_TIPC:
		end->form = PS_FORM_NETLINK;
		return parse_number_pair(field, &end->num, &end->id);
	case PORTSOCK_PROTO_VSOCK:
		return parse_vsock_end(field, end);
	case PORTSOCK_PROTO_PACKET:
		return parse_packet_end(field, end);
	default:
		return parse_inet_end(f, last, end);
	}
}
