/* SPDX-License-Identifier: GPL-2.0 */
/* A buffer that text is put into: in memory, or on its way to a descriptor. */
#ifndef PORTSOCK_TEXT_H
#define PORTSOCK_TEXT_H

#include <stddef.h>

#include "../../module/format/base.h"

/**
 * struct buf - text being written
 * @data: what was put so far and not yet written out
 * @len: bytes of @data that are used
 * @size: bytes of @data that there are
 * @fd: where it goes when it is full, -1: it stays and @data grows
 * @error: errno of the first write that failed, 0 while all is well
 */
struct buf {
	char *data;
	size_t len;
	size_t size;
	int fd;
	int error;
};

void buf_init(struct buf *t, int fd);
void buf_free(struct buf *t);
char *buf_make_room(struct buf *t, size_t len);
void buf_put(struct buf *t, const char *data, size_t len);
void buf_word(struct buf *t, const char *word);
void buf_u64(struct buf *t, u64 value);
int buf_flush(struct buf *t);
int buf_finish(struct buf *t, int status);

/**
 * buf_room() - room for the next bytes
 * @t: text
 * @len: how many there may be
 *
 * Return: where they go; buf_done() says how far they went.
 */
static inline char *buf_room(struct buf *t, size_t len)
{
	if (t->size - t->len <= len)	/* also for nothing, while there is no memory */
		return buf_make_room(t, len);
	return t->data + t->len;
}

/**
 * buf_done() - what was written into the room of buf_room() is put
 * @t: text
 * @end: behind the last byte that was written
 */
static inline void buf_done(struct buf *t, const char *end)
{
	t->len = end - t->data;
}

/**
 * buf_char() - put a byte
 * @t: text
 * @c: the byte
 */
static inline void buf_char(struct buf *t, char c)
{
	*buf_room(t, 1) = c;
	t->len++;
}

#endif /* PORTSOCK_TEXT_H */
