// SPDX-License-Identifier: GPL-2.0
/*
 * A terminal obeys control characters, and the kernel escapes them.  A line
 * with another byte than printable ASCII was not written by the kernel.
 */
#include <string.h>

#include "bytes.h"
#include "plain.h"

/* Set high bits in the result if a byte is not printable ASCII. */
static u64 unprintable(u64 bytes)
{
	return (bytes - BYTES_ONES * ' ') | (bytes + BYTES_ONES) | bytes;
}

/**
 * line_is_plain() - Check that a line consists of printable ASCII
 * @line: line without its newline
 * @len: length of @line in bytes
 *
 * Return: True if no byte is a control character, DEL or beyond ASCII.
 */
bool line_is_plain(const char *line, size_t len)
{
	const char *end = line + len;
	u64 wrong = 0;

	for (; end - line >= BYTES; line += BYTES)
		wrong |= unprintable(bytes_load(line));
	for (; line < end; line++)
		wrong |= *line < ' ' || *line > '~' ? BYTES_HIGHS : 0;
	return !(wrong & BYTES_HIGHS);
}

/**
 * plain_line() - Copy a line with one blank between two words
 * @p: room for @len bytes, and for BYTES more
 * @line: line without its newline
 * @len: length of @line in bytes
 *
 * Eight bytes are copied at a time, up to the second of two blanks.
 *
 * Return: Pointer past the copy; NULL if line_is_plain() is false.
 */
char *plain_line(char *p, const char *line, size_t len)
{
	const char *end = line + len, *start = p;
	u64 before = BYTES_FIRST, wrong = 0;	/* no blank at the start */

	while (end - line >= BYTES) {
		u64 bytes = bytes_load(line), blanks = bytes_blanks(bytes);
		u64 second = blanks & (blanks << 8 | before);

		wrong |= unprintable(bytes);
		memcpy(p, line, BYTES);
		if (second) {
			unsigned int kept = __builtin_ctzll(second) / 8;

			p += kept;
			line += kept;
			while (line < end && *line == ' ')
				line++;
			before = BYTES_FIRST;
			continue;
		}
		before = blanks >> 56;
		p += BYTES;
		line += BYTES;
	}
	for (; line < end; line++) {
		if (*line < ' ' || *line > '~')
			return NULL;
		if (*line != ' ' || !before)
			*p++ = *line;
		before = *line == ' ';
	}
	if (wrong & BYTES_HIGHS)
		return NULL;
	return p > start && p[-1] == ' ' ? p - 1 : p;
}
