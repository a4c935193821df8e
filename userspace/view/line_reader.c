// SPDX-License-Identifier: GPL-2.0
/*
 * A file is read in large pieces: memory does not grow with it, only with the
 * longest of its lines.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../util/error.h"
#include "line_reader.h"

#define FIRST_SIZE	(128 * 1024)
#define LINE_MAX_SIZE	(1U << 30)	/* tens of millions of owners */

/**
 * line_reader_begin() - take the lines from the first one on
 * @l: file, at its start
 */
void line_reader_begin(struct line_reader *l)
{
	l->start = 0;
	l->end = 0;
	l->eof = false;
	l->number = 0;
}

/* Makes room behind what is in the buffer, and reads into it. */
static int fill(struct line_reader *l)
{
	ssize_t n;

	if (l->start)
		memmove(l->buffer, l->buffer + l->start, l->end - l->start);
	l->end -= l->start;
	l->start = 0;
	if (l->end + 1 >= l->size) {
		if (l->size >= LINE_MAX_SIZE)
			return LINE_NO_END;
		l->size = l->size ? l->size * 2 : FIRST_SIZE;
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
 * line_reader_look() - what the file begins with
 * @l: file, nothing of it taken yet
 * @wanted: bytes that are to be looked at
 * @start: they
 * @len: how many there are, fewer than @wanted if the file has no more
 *
 * Return: 0 or LINE_FAILED.
 */
int line_reader_look(struct line_reader *l, size_t wanted, const char **start,
		  size_t *len)
{
	int err = 0;

	while (!err && !l->eof && l->end < wanted)
		err = fill(l);
	*start = l->buffer;
	*len = l->end;
	return err;
}

/**
 * line_reader_next() - take the next line
 * @l: file
 * @line: it, a NUL in place of its newline; valid until the next one is taken
 *
 * Return: 1; 0 at the end of the file; LINE_*, less than 0, otherwise.
 */
int line_reader_next(struct line_reader *l, char **line)
{
	size_t seen = 0;
	char *newline = NULL;
	int err;

	while (l->start + seen == l->end ||
	       !(newline = memchr(l->buffer + l->start + seen, '\n',
				  l->end - l->start - seen))) {
		seen = l->end - l->start;
		if (l->eof) {
			l->number += seen > 0;
			return seen ? LINE_CUT : 0;
		}
		err = fill(l);
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
 * line_reader_free() - close the file and give back its memory
 * @l: file, also one that could not be opened
 */
void line_reader_free(struct line_reader *l)
{
	if (l->fd > STDIN_FILENO)
		close(l->fd);
	free(l->buffer);
}
