/* SPDX-License-Identifier: GPL-2.0 */
/* Names that were looked up once. */
#ifndef PORTSOCK_CACHE_H
#define PORTSOCK_CACHE_H

#include "../module/format/base.h"

/**
 * struct ps_key - what a name is of
 * @kind: what sort of name it is
 * @part: protocol of a service, form of an address, else 0
 * @high: first half of an address, else 0
 * @low: second half of an address, a number
 */
struct ps_key {
	u32 kind;
	u32 part;
	u64 high;
	u64 low;
};

/**
 * struct ps_cache - names by their keys
 * @root: tsearch()'s tree
 */
struct ps_cache {
	void *root;
};

bool ps_cache_find(const struct ps_cache *c, const struct ps_key *key,
		   const char **name);
const char *ps_cache_add(struct ps_cache *c, const struct ps_key *key,
			 const char *name);
void ps_cache_free(struct ps_cache *c);

#endif /* PORTSOCK_CACHE_H */
