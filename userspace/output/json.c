// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "json.h"
#include "../util/utf8.h"
#include "../../module/format/put.h"

/**
 * json_word() - a string that holds nothing to be escaped
 * @j: JSON
 * @text: a word of the format, an address
 * @len: of it, in bytes
 */
void json_word(struct json *j, const char *text, size_t len)
{
	char *p;

	json_before(j);
	p = buf_room(j->text, len + 2);
	*p = '"';
	memcpy(p + 1, text, len);
	p[len + 1] = '"';
	buf_done(j->text, p + len + 2);
}

/**
 * json_u64() - a number, exact to its last digit
 * @j: JSON
 * @value: the number
 */
void json_u64(struct json *j, u64 value)
{
	json_before(j);
	buf_u64(j->text, value);
}

/**
 * json_null() - what is not there
 * @j: JSON
 */
void json_null(struct json *j)
{
	json_before(j);
	buf_put(j->text, "null", 4);
}

/* What a JSON string cannot hold as it is; @c is one of those. */
static char *put_escape(char *p, unsigned char c)
{
	static const char hex[] = "0123456789ABCDEF";

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
	return p;
}

/* Over bytes that ASCII does not have or not print. */
static const char *skip_others(const char *bytes, const char *end)
{
	while (bytes < end && (unsigned char)*bytes >= 0x7f)
		bytes++;
	return bytes;
}

/* What JSON takes as it is, of what ASCII prints. */
static bool is_plain(unsigned char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

/**
 * json_put_bytes() - put the inside of a string, as ASCII
 * @p: room for JSON_MOST times @len bytes
 * @bytes: any; they come from the kernel
 * @len: of it, in bytes
 *
 * Return: the place behind it.
 */
char *json_put_bytes(char *p, const char *bytes, size_t len)
{
	const char *end = bytes + len, *others;

	while (bytes < end) {
		if (is_plain(*bytes)) {
			*p++ = *bytes++;
		} else if ((unsigned char)*bytes < 0x7f) {
			p = put_escape(p, *bytes++);
		} else {
			others = bytes;
			bytes = skip_others(bytes, end);
			p = utf8_escape(p, others, bytes - others);
		}
	}
	return p;
}

/**
 * json_bytes() - put any bytes from the kernel as a string, as ASCII
 * @j: JSON
 * @bytes: any
 * @len: of it, in bytes
 */
void json_bytes(struct json *j, const char *bytes, size_t len)
{
	char *p;

	json_before(j);
	p = buf_room(j->text, JSON_MOST * len + 2);
	*p++ = '"';
	p = json_put_bytes(p, bytes, len);
	*p++ = '"';
	buf_done(j->text, p);
}
