// SPDX-License-Identifier: GPL-2.0
#include "utf8.h"
#include "../../module/format/put.h"

#define REPLACEMENT	0xfffd

/*
 * Length of the character that @c begins and the range of its second byte: the
 * well-formed byte sequences of the Unicode standard (table 3-7), without
 * overlong forms, surrogates and code points beyond U+10FFFF.
 */
static unsigned int sequence_length(uint8_t c, uint8_t *low, uint8_t *high)
{
	*low = 0x80;
	*high = 0xbf;
	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	if (c < 0xe0) {
		*low = c == 0xc2 ? 0xa0 : 0x80;	/* no C1 controls */
		return 2;
	}
	if (c < 0xf0) {
		*low = c == 0xe0 ? 0xa0 : 0x80;
		*high = c == 0xed ? 0x9f : 0xbf;
		return 3;
	}
	*low = c == 0xf0 ? 0x90 : 0x80;
	*high = c == 0xf4 ? 0x8f : 0xbf;
	return 4;
}

/**
 * utf8_decode() - Decode the character at the start of a text
 * @bytes: any bytes
 * @len: length of @bytes, at least 1
 * @c: result: code point
 *
 * Return: Length of the character in bytes; 0 for a byte that belongs to no
 * character, for DEL and for a C1 control.
 */
unsigned int utf8_decode(const char *bytes, size_t len, uint32_t *c)
{
	const uint8_t *p = (const uint8_t *)bytes;
	uint8_t low, high;
	unsigned int i, n = sequence_length(*p, &low, &high);

	if (!n || n > len || *p == 0x7f)
		return 0;
	*c = n == 1 ? *p : *p & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if (p[i] < low || p[i] > high)
			return 0;
		low = 0x80;
		high = 0xbf;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	return n;
}

static char *put_unit(char *p, uint16_t unit)
{
	static const char hex[] = "0123456789ABCDEF";

	p = ps_put_literal(p, "\\u");
	*p++ = hex[unit >> 12];
	*p++ = hex[unit >> 8 & 15];
	*p++ = hex[unit >> 4 & 15];
	*p++ = hex[unit & 15];
	return p;
}

/**
 * utf8_escape() - Write bytes as the \uXXXX escapes of a JSON string
 * @p: room for 6 times @len bytes: "\uFFFD" for one byte
 * @bytes: any bytes
 * @len: length of @bytes
 *
 * A character beyond U+FFFF becomes a surrogate pair.  A byte that belongs to
 * no character becomes U+FFFD.  So do DEL and the C1 controls: a program that
 * decodes them may print them, and a terminal obeys them.
 *
 * Return: Pointer past the last escape.
 */
char *utf8_escape(char *p, const char *bytes, size_t len)
{
	unsigned int n;
	uint32_t c;

	for (; len; bytes += n, len -= n) {
		n = utf8_decode(bytes, len, &c);
		if (!n) {
			n = 1;
			c = REPLACEMENT;
		}
		if (c > 0xffff) {
			p = put_unit(p, 0xd7c0 + (c >> 10));
			c = 0xdc00 + (c & 0x3ff);
		}
		p = put_unit(p, c);
	}
	return p;
}
