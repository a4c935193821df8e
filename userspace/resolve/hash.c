// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "../util/error.h"
#include "hash.h"

#define FIRST_SIZE	64
#define KEY_WORDS	(sizeof(struct hash_key) / sizeof(u32))

/* An entry of hash_add_text(). */
struct text_entry {
	struct hash_key key;
	bool exists;
	char text[];
};

/*
 * Other users choose ports and addresses.  Multiply-shift with random factors
 * is universal: keys that collide cannot be found without the factors.
 * The constants are used while the kernel has no random numbers yet.
 */
static struct hash_key **hash_slot(const struct hash *h,
				   const struct hash_key *key)
{
	static u64 factors[KEY_WORDS + 1] = {
		0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb,
		0xd6e8feb86659fd93, 0xa0761d6478bd642f, 0xe7037ed1a0b428db,
		0x8ebc6af09c88c6e3,
	};
	static bool seeded;
	u32 words[KEY_WORDS];
	ssize_t got;
	u64 sum;
	size_t i;

	if (!seeded) {
		got = getrandom(factors, sizeof(factors), GRND_NONBLOCK);
		(void)got;
		seeded = true;
	}
	memcpy(words, key, sizeof(words));
	for (sum = factors[KEY_WORDS], i = 0; i < KEY_WORDS; i++)
		sum += factors[i] * words[i];
	for (i = sum >> 32; h->slots[i & (h->size - 1)]; i++)
		if (!memcmp(h->slots[i & (h->size - 1)], key, sizeof(*key)))
			break;
	return &h->slots[i & (h->size - 1)];
}

/**
 * hash_find() - Look up an entry
 * @h: hash table
 * @key: key
 *
 * Return: the entry, or NULL.
 */
void *hash_find(const struct hash *h, const struct hash_key *key)
{
	return h->size ? *hash_slot(h, key) : NULL;
}

/**
 * hash_add() - Add an entry
 * @h: hash table without an entry of that key
 * @key: key, copied
 * @size: bytes of the entry, which begins with its struct hash_key
 *
 * Return: the entry, zeroed but for its key, until hash_free().
 */
void *hash_add(struct hash *h, const struct hash_key *key, size_t size)
{
	struct hash_key **old = h->slots, *entry;
	size_t i, old_size = h->size;

	if (2 * h->count >= old_size) {
		h->size = old_size ? 2 * old_size : FIRST_SIZE;
		h->slots = xrealloc(NULL, h->size * sizeof(*h->slots));
		memset(h->slots, 0, h->size * sizeof(*h->slots));
		for (i = 0; i < old_size; i++)
			if (old[i])
				*hash_slot(h, old[i]) = old[i];
		free(old);
	}
	entry = memset(xrealloc(NULL, size), 0, size);
	*entry = *key;
	*hash_slot(h, key) = entry;
	h->count++;
	return entry;
}

/**
 * hash_find_text() - Look up a text
 * @h: hash table
 * @key: key
 * @text: result; NULL if hash_add_text() recorded a missing text
 *
 * Return: True if there is an entry.
 */
bool hash_find_text(const struct hash *h, const struct hash_key *key,
		    const char **text)
{
	const struct text_entry *entry = hash_find(h, key);

	if (entry)
		*text = entry->exists ? entry->text : NULL;
	return entry;
}

/**
 * hash_add_text() - Add a text
 * @h: hash table
 * @key: key; the first text of a key stays
 * @text: copied; NULL records a missing text
 *
 * Return: the text of that key in the table, or NULL.
 */
const char *hash_add_text(struct hash *h, const struct hash_key *key,
			  const char *text)
{
	size_t size = text ? strlen(text) + 1 : 0;
	struct text_entry *entry;
	const char *first;

	if (hash_find_text(h, key, &first))
		return first;
	entry = hash_add(h, key, sizeof(*entry) + size);
	entry->exists = text;
	return text ? memcpy(entry->text, text, size) : NULL;
}

/**
 * hash_free() - Free all entries
 * @h: hash table, empty afterwards
 */
void hash_free(struct hash *h)
{
	size_t i;

	for (i = 0; i < h->size; i++)
		free(h->slots[i]);
	free(h->slots);
	*h = (struct hash){};
}
