// SPDX-License-Identifier: GPL-2.0
/* Fields of a row, and above all its ends. */
#include <arpa/inet.h>

#include "field.h"
#include "../../module/format/format.h"

/**
 * ps_parse_u32() - a decimal number that is the whole text
 * @text: digits
 * @len: of @text, in bytes
 * @value: result
 *
 * Context: any.
 * Return: as ps_parse_u64().
 */
int ps_parse_u32(const char *text, size_t len, u32 *value)
{
	u64 v;
	int err = ps_parse_u64(text, len, 10, U32_MAX, &v);

	if (!err)
		*value = v;
	return err;
}

/**
 * ps_unescape() - \ooo back to bytes, in place
 * @text: NUL-terminated
 *
 * Context: any.
 * Return: the new length; -EINVAL if a backslash leads something else.
 */
int ps_unescape(char *text)
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

static int parse_name(char *field, struct ps_end *end)
{
	bool abstract = *field == '@';
	int len = ps_unescape(field + abstract);

	if (len < 0 || len > PS_TEXT_MAX)
		return -EINVAL;
	end->form = abstract ? PS_FORM_ABSTRACT : PS_FORM_PATH;
	end->text = field + abstract;
	end->len = len;
	return 0;
}

/* Two numbers with a colon between them. */
static int parse_pair(char *field, u32 *first, u32 *second)
{
	char *colon = strrchr(field, ':');

	if (!colon || ps_parse_u32(field, colon - field, first))
		return -EINVAL;
	return ps_parse_u32(colon + 1, strlen(colon + 1), second);
}

static int parse_vsock(char *field, struct ps_end *end)
{
	end->form = PS_FORM_VSOCK;
	if (strncmp(field, "*:", 2))
		return parse_pair(field, &end->id, &end->num);
	end->id = U32_MAX;
	return ps_parse_u32(field + 2, strlen(field + 2), &end->num);
}

static int parse_packet(char *field, struct ps_end *end)
{
	u64 ethertype;

	if (strnlen(field, 6) < 6 || field[4] != ':' ||
	    ps_parse_u64(field, 4, 16, U16_MAX, &ethertype))
		return -EINVAL;
	end->form = PS_FORM_PACKET;
	end->num = ethertype;
	return 0;
}

/* Behind an address and its colon. */
static int parse_port(const char *text, struct ps_end *end)
{
	u64 number;

	if (!ps_take_digits(&text, &number) || number > U16_MAX || *text)
		return -EINVAL;
	end->num = number;
	return 0;
}

/* Four numbers, up to @colon. */
static int parse_ip4(const char *text, const char *colon, struct ps_end *end)
{
	unsigned int i;
	u64 number;

	for (i = 0; i < 4; i++) {
		const char *start = text;

		if (!ps_take_digits(&text, &number) || number > 255 ||
		    (*start == '0' && text - start > 1) ||
		    *text++ != (i < 3 ? '.' : ':'))
			return -EINVAL;
		end->ip[i] = number;
	}
	end->form = PS_FORM_INET;
	return text == colon + 1 ? 0 : -EINVAL;
}

/* In brackets, of which the second is at @colon[-1]. */
static int parse_ip6(char *field, char *colon, struct ps_end *end)
{
	char *scope;

	if (colon[-1] != ']')
		return -EINVAL;
	colon[-1] = '\0';
	end->form = PS_FORM_INET6;
	scope = strchr(field, '%');
	if (scope)	/* the same interface as in DEV */
		*scope = '\0';
	return inet_pton(AF_INET6, field + 1, end->ip) == 1 ? 0 : -EINVAL;
}

/* An address that is not the last one, which it is from now on. */
static int parse_address(const struct ps_field *f, struct ps_known_ip *last,
			 struct ps_end *end)
{
	char *colon = strrchr(f->text, ':');
	size_t len;
	int err;

	if (!colon || parse_port(colon + 1, end))
		return -EINVAL;
	len = colon + 1 - f->text;
	last->len = len <= sizeof(last->text) ? len : 0;
	memcpy(last->text, f->text, last->len);
	err = *f->text == '[' ? parse_ip6(f->text, colon, end) :
		parse_ip4(f->text, colon, end);
	if (err) {
		last->len = 0;
		return err;
	}
	last->form = end->form;
	memcpy(last->ip, end->ip, sizeof(last->ip));
	return 0;
}

/* An address and a port. */
static int parse_inet(const struct ps_field *f, struct ps_known_ip *last,
		      struct ps_end *end)
{
	if (!last->len || f->len <= last->len ||
	    memcmp(f->text, last->text, last->len))
		return parse_address(f, last, end);
	end->form = last->form;
	memcpy(end->ip, last->ip, sizeof(end->ip));
	return parse_port(f->text + last->len, end);
}

/**
 * ps_parse_end() - an end of a socket
 * @f: its field, which is cut up; a name stays in it
 * @proto: enum portsock_proto
 * @last: the last address of this column, zeroed at first
 * @end: result; zeroed before
 *
 * Context: any.
 * Return: 0, -EINVAL if the protocol has no such ends.
 */
int ps_parse_end(const struct ps_field *f, u8 proto, struct ps_known_ip *last,
		 struct ps_end *end)
{
	char *field = f->text;

	if (ps_field_is_none(f))
		return 0;	/* PS_FORM_NONE */
	if (proto == PORTSOCK_PROTO_UNIX)
		return parse_name(field, end);
	if (f->len == 3 && !memcmp(field, "*:*", 3)) {
		end->form = PS_FORM_ANY;
		return 0;
	}
	switch (proto) {
	case PORTSOCK_PROTO_NETLINK:
	case PORTSOCK_PROTO_TIPC:
		end->form = PS_FORM_NETLINK;
		return parse_pair(field, &end->num, &end->id);
	case PORTSOCK_PROTO_VSOCK:
		return parse_vsock(field, end);
	case PORTSOCK_PROTO_PACKET:
		return parse_packet(field, end);
	default:
		return parse_inet(f, last, end);
	}
}
