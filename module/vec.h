/* SPDX-License-Identifier: GPL-2.0 */
/* Vector of chunks: elements never move, and no allocation is large. */
#ifndef PORTSOCK_VEC_H
#define PORTSOCK_VEC_H

#include <linux/types.h>

#define PS_VEC_SHIFT	8		/* elements of a chunk: 256 */
#define PS_VEC_CHUNK	(1U << PS_VEC_SHIFT)

/**
 * struct ps_vec - vector of elements of one size
 * @chunks: arrays of PS_VEC_CHUNK elements, NULL behind the last
 * @capacity: size of @chunks
 * @count: elements in use
 * @size: size of an element in bytes
 */
struct ps_vec {
	void **chunks;
	u32 capacity;
	u32 count;
	u32 size;
};

void ps_vec_init(struct ps_vec *vec, u32 size);
void ps_vec_free(struct ps_vec *vec);
int ps_vec_grow(struct ps_vec *vec);

/* Return element @i; the pointer is valid until ps_vec_free(). */
static inline void *ps_vec_at(const struct ps_vec *vec, u32 i)
{
	return vec->chunks[i >> PS_VEC_SHIFT] +
		(size_t)(i & (PS_VEC_CHUNK - 1)) * vec->size;
}

/**
 * ps_vec_push() - Append an element
 * @vec: vector
 *
 * Context: process, may sleep.  The memory is charged to the caller's cgroup.
 * Return: the new element, not initialised; NULL without memory.
 */
static inline void *ps_vec_push(struct ps_vec *vec)
{
	if (unlikely(!(vec->count & (PS_VEC_CHUNK - 1))) && ps_vec_grow(vec))
		return NULL;
	return ps_vec_at(vec, vec->count++);
}

#endif /* PORTSOCK_VEC_H */
