// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "text.h"
#include "../module/format/put.h"

#define FIRST_SIZE	(64 * 1024)

/**
 * ps_text_init() - begin a text
 * @t: text
 * @fd: where it goes, -1: nowhere, it is kept in memory
 */
void ps_text_init(struct ps_text *t, int fd)
{
	memset(t, 0, sizeof(*t));
	t->fd = fd;
}

/**
 * ps_text_free() - give back a text's memory
 * @t: text; what was not flushed is gone
 */
void ps_text_free(struct ps_text *t)
{
	free(t->data);
	t->data = NULL;
}

/**
 * ps_text_flush() - write out what is there
 * @t: text with a descriptor
 *
 * After a failure what is put is dropped: nobody wants a text with holes.
 *
 * Return: 0, or errno of the first write that failed.
 */
int ps_text_flush(struct ps_text *t)
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
 * ps_text_make_room() - the slow way of ps_text_room()
 * @t: text
 * @len: how many bytes there may be
 *
 * Return: where they go.
 */
char *ps_text_make_room(struct ps_text *t, size_t len)
{
	size_t size = t->size ? t->size : FIRST_SIZE;

	if (t->fd >= 0)
		ps_text_flush(t);
	while (size - t->len < len)
		size *= 2;
	if (size != t->size) {
		t->data = ps_realloc(t->data, size);
		t->size = size;
	}
	return t->data + t->len;
}

/**
 * ps_text_put() - put bytes
 * @t: text
 * @data: any bytes
 * @len: of @data
 */
void ps_text_put(struct ps_text *t, const char *data, size_t len)
{
	memcpy(ps_text_room(t, len), data, len);
	t->len += len;
}

/**
 * ps_text_word() - put a word
 * @t: text
 * @word: NUL-terminated
 */
void ps_text_word(struct ps_text *t, const char *word)
{
	ps_text_put(t, word, strlen(word));
}

/**
 * ps_text_u64() - put a number
 * @t: text
 * @value: the number
 */
void ps_text_u64(struct ps_text *t, u64 value)
{
	ps_text_done(t, ps_put_u64(ps_text_room(t, PS_U64_ROOM), value));
}

/**
 * ps_text_finish() - write out what there is, for good
 * @t: text on its way to standard output; freed
 * @status: exit status so far
 *
 * Who closes a pipe has seen enough, and that is no error.
 *
 * Return: @status, PS_EXIT_ERROR when it could not be written; that has been
 * said then.
 */
int ps_text_finish(struct ps_text *t, int status)
{
	int err = ps_text_flush(t);

	if (!err && close(STDOUT_FILENO))
		err = errno;
	if (err && err != EPIPE) {
		ps_error("cannot write: %s", strerror(err));
		status = PS_EXIT_ERROR;
	}
	ps_text_free(t);
	return status;
}
