// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "buf.h"
#include "../../module/format/put.h"

#define FIRST_SIZE	(64 * 1024)

/**
 * buf_init() - begin a text
 * @t: text
 * @fd: where it goes, -1: nowhere, it is kept in memory
 */
void buf_init(struct buf *t, int fd)
{
	memset(t, 0, sizeof(*t));
	t->fd = fd;
}

/**
 * buf_free() - give back a text's memory
 * @t: text; what was not flushed is gone
 */
void buf_free(struct buf *t)
{
	free(t->data);
	t->data = NULL;
}

/**
 * buf_flush() - write out what is there
 * @t: text with a descriptor
 *
 * After a failure what is put is dropped: nobody wants a text with holes.
 *
 * Return: 0, or errno of the first write that failed.
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
 * buf_make_room() - the slow way of buf_room()
 * @t: text
 * @len: how many bytes there may be
 *
 * Return: where they go.
 */
char *buf_make_room(struct buf *t, size_t len)
{
	size_t size = t->size ? t->size : FIRST_SIZE;

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

/**
 * buf_put() - put bytes
 * @t: text
 * @data: any bytes
 * @len: of @data
 */
void buf_put(struct buf *t, const char *data, size_t len)
{
	memcpy(buf_room(t, len), data, len);
	t->len += len;
}

/**
 * buf_word() - put a word
 * @t: text
 * @word: NUL-terminated
 */
void buf_word(struct buf *t, const char *word)
{
	buf_put(t, word, strlen(word));
}

/**
 * buf_u64() - put a number
 * @t: text
 * @value: the number
 */
void buf_u64(struct buf *t, u64 value)
{
	buf_done(t, ps_put_u64(buf_room(t, PS_U64_ROOM), value));
}

/**
 * buf_finish() - write out what there is, for good
 * @t: text on its way to standard output; freed
 * @status: exit status so far
 *
 * Who closes a pipe has seen enough, and that is no error.
 *
 * Return: @status, STATUS_ERROR when it could not be written; that has been
 * said then.
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
