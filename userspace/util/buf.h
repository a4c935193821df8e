/* SPDX-License-Identifier: GPL-2.0 */
/* A buffer for text, in memory or in front of a file descriptor. */
#ifndef PORTSOCK_UTIL_BUF_H
#define PORTSOCK_UTIL_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "../../module/format/base.h"

/**
 * struct buf - Text being written
 * @data: text that was not written to @fd yet
 * @len: length of @data in bytes
 * @size: size of @data in bytes
 * @fd: descriptor that a full buffer is written to, -1: the buffer grows
 * @error: errno of the first write() that failed, or 0
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
void buf_printf(struct buf *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *t, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
int buf_flush(struct buf *t);
int buf_finish(struct buf *t, int status);

/**
 * buf_room() - Return room for text
 * @t: buffer
 * @len: bytes of room
 *
 * Return: Where the text goes; buf_done() adds it to the buffer.
 */
static inline char *buf_room(struct buf *t, size_t len)
{
	if (t->size - t->len <= len)	/* also without memory, for no bytes */
		return buf_make_room(t, len);
	return t->data + t->len;
}

/* Add text that was written to the room of buf_room(), up to @end. */
static inline void buf_done(struct buf *t, const char *end)
{
	t->len = end - t->data;
}

/* Add a byte. */
static inline void buf_char(struct buf *t, char c)
{
	*buf_room(t, 1) = c;
	t->len++;
}

#endif /* PORTSOCK_UTIL_BUF_H */
