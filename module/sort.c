// SPDX-License-Identifier: GPL-2.0
/*
 * A row's place is a 64-bit key, nearly always enough to tell two rows apart:
 * a radix sort over the keys, by the digits in which they differ at all, then
 * full comparison among those of one key.  Those without a port come last and
 * are sorted apart: their keys have nothing in common with the others'.
 */
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "core/order.h"
#include "gfp.h"
#include "sort.h"
#include "store.h"

#define DIGIT_BITS_MIN	8
#define DIGIT_BITS_MAX	16
#define SMALL_RUN	256	/* shorter than it takes to count digits */
#define TINY_RUN	16	/* shorter than it takes to halve it */

struct item {
	u64 key;
	struct ps_record *record;
};

/* The more rows, the fewer passes: about half as many digits as rows. */
static u32 digit_bits(u32 count)
{
	return clamp_t(u32, ilog2(count) - 1, DIGIT_BITS_MIN, DIGIT_BITS_MAX);
}

/* One pass, stable. */
static void radix_pass(const struct item *from, struct item *to, u32 count,
		       unsigned int shift, u32 *places)
{
	const u32 digits = 1U << digit_bits(count), mask = digits - 1;
	const struct item *item, *stop, *end = from + count;
	u32 i, at = 0, n;

	memset(places, 0, digits * sizeof(*places));
	ps_for_breathing(item, stop, from, end)
		places[item->key >> shift & mask]++;
	for (i = 0; i < digits; i++) {
		n = places[i];
		places[i] = at;
		at += n;
	}
	ps_for_breathing(item, stop, from, end)
		to[places[item->key >> shift & mask]++] = *item;
}

/* The bits in which the keys differ. */
static u64 differing(const struct item *items, u32 count)
{
	const struct item *item, *stop;
	u64 bits = 0;

	ps_for_breathing(item, stop, items, items + count)
		bits |= item->key ^ items->key;
	return bits;
}

static u32 end_of_run(const struct item *items, u32 begin, u32 count)
{
	u32 end = begin + 1;

	while (end < count && items[end].key == items[begin].key)
		end++;
	return end;
}

/* Returns which of the two arrays is the sorted one. */
static struct item *radix_sort(struct item *items, struct item *spare,
			       u32 count, u32 *places)
{
	u64 bits = differing(items, count);
	unsigned int shift;

	while (bits) {
		shift = __ffs64(bits);
		radix_pass(items, spare, count, shift, places);
		swap(items, spare);
		bits &= ~0ULL << shift << digit_bits(count);
	}
	return items;
}

static int cmp_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return ps_order_cmp(x->record, y->record);
}

/* Few rows: each goes in front of those that it comes before. */
static void insert_each(struct item *items, u32 count)
{
	struct item item;
	u32 i, to;

	for (i = 1; i < count; i++) {
		item = items[i];
		for (to = i; to && cmp_items(&items[to - 1], &item) > 0; to--)
			items[to] = items[to - 1];
		items[to] = item;
	}
}

static void sort_few(struct item *items, u32 count)
{
	if (count <= TINY_RUN)
		insert_each(items, count);
	else
		sort(items, count, sizeof(*items), cmp_items, NULL);
}

/*
 * Of those that no key tells apart there are as many as sockets share both ends: a
 * REUSEPORT group, network namespaces.
 */
static void sort_many(struct item *items, struct item *spare, u32 count,
		      u32 *places)
{
	struct item *sorted = radix_sort(items, spare, count, places);
	u32 i, end;

	if (sorted != items)
		memcpy(items, sorted, (size_t)count * sizeof(*items));
	for (i = 0; i < count; i = end) {
		end = end_of_run(items, i, count);
		if (end - i > 1)
			sort_few(items + i, end - i);
		ps_breathe(i);
	}
}

/* Rows of one key: by their remote ends, as keys as long as there are many. */
static int sort_run(struct item *items, struct item *spare, u32 count,
		    u32 *places)
{
	struct item *item, *stop;

	ps_for_breathing(item, stop, items, items + count)
		item->key = ps_order_remote_key(item->record);
	if (likely(count <= SMALL_RUN))
		sort_few(items, count);
	else
		sort_many(items, spare, count, places);
	return fatal_signal_pending(current) ? -EINTR : 0;
}

static int sort_equals(struct item *items, struct item *spare, u32 count,
		       u32 *places)
{
	struct item *item, *stop, *last = items + count - 1;
	u32 run;
	int err;

	ps_for_breathing(item, stop, items, last) {
		if (likely(item->key != item[1].key))
			continue;
		run = end_of_run(item, 0, items + count - item);
		err = sort_run(item, spare, run, places);
		if (err)
			return err;
		item += run - 1;
	}
	return 0;
}

/* Those that have a row: with a port from the front, without from the end. */
static void collect(const struct ps_store *store, struct item *items,
		    u32 *front, u32 *end)
{
	struct item *ported = items, *others = items + store->records.count;
	struct ps_record *r, *stop;
	struct item *item;
	u32 i;

	ps_store_for_each(r, stop, i, store) {
		if (unlikely(r->evidence & PS_EV_GONE))
			continue;
		item = likely(r->has & PS_HAS_PORT) ? ported++ : --others;
		item->key = ps_order_key(r);
		item->record = r;
	}
	*front = ported - items;
	*end = others - items;
}

/* Appends @count rows. */
static int sort_part(struct ps_store *store, struct item *items,
		     struct item *spare, u32 count, u32 *places)
{
	struct ps_record **row = store->rows + store->nrows;
	const struct item *item, *stop;
	struct item *sorted;
	int err;

	if (!count)
		return 0;
	sorted = radix_sort(items, spare, count, places);
	err = sort_equals(sorted, sorted == items ? spare : items, count,
			  places);
	ps_for_breathing(item, stop, sorted, sorted + count)
		*row++ = item->record;
	store->nrows += count;
	return err;
}

static int sort_into_rows(struct ps_store *store, struct item *items,
			  struct item *spare, u32 *places)
{
	u32 front, end;

	collect(store, items, &front, &end);
	return sort_part(store, items, spare, front, places) ?:
		sort_part(store, items + end, spare, store->records.count - end,
			  places);
}

/**
 * ps_sort() - fill in @store->rows
 * @store: records with their reasons
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM or -EINTR on a fatal signal.
 */
int ps_sort(struct ps_store *store)
{
	u32 count = max(store->records.count, 1U);
	struct item *items = kvmalloc_array(count, sizeof(*items), PS_GFP);
	struct item *spare = kvmalloc_array(count, sizeof(*spare), PS_GFP);
	u32 *places = kvmalloc_array(1U << digit_bits(count), sizeof(*places),
				     PS_GFP);
	int err = -ENOMEM;

	store->rows = kvmalloc_array(count, sizeof(*store->rows), PS_GFP);
	if (items && spare && places && store->rows)
		err = sort_into_rows(store, items, spare, places);
	kvfree(places);
	kvfree(spare);
	kvfree(items);
	return err;
}
