// SPDX-License-Identifier: GPL-2.0
#include <stdint.h>

#include "utf8.h"
#include "../../module/format/put.h"

#define REPLACEMENT	0xfffd

/*
 * Length of the character that @c begins and the range its second byte must be
 * in: the well-formed byte sequences of the Unicode standard (table 3-7), which
 * leave out overlong forms, surrogates and what is beyond U+10FFFF.
 */
static unsigned int sequence(uint8_t c, uint8_t *low, uint8_t *high)
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

/* Length of the character at @p, 0 if there is none that may stand here. */
static unsigned int character(const uint8_t *p, size_t len)
{
	uint8_t low, high;
	unsigned int i, n = sequence(*p, &low, &high);

	if (n > len || *p == 0x7f)
		return 0;
	for (i = 1; i < n; i++) {
		if (p[i] < low || p[i] > high)
			return 0;
		low = 0x80;
		high = 0xbf;
	}
	return n;
}

/* The code point of a well-formed character of @n bytes. */
static uint32_t decode(const uint8_t *p, unsigned int n)
{
	uint32_t c = n == 1 ? *p : *p & (0x7f >> n);

	while (--n)
		c = c << 6 | (*++p & 0x3f);
	return c;
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
 * utf8_escape() - put bytes as the \uXXXX escapes of a JSON string
 * @p: room for UTF8_ESCAPE_MAX times @len bytes
 * @bytes: any
 * @len: of @bytes
 *
 * A character beyond U+FFFF becomes a surrogate pair.  A byte that belongs to
 * no character becomes U+FFFD.  So do DEL and the C1 controls: a program that
 * decodes them may print them, and a terminal obeys them.
 *
 * Return: the place behind the last escape.
 */
char *utf8_escape(char *p, const char *bytes, size_t len)
{
	unsigned int n;
	uint32_t c;

	while (len) {
		n = character((const uint8_t *)bytes, len);
		c = n ? decode((const uint8_t *)bytes, n) : REPLACEMENT;
		if (c > 0xffff) {
			p = put_unit(p, 0xd7c0 + (c >> 10));
			c = 0xdc00 + (c & 0x3ff);
		}
		p = put_unit(p, c);
		bytes += n ? n : 1;
		len -= n ? n : 1;
	}
	return p;
}
