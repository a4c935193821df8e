// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "gfp.h"
#include "vec.h"

/**
 * ps_vec_init() - an empty list
 * @vec: list
 * @size: of an element, in bytes
 *
 * Context: any.
 */
void ps_vec_init(struct ps_vec *vec, u32 size)
{
	memset(vec, 0, sizeof(*vec));
	vec->size = size;
}

/**
 * ps_vec_free() - free all elements; the list is empty afterwards
 * @vec: list, initialised
 *
 * Context: process, may sleep.
 */
void ps_vec_free(struct ps_vec *vec)
{
	u32 i;

	for (i = 0; i < vec->capacity && vec->chunks[i]; i++) {
		kvfree(vec->chunks[i]);
		cond_resched();
	}
	kvfree(vec->chunks);
	ps_vec_init(vec, vec->size);
}

/* A page is had from the slabs for a tenth; of more they would waste half. */
static void *new_chunk(const struct ps_vec *vec)
{
	size_t size = (size_t)vec->size * PS_VEC_CHUNK;

	return size <= PAGE_SIZE ? kmalloc(size, PS_GFP) :
		__vmalloc(size, PS_GFP);
}

static int vec_widen(struct ps_vec *vec)
{
	u32 capacity = max(2 * vec->capacity, 16U);
	void **chunks = kvcalloc(capacity, sizeof(*chunks), PS_GFP);

	if (!chunks)
		return -ENOMEM;
	if (vec->chunks)
		memcpy(chunks, vec->chunks, vec->capacity * sizeof(*chunks));
	kvfree(vec->chunks);
	vec->chunks = chunks;
	vec->capacity = capacity;
	return 0;
}

/**
 * ps_vec_grow() - room for the first element of a chunk
 * @vec: list
 *
 * Context: process, may sleep.  The memory is charged to the caller's cgroup.
 * Return: 0 or -ENOMEM.
 */
int ps_vec_grow(struct ps_vec *vec)
{
	u32 chunk = vec->count >> PS_VEC_SHIFT;

	if (chunk == vec->capacity && vec_widen(vec))
		return -ENOMEM;
	if (!vec->chunks[chunk])
		vec->chunks[chunk] = new_chunk(vec);
	return vec->chunks[chunk] ? 0 : -ENOMEM;
}
