/* SPDX-License-Identifier: GPL-2.0 */
/* Hash table of entries that begin with their key. */
#ifndef PORTSOCK_RESOLVE_HASH_H
#define PORTSOCK_RESOLVE_HASH_H

#include "../../module/format/base.h"

/**
 * struct hash_key - Key of an entry
 * @kind: kind of entry, in a table of several kinds
 * @part: protocol of a port, form of an address, else 0
 * @high: first half of an IPv6 address, else 0
 * @low: second half of an IPv6 address, or a number
 */
struct hash_key {
	u32 kind;
	u32 part;
	u64 high;
	u64 low;
};

/**
 * struct hash - Hash table with open addressing; zeroed, it is empty
 * @slots: pointers to the keys of the entries, NULL where a slot is free
 * @size: number of slots, a power of two
 * @count: number of entries
 */
struct hash {
	struct hash_key **slots;
	size_t size;
	size_t count;
};

void *hash_find(const struct hash *h, const struct hash_key *key);
void *hash_add(struct hash *h, const struct hash_key *key, size_t size);
bool hash_find_text(const struct hash *h, const struct hash_key *key,
		    const char **text);
const char *hash_add_text(struct hash *h, const struct hash_key *key,
			  const char *text);
void hash_free(struct hash *h);

#endif /* PORTSOCK_RESOLVE_HASH_H */
