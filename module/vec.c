// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "gfp.h"
#include "vec.h"

/* Initialise an empty vector of elements of @size bytes. */
void ps_vec_init(struct ps_vec *vec, u32 size)
{
	memset(vec, 0, sizeof(*vec));
	vec->size = size;
}

/**
 * ps_vec_free() - Free all elements, and leave the vector empty
 * @vec: vector, initialised
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

static int vec_grow_chunks(struct ps_vec *vec)
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
 * ps_vec_grow() - Allocate the chunk of the next element
 * @vec: vector
 *
 * Context: process, may sleep.  The memory is charged to the caller's cgroup.
 * Return: 0 or -ENOMEM.
 */
int ps_vec_grow(struct ps_vec *vec)
{
	size_t size = (size_t)vec->size * PS_VEC_CHUNK;
	u32 chunk = vec->count >> PS_VEC_SHIFT;

	if (chunk == vec->capacity && vec_grow_chunks(vec))
		return -ENOMEM;
	if (vec->chunks[chunk])
		return 0;
	/*
	 * kmalloc() of up to a page takes a tenth of the time of vmalloc().
	 * Beyond a page it rounds up to a power of two and may waste half.
	 */
	vec->chunks[chunk] = size <= PAGE_SIZE ? kmalloc(size, PS_GFP) :
		__vmalloc(size, PS_GFP);
	return vec->chunks[chunk] ? 0 : -ENOMEM;
}
