// SPDX-License-Identifier: GPL-2.0
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "name_cache.h"
#include "../util/error.h"

struct cached {
	struct name_key key;
	char *name;
};

static int compare(const void *a, const void *b)
{
	const struct cached *x = a, *y = b;

	return memcmp(&x->key, &y->key, sizeof(x->key));
}

/**
 * name_cache_find() - a name that was added before
 * @c: cache
 * @key: what it is of
 * @name: the name, NULL if it is known that there is none
 *
 * Return: whether it was added.
 */
bool name_cache_find(const struct name_cache *c, const struct name_key *key,
		   const char **name)
{
	struct cached *const *found = tfind(key, &c->root, compare);

	if (found)
		*name = (*found)->name;
	return found;
}

/**
 * name_cache_add() - remember a name; the first one of a key stays
 * @c: cache
 * @key: what it is of
 * @name: it, copied; NULL if there is none
 *
 * Return: the name that is remembered.
 */
const char *name_cache_add(struct name_cache *c, const struct name_key *key,
			 const char *name)
{
	struct cached *e = xrealloc(NULL, sizeof(*e)), **found;

	e->key = *key;
	e->name = NULL;
	found = tsearch(e, &c->root, compare);
	if (!found)
		out_of_memory();
	if (*found != e) {
		free(e);
		return (*found)->name;
	}
	if (name) {
		e->name = xrealloc(NULL, strlen(name) + 1);
		strcpy(e->name, name);
	}
	return e->name;
}

static void free_cached(void *node)
{
	struct cached *e = node;

	free(e->name);
	free(e);
}

/**
 * name_cache_free() - forget all names
 * @c: cache, empty afterwards
 */
void name_cache_free(struct name_cache *c)
{
	tdestroy(c->root, free_cached);
	c->root = NULL;
}
