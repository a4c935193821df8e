/* SPDX-License-Identifier: GPL-2.0 */
/* Read a file line by line. */
#ifndef PORTSOCK_VIEW_LINE_READER_H
#define PORTSOCK_VIEW_LINE_READER_H

#include "../../module/format/base.h"

/* Results of line_reader_next() other than a line. */
enum {
	LINE_FAILED = -1,	/* read() failed with errno */
	LINE_CUT = -2,		/* the last line has no newline */
	LINE_NO_END = -3,	/* longer than any row can be */
	LINE_BINARY = -4,	/* the line contains a NUL */
};

/**
 * struct line_reader - A file being read
 * @fd: its descriptor
 * @trusted: no line contains a NUL
 * @eof: the rest of the file is in @buffer
 * @buffer: bytes read and not yet returned
 * @size: size of @buffer in bytes
 * @start: first byte of @buffer that was not returned
 * @end: end of the bytes in @buffer
 * @position: offset in the file of @buffer[0], from where reading began
 * @number: number of the last line, from 1
 */
struct line_reader {
	int fd;
	bool trusted;
	bool eof;
	char *buffer;
	size_t size;
	size_t start;
	size_t end;
	u64 position;
	u64 number;
};

void line_reader_begin(struct line_reader *l);
int line_reader_seek(struct line_reader *l, u64 position, u64 number);
int line_reader_look(struct line_reader *l, size_t wanted, const char **start,
		     size_t *len);
int line_reader_next(struct line_reader *l, char **line);
void line_reader_free(struct line_reader *l);

/* Return the length of @line, the last line, in bytes. */
static inline size_t line_reader_len(const struct line_reader *l,
				     const char *line)
{
	return l->buffer + l->start - 1 - line;
}

#endif /* PORTSOCK_VIEW_LINE_READER_H */
