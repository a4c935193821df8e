// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "plain.h"
#include "../module/core/bytes.h"

/* In its high bits: some byte is not printable ASCII, or two are blanks. */
static u64 wrong_in(u64 bytes)
{
	u64 blanks = ps_bytes_blanks(bytes);

	return (bytes - PS_BYTES_ONES * ' ') | (bytes + PS_BYTES_ONES) |
		bytes | (blanks & blanks << 8);
}

/* Whether nothing has to be changed, as in what the kernel writes. */
static bool is_plain(const char *line, size_t len)
{
	const char *last = line + len - PS_BYTES;
	u64 wrong = 0;

	if (len < PS_BYTES || line[0] == ' ' || line[len - 1] == ' ')
		return false;
	for (; line < last; line += PS_BYTES - 1)	/* all neighbours */
		wrong |= wrong_in(ps_bytes_load(line));
	wrong |= wrong_in(ps_bytes_load(last));
	return !(wrong & PS_BYTES_HIGHS);
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
	const char *end = line + len, *start = p;
	bool blank = true;

	if (is_plain(line, len))
		return (char *)memcpy(p, line, len) + len;
	for (; line < end; line++) {
		if (*line < ' ' || *line > '~')
			return NULL;
		if (!blank || *line != ' ')
			*p++ = *line;
		blank = *line == ' ';
	}
	return blank && p > start ? p - 1 : p;
}
