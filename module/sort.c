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
#include <linux/types.h>

#include "format/order.h"
#include "gfp.h"
#include "sort.h"
#include "store.h"

#define DIGIT_BITS_MIN	8
#define DIGIT_BITS_MAX	16
#define SMALL_RUN	256	/* shorter than it takes to count digits */
#define TINY_RUN	16	/* insertion sort is quicker */
#define ELEMENT_MAX	16	/* bytes of an element of ps_merge_sort() */
#define SORT_PIECE	256	/* elements between two reschedule points */

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
	ps_for_each_resched(item, stop, from, end)
		places[item->key >> shift & mask]++;
	for (i = 0; i < digits; i++) {
		n = places[i];
		places[i] = at;
		at += n;
	}
	ps_for_each_resched(item, stop, from, end)
		to[places[item->key >> shift & mask]++] = *item;
}

/* The bits in which the keys differ. */
static u64 differing(const struct item *items, u32 count)
{
	const struct item *item, *stop;
	u64 bits = 0;

	ps_for_each_resched(item, stop, items, items + count)
		bits |= item->key ^ items->key;
	return bits;
}

/* Where the items with the key of the item at @begin end. */
static u32 end_of_run(const struct item *items, u32 begin, u32 count)
{
	u32 end, stop;

	ps_for_each_resched(end, stop, begin + 1, count)
		if (items[end].key != items[begin].key)
			return end;
	return count;
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

static int cmp_items(const void *a, const void *b, const void *unused)
{
	const struct item *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return ps_order_cmp(x->record, y->record);
}

/* Insertion sort, for a few elements of at most ELEMENT_MAX bytes. */
static void insertion_sort(char *base, u32 count, size_t size, cmp_r_func_t cmp,
			   const void *priv)
{
	char element[ELEMENT_MAX], *end = base + count * size, *from, *to;

	for (from = base + size; from < end; from += size) {
		if (cmp(from - size, from, priv) <= 0)
			continue;
		memcpy(element, from, size);
		to = from;
		do {
			memcpy(to, to - size, size);
			to -= size;
		} while (to > base && cmp(to - size, element, priv) > 0);
		memcpy(to, element, size);
	}
}

/* Merge two sorted runs that lie one behind the other. */
static void merge_runs(const char *left, const char *right, const char *end,
		       char *to, size_t size, cmp_r_func_t cmp,
		       const void *priv)
{
	const char *middle = right, *from;
	u32 merged = 0;

	while (left < middle || right < end) {
		if (right == end || (left < middle &&
				     cmp(left, right, priv) <= 0)) {
			from = left;
			left += size;
		} else {
			from = right;
			right += size;
		}
		memcpy(to, from, size);
		to += size;
		ps_resched(++merged);
	}
}

/**
 * ps_merge_sort() - sort an array of any length, with reschedule points
 * @base: array
 * @spare: as large as @base; its contents are lost
 * @count: number of elements
 * @size: of an element in bytes, at most 16
 * @cmp: as for sort_r()
 * @priv: passed to @cmp
 *
 * The kernel's sort_r() has neither reschedule points nor a way to stop, and how
 * long the array is, is often the choice of an unprivileged user.  The sort is
 * stable.
 *
 * Context: process, may sleep.
 * Return: 0; -EINTR on a fatal signal, with the elements in any order.
 */
int ps_merge_sort(void *base, void *spare, u32 count, size_t size,
		  cmp_r_func_t cmp, const void *priv)
{
	u32 width = TINY_RUN, i, n;
	char *from = base, *to = spare;

	for (i = 0; i < count; i += width) {
		insertion_sort(from + i * size, min(width, count - i), size,
			       cmp, priv);
		if (i % SORT_PIECE)
			continue;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	for (; width < count; width *= 2) {
		for (i = 0; i < count; i += n) {
			const char *left = from + i * size;

			n = min(2 * width, count - i);
			merge_runs(left, left + min(width, n) * size,
				   left + n * size, to + i * size, size, cmp,
				   priv);
			if (fatal_signal_pending(current))
				return -EINTR;
			ps_resched(i);
		}
		swap(from, to);
	}
	if (from != base)
		ps_copy_resched(base, from, count * size);
	return 0;
}

/*
 * Of rows that no key tells apart there are as many as sockets share both ends: a
 * REUSEPORT group, network namespaces.
 */
static int sort_equal_remotes(struct item *items, struct item *spare, u32 count,
			      u32 *places)
{
	struct item *sorted = radix_sort(items, spare, count, places);
	u32 i, end;
	int err = 0;

	if (sorted != items)
		ps_copy_resched(items, sorted, (size_t)count * sizeof(*items));
	for (i = 0; i < count && !err; i = end) {
		end = end_of_run(items, i, count);
		if (end - i > 1)
			err = ps_merge_sort(items + i, spare + i, end - i,
					    sizeof(*items), cmp_items, NULL);
	}
	return err;
}

/* Rows of one key: by their remote ends, as keys as long as there are many. */
static int sort_run(struct item *items, struct item *spare, u32 count,
		    u32 *places)
{
	struct item *item, *stop;

	ps_for_each_resched(item, stop, items, items + count)
		item->key = ps_order_remote_key(item->record);
	if (likely(count <= SMALL_RUN))
		return ps_merge_sort(items, spare, count, sizeof(*items),
				     cmp_items, NULL);
	return sort_equal_remotes(items, spare, count, places);
}

/* Sort what the keys leave unsorted; @spare is as large as @items. */
static int sort_equals(struct item *items, struct item *spare, u32 count,
		       u32 *places)
{
	struct item *item, *stop, *last = items + count - 1;
	u32 run;
	int err;

	ps_for_each_resched(item, stop, items, last) {
		if (likely(item->key != item[1].key))
			continue;
		run = end_of_run(item, 0, items + count - item);
		err = sort_run(item, spare + (item - items), run, places);
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
	ps_for_each_resched(item, stop, sorted, sorted + count)
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
