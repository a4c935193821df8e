// SPDX-License-Identifier: GPL-2.0
#include <stdint.h>
#include <string.h>

#include "utf8.h"
#include "../module/core/put.h"

#define REPLACEMENT	"\xef\xbf\xbd"	/* U+FFFD */

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

/**
 * ps_utf8_put() - bytes as valid UTF-8
 * @p: room for PS_UTF8_MOST times @len bytes
 * @bytes: any
 * @len: of @bytes
 *
 * A byte that belongs to no character becomes U+FFFD.  So do DEL and the C1
 * controls, which JSON does not escape and a terminal obeys.
 *
 * Return: the place behind it.
 */
char *ps_utf8_put(char *p, const char *bytes, size_t len)
{
	unsigned int n;

	while (len) {
		n = character((const uint8_t *)bytes, len);
		if (n)
			p = mempcpy(p, bytes, n);
		else
			p = ps_put_literal(p, REPLACEMENT);
		bytes += n ? n : 1;
		len -= n ? n : 1;
	}
	return p;
}
