// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../module/format/put.h"
#include "buf.h"
#include "error.h"

#define FIRST_SIZE	(64 * 1024)
#define FIRST_SIZE_TEXT	512	/* in memory: filters, names */

/**
 * buf_init() - Make an empty buffer
 * @t: buffer
 * @fd: descriptor to write to, -1 to keep the text in memory
 */
void buf_init(struct buf *t, int fd)
{
	memset(t, 0, sizeof(*t));
	t->fd = fd;
}

/* Free the memory of a buffer.  Text that was not flushed is lost. */
void buf_free(struct buf *t)
{
	free(t->data);
	t->data = NULL;
}

/**
 * buf_flush() - Write the text to the descriptor
 * @t: buffer with a descriptor
 *
 * After an error all text is dropped: the output must not have holes.
 *
 * Return: 0, or errno of the first write() that failed.
 */
int buf_flush(struct buf *t)
{
	size_t done = 0;
	ssize_t n;

	while (done < t->len && !t->error) {
		n = write(t->fd, t->data + done, t->len - done);
		if (n >= 0)
			done += n;
		else if (errno != EINTR)
			t->error = errno;
	}
	t->len = 0;
	return t->error;
}

/**
 * buf_make_room() - Flush or grow a buffer: the slow path of buf_room()
 * @t: buffer
 * @len: bytes of room
 *
 * Return: Where the text goes.
 */
char *buf_make_room(struct buf *t, size_t len)
{
	size_t size = t->size;

	if (!size)
		size = t->fd < 0 ? FIRST_SIZE_TEXT : FIRST_SIZE;
	if (t->fd >= 0)
		buf_flush(t);
	while (size - t->len < len)
		size *= 2;
	if (size != t->size) {
		t->data = xrealloc(t->data, size);
		t->size = size;
	}
	return t->data + t->len;
}

/* Add @len bytes of @data. */
void buf_put(struct buf *t, const char *data, size_t len)
{
	memcpy(buf_room(t, len), data, len);
	t->len += len;
}

/* Add a NUL-terminated text. */
void buf_word(struct buf *t, const char *word)
{
	buf_put(t, word, strlen(word));
}

/* Add a number in decimal. */
void buf_u64(struct buf *t, u64 value)
{
	buf_done(t, ps_put_u64(buf_room(t, PS_U64_ROOM), value));
}

/* Add formatted text of any length. */
void buf_vprintf(struct buf *t, const char *format, va_list args)
{
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	if (len > 0) {
		vsnprintf(buf_room(t, len + 1), len + 1, format, again);
		t->len += len;
	}
	va_end(again);
}

/* The same with arguments. */
void buf_printf(struct buf *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_vprintf(t, format, args);
	va_end(args);
}

/**
 * buf_finish() - Flush and free a buffer in front of standard output
 * @t: buffer
 * @status: exit status so far
 *
 * Return: @status; STATUS_ERROR after an error message if the text could not be
 * written.  A closed pipe is not an error.
 */
int buf_finish(struct buf *t, int status)
{
	int err = buf_flush(t);

	if (!err && close(STDOUT_FILENO))
		err = errno;
	if (err && err != EPIPE) {
		error_print("cannot write: %s", strerror(err));
		status = STATUS_ERROR;
	}
	buf_free(t);
	return status;
}
