/* SPDX-License-Identifier: GPL-2.0 */
/* A file, line by line. */
#ifndef PORTSOCK_LINES_H
#define PORTSOCK_LINES_H

#include "../module/format/base.h"

/* What is there instead of a line. */
enum {
	PS_LINES_FAILED = -1,	/* it cannot be read: errno */
	PS_LINES_CUT = -2,	/* the last one has no newline */
	PS_LINES_NO_END = -3,	/* it is longer than any line */
	PS_LINES_BINARY = -4,	/* there is a NUL in it */
};

/**
 * struct ps_lines - a file being read
 * @fd: what it is read from
 * @trusted: nobody would write a NUL into it
 * @eof: all of it has been read into @buffer
 * @buffer: bytes read and not yet used up
 * @size: bytes of @buffer that there are
 * @start: first byte of @buffer that is not used up
 * @end: behind the last one
 * @number: number of the line last taken, from 1
 */
struct ps_lines {
	int fd;
	bool trusted;
	bool eof;
	char *buffer;
	size_t size;
	size_t start;
	size_t end;
	u64 number;
};

void ps_lines_begin(struct ps_lines *l);
int ps_lines_look(struct ps_lines *l, size_t wanted, const char **start,
		  size_t *len);
int ps_lines_next(struct ps_lines *l, char **line);
void ps_lines_free(struct ps_lines *l);

/**
 * ps_lines_len() - how long a line is
 * @l: file
 * @line: the line last taken
 *
 * Return: bytes, without the newline.
 */
static inline size_t ps_lines_len(const struct ps_lines *l, const char *line)
{
	return l->buffer + l->start - 1 - line;
}

#endif /* PORTSOCK_LINES_H */
