/* SPDX-License-Identifier: GPL-2.0 */
/* A file, line by line. */
#ifndef PORTSOCK_LINES_H
#define PORTSOCK_LINES_H

#include "../../module/format/base.h"

/* What is there instead of a line. */
enum {
	LINE_FAILED = -1,	/* it cannot be read: errno */
	LINE_CUT = -2,	/* the last one has no newline */
	LINE_NO_END = -3,	/* it is longer than any line */
	LINE_BINARY = -4,	/* there is a NUL in it */
};

/**
 * struct line_reader - a file being read
 * @fd: what it is read from
 * @trusted: nobody would write a NUL into it
 * @eof: all of it has been read into @buffer
 * @buffer: bytes read and not yet used up
 * @size: bytes of @buffer that there are
 * @start: first byte of @buffer that is not used up
 * @end: behind the last one
 * @number: number of the line last taken, from 1
 */
struct line_reader {
	int fd;
	bool trusted;
	bool eof;
	char *buffer;
	size_t size;
	size_t start;
	size_t end;
	u64 number;
};

void line_reader_begin(struct line_reader *l);
int line_reader_look(struct line_reader *l, size_t wanted, const char **start,
		  size_t *len);
int line_reader_next(struct line_reader *l, char **line);
void line_reader_free(struct line_reader *l);

/**
 * line_reader_len() - how long a line is
 * @l: file
 * @line: the line last taken
 *
 * Return: bytes, without the newline.
 */
static inline size_t line_reader_len(const struct line_reader *l, const char *line)
{
	return l->buffer + l->start - 1 - line;
}

#endif /* PORTSOCK_LINES_H */
