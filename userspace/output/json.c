// SPDX-License-Identifier: GPL-2.0
#include "../util/utf8.h"
#include "../../module/format/put.h"
#include "json.h"

/* Write a string without bytes to escape: a word of the format, an address. */
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

/* Write a number, exact to its last digit. */
void json_u64(struct json *j, u64 value)
{
	json_before(j);
	buf_u64(j->text, value);
}

/* Escape an ASCII character that a string may not contain. */
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

/**
 * json_put_bytes() - Write the inside of a string, as ASCII
 * @p: room for JSON_ROOM times @len bytes
 * @bytes: any bytes
 * @len: length of @bytes
 *
 * Return: Pointer past the text.
 */
char *json_put_bytes(char *p, const char *bytes, size_t len)
{
	const char *end = bytes + len, *start;

	while (bytes < end) {
		unsigned char c = *bytes;

		if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
			*p++ = *bytes++;
		} else if (c < 0x7f) {
			p = put_escape(p, *bytes++);
		} else {
			for (start = bytes; bytes < end &&
			     (unsigned char)*bytes >= 0x7f; bytes++)
				;
			p = utf8_escape(p, start, bytes - start);
		}
	}
	return p;
}

/* Write a string of any bytes. */
void json_bytes(struct json *j, const char *bytes, size_t len)
{
	char *p;

	json_before(j);
	p = buf_room(j->text, JSON_ROOM * len + 2);
	*p++ = '"';
	p = json_put_bytes(p, bytes, len);
	*p++ = '"';
	buf_done(j->text, p);
}
