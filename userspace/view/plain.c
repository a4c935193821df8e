// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "plain.h"
#include "bytes.h"

/* In its high bits: some byte is not printable ASCII. */
static u64 wrong_in(u64 bytes)
{
	return (bytes - BYTES_ONES * ' ') | (bytes + BYTES_ONES) | bytes;
}

static const char *skip_blanks(const char *line, const char *end)
{
	while (line < end && *line == ' ')
		line++;
	return line;
}

/*
 * Eight bytes at a time, of which the last is looked at again with those that
 * follow: of two blanks between them nobody would know.  Rows are padded to
 * columns, so that there is a gap every now and then.  Returns the place behind
 * what was written, and in @line where to go on.
 */
static char *put_words(char *p, const char **line, const char *end, u64 *wrong)
{
	const char *at = *line;
	u64 bytes, blanks, pairs;

	while (end - at >= BYTES) {
		bytes = bytes_load(at);
		blanks = bytes_blanks(bytes);
		pairs = blanks & blanks >> 8;
		*wrong |= wrong_in(bytes);
		memcpy(p, at, BYTES);
		if (pairs) {
			unsigned int first = __builtin_ctzll(pairs) / 8;

			p += first + 1;
			at = skip_blanks(at + first + 2, end);
		} else {
			p += BYTES - 1;
			at += BYTES - 1;
		}
	}
	*line = at;
	return p;
}

/**
 * plain_line() - a line as it is, with one blank between two words
 * @p: room for @len bytes
 * @line: line without its newline
 * @len: bytes of it
 *
 * Return: the place behind it; NULL if it holds a byte that a terminal obeys or
 * a program does not expect.
 */
char *plain_line(char *p, const char *line, size_t len)
{
	const char *end = line + len, *start = p;
	u64 wrong = 0;

	line = skip_blanks(line, end);
	p = put_words(p, &line, end, &wrong);
	if (wrong & BYTES_HIGHS)
		return NULL;
	for (; line < end; line++) {
		if (*line < ' ' || *line > '~')
			return NULL;
		if (*line != ' ' || (p > start && p[-1] != ' '))
			*p++ = *line;
	}
	return p > start && p[-1] == ' ' ? p - 1 : p;
}
