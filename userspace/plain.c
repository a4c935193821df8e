// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "plain.h"

#define ONES	0x0101010101010101ULL	/* one in each of eight bytes */
#define HIGHS	(ONES << 7)

/* The high bit of each byte that is a blank. */
static u64 blanks_in(u64 bytes)
{
	bytes ^= ONES * ' ';
	return ~(((bytes & ~HIGHS) + ~HIGHS) | bytes) & HIGHS;
}

/* Whether one of the bytes is not printable ASCII. */
static bool is_bad(u64 bytes)
{
	return ((bytes - ONES * ' ') | (bytes + ONES) | bytes) & HIGHS;
}

/* Some bytes, of blanks that follow each other the first only. */
static char *put_slowly(char *p, const char *bytes, size_t len, bool *blank,
			bool *bad)
{
	for (; len; len--, bytes++) {
		*bad |= *bytes < ' ' || *bytes > '~';
		if (!*blank || *bytes != ' ')
			*p++ = *bytes;
		*blank = *bytes == ' ';
	}
	return p;
}

/**
 * ps_plain_line() - a line as it is, with one blank between two words
 * @p: room for @len bytes
 * @line: line without its newline
 * @len: bytes of it
 *
 * Return: the place behind it; NULL if it holds a byte that a terminal obeys or
 * a program does not expect.
 */
char *ps_plain_line(char *p, const char *line, size_t len)
{
	bool blank = true, bad = false;
	const char *end = line + len, *start = p;
	u64 bytes, blanks;

	for (; end - line >= (ptrdiff_t)sizeof(bytes); line += sizeof(bytes)) {
		memcpy(&bytes, line, sizeof(bytes));
		blanks = blanks_in(bytes);
		if (is_bad(bytes))
			return NULL;
		if (blanks & blanks << 8 || (blank && *line == ' ')) {
			p = put_slowly(p, line, sizeof(bytes), &blank, &bad);
			continue;
		}
		memcpy(p, &bytes, sizeof(bytes));
		p += sizeof(bytes);
		blank = p[-1] == ' ';
	}
	p = put_slowly(p, line, end - line, &blank, &bad);
	if (bad)
		return NULL;
	return blank && p > start ? p - 1 : p;
}
