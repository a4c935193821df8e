// SPDX-License-Identifier: GPL-2.0
/*
 * The file is read in large pieces.  Memory does not grow with the file, only
 * with its longest line.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../util/error.h"
#include "line_reader.h"

#define BUFFER_SIZE	(128 * 1024)
#define LINE_SIZE_MAX	(1U << 30)	/* tens of millions of owners */

/**
 * line_reader_begin() - Start at the first line
 * @l: reader of a file whose offset is at its start
 */
void line_reader_begin(struct line_reader *l)
{
	l->start = 0;
	l->end = 0;
	l->eof = false;
	l->position = 0;
	l->number = 0;
}

/**
 * line_reader_seek() - Continue at a line that was read before
 * @l: reader of a file that can seek
 * @position: offset of the line in the file
 * @number: number of the line before it
 *
 * Return: 0 or LINE_FAILED.
 */
int line_reader_seek(struct line_reader *l, u64 position, u64 number)
{
	if (lseek(l->fd, position, SEEK_SET) < 0)
		return LINE_FAILED;
	line_reader_begin(l);
	l->position = position;
	l->number = number;
	return 0;
}

/* Move the rest to the front of the buffer, and read more behind it. */
static int fill_buffer(struct line_reader *l)
{
	ssize_t n;

	if (l->start)
		memmove(l->buffer, l->buffer + l->start, l->end - l->start);
	l->position += l->start;
	l->end -= l->start;
	l->start = 0;
	if (l->end + 1 >= l->size) {
		if (l->size >= LINE_SIZE_MAX)
			return LINE_NO_END;
		l->size = l->size ? l->size * 2 : BUFFER_SIZE;
		l->buffer = xrealloc(l->buffer, l->size);
	}
	do {
		n = read(l->fd, l->buffer + l->end, l->size - l->end - 1);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return LINE_FAILED;
	l->eof = !n;
	l->end += n;
	return 0;
}

/**
 * line_reader_look() - Return the first bytes of the file
 * @l: reader before its first line
 * @wanted: number of bytes
 * @start: the bytes
 * @len: number of them, less than @wanted if the file has no more
 *
 * Return: 0 or LINE_FAILED.
 */
int line_reader_look(struct line_reader *l, size_t wanted, const char **start,
		     size_t *len)
{
	int err = 0;

	while (!err && !l->eof && l->end < wanted)
		err = fill_buffer(l);
	*start = l->buffer;
	*len = l->end;
	return err;
}

/**
 * line_reader_next() - Read the next line
 * @l: reader
 * @line: the line with a NUL in place of its newline; valid until the next call
 *
 * Return: 1; 0 at the end of the file; one of LINE_FAILED to LINE_BINARY.
 */
int line_reader_next(struct line_reader *l, char **line)
{
	size_t scanned = 0;
	char *newline = NULL;
	int err;

	while (l->start + scanned == l->end ||
	       !(newline = memchr(l->buffer + l->start + scanned, '\n',
				  l->end - l->start - scanned))) {
		scanned = l->end - l->start;
		if (l->eof) {
			l->number += scanned > 0;
			return scanned ? LINE_CUT : 0;
		}
		err = fill_buffer(l);
		if (err)
			return err;
	}
	l->number++;
	*newline = '\0';
	*line = l->buffer + l->start;
	l->start = newline + 1 - l->buffer;
	return !l->trusted && *line + strlen(*line) != newline ?
		LINE_BINARY : 1;
}

/**
 * line_reader_free() - Close the file and free the buffer
 * @l: reader, also of a file that could not be opened
 */
void line_reader_free(struct line_reader *l)
{
	if (l->fd > STDIN_FILENO)
		close(l->fd);
	free(l->buffer);
}
