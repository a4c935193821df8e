/* SPDX-License-Identifier: GPL-2.0 */
/* Names that were looked up once. */
#ifndef PORTSOCK_CACHE_H
#define PORTSOCK_CACHE_H

#include "../../module/format/base.h"

/**
 * struct name_key - what a name is of
 * @kind: what sort of name it is
 * @part: protocol of a service, form of an address, else 0
 * @high: first half of an address, else 0
 * @low: second half of an address, a number
 */
struct name_key {
	u32 kind;
	u32 part;
	u64 high;
	u64 low;
};

/**
 * struct name_cache - names by their keys
 * @root: tsearch()'s tree
 */
struct name_cache {
	void *root;
};

bool name_cache_find(const struct name_cache *c, const struct name_key *key,
		   const char **name);
const char *name_cache_add(struct name_cache *c, const struct name_key *key,
			 const char *name);
void name_cache_free(struct name_cache *c);

#endif /* PORTSOCK_CACHE_H */
