/* SPDX-License-Identifier: GPL-2.0 */
/* A buffer that text is put into: in memory, or on its way to a descriptor. */
#ifndef PORTSOCK_TEXT_H
#define PORTSOCK_TEXT_H

#include <stddef.h>

#include "../module/format/base.h"

/**
 * struct ps_text - text being written
 * @data: what was put so far and not yet written out
 * @len: bytes of @data that are used
 * @size: bytes of @data that there are
 * @fd: where it goes when it is full, -1: it stays and @data grows
 * @error: errno of the first write that failed, 0 while all is well
 */
struct ps_text {
	char *data;
	size_t len;
	size_t size;
	int fd;
	int error;
};

void ps_text_init(struct ps_text *t, int fd);
void ps_text_free(struct ps_text *t);
char *ps_text_make_room(struct ps_text *t, size_t len);
void ps_text_put(struct ps_text *t, const char *data, size_t len);
void ps_text_word(struct ps_text *t, const char *word);
void ps_text_u64(struct ps_text *t, u64 value);
int ps_text_flush(struct ps_text *t);
int ps_text_finish(struct ps_text *t, int status);

/**
 * ps_text_room() - room for the next bytes
 * @t: text
 * @len: how many there may be
 *
 * Return: where they go; ps_text_done() says how far they went.
 */
static inline char *ps_text_room(struct ps_text *t, size_t len)
{
	if (t->size - t->len <= len)	/* also for nothing, while there is no memory */
		return ps_text_make_room(t, len);
	return t->data + t->len;
}

/**
 * ps_text_done() - what was written into the room of ps_text_room() is put
 * @t: text
 * @end: behind the last byte that was written
 */
static inline void ps_text_done(struct ps_text *t, const char *end)
{
	t->len = end - t->data;
}

/**
 * ps_text_char() - put a byte
 * @t: text
 * @c: the byte
 */
static inline void ps_text_char(struct ps_text *t, char c)
{
	*ps_text_room(t, 1) = c;
	t->len++;
}

#endif /* PORTSOCK_TEXT_H */
