// SPDX-License-Identifier: GPL-2.0
/*
 * The order of the rows.  A row has a 64-bit key, which nearly always suffices
 * to order two rows.  A radix sort orders the keys, by the bits in which they
 * differ, and a merge sort with the full comparison orders rows of one key.
 * Rows without a port come last.  They are sorted apart, since their keys have
 * nothing in common with the others'.
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
#define SMALL_RUN	256	/* a radix sort of fewer costs more */
#define TINY_RUN	16	/* a merge sort of fewer costs more */
#define ELEMENT_MAX	16	/* bytes of an element of ps_merge_sort() */
#define SORT_PIECE	256	/* elements between two reschedule points */

struct item {
	u64 key;
	struct ps_record *record;
};

/* More rows, fewer passes: about half as many values of a digit as rows. */
static u32 digit_bits(u32 count)
{
	return clamp_t(u32, ilog2(count) - 1, DIGIT_BITS_MIN, DIGIT_BITS_MAX);
}

/*
 * Sort items by key, stable, from the lowest digit in which keys differ.
 * @places has room for all values of a digit.  Return the array with the result,
 * @items or @spare.
 */
static struct item *radix_sort(struct item *items, struct item *spare,
			       u32 count, u32 *places)
{
	const u32 digits = 1U << digit_bits(count), mask = digits - 1;
	const struct item *item, *stop;
	u64 differing = 0;
	u32 i, at, n;

	ps_for_each_resched(item, stop, items, items + count)
		differing |= item->key ^ items->key;
	while (differing) {
		const unsigned int shift = __ffs64(differing);

		memset(places, 0, digits * sizeof(*places));
		ps_for_each_resched(item, stop, items, items + count)
			places[item->key >> shift & mask]++;
		for (i = 0, at = 0; i < digits; i++) {
			n = places[i];
			places[i] = at;
			at += n;
		}
		ps_for_each_resched(item, stop, items, items + count)
			spare[places[item->key >> shift & mask]++] = *item;
		swap(items, spare);
		differing &= ~0ULL << shift << digit_bits(count);
	}
	return items;
}

/* Return where the items with the key of the item at @begin end. */
static u32 end_of_run(const struct item *items, u32 begin, u32 count)
{
	u32 end, stop;

	ps_for_each_resched(end, stop, begin + 1, count)
		if (items[end].key != items[begin].key)
			return end;
	return count;
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

/* Merge two sorted runs that follow each other. */
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
 * ps_merge_sort() - Sort an array of any length, with reschedule points
 * @base: array
 * @spare: array of the same size; its contents are lost
 * @count: number of elements
 * @size: of an element in bytes, at most 16
 * @cmp: as for sort_r()
 * @priv: passed to @cmp
 *
 * The kernel's sort_r() has neither reschedule points nor a way to stop, and an
 * unprivileged user often decides how long the array is.  The sort is stable.
 *
 * Context: process, may sleep.
 * Return: 0; -EINTR on a fatal signal, with the elements in undefined order.
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
 * Sort items of equal keys, in place: by remote end, then in full.  Sockets
 * that share both ends are a REUSEPORT group, or belong to several network
 * namespaces.
 */
static int sort_equal_keys(struct item *items, struct item *spare, u32 count,
			   u32 *places)
{
	struct item *item, *stop, *sorted;
	u32 i, end;
	int err = 0;

	ps_for_each_resched(item, stop, items, items + count)
		item->key = ps_order_remote_key(item->record);
	if (likely(count <= SMALL_RUN))
		return ps_merge_sort(items, spare, count, sizeof(*items),
				     cmp_items, NULL);
	sorted = radix_sort(items, spare, count, places);
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

/* Sort items and append their records to the rows. */
static int sort_rows(struct ps_store *store, struct item *items,
		     struct item *spare, u32 count, u32 *places)
{
	struct ps_record **row = store->rows + store->nrows;
	struct item *item, *stop, *last;
	u32 run;
	int err;

	if (!count)
		return 0;
	item = radix_sort(items, spare, count, places);
	if (item != items)
		swap(items, spare);

	last = items + count - 1;
	ps_for_each_resched(item, stop, items, last) {
		if (likely(item->key != item[1].key))
			continue;
		run = end_of_run(item, 0, items + count - item);
		err = sort_equal_keys(item, spare + (item - items), run,
				      places);
		if (err)
			return err;
		item += run - 1;
	}

	ps_for_each_resched(item, stop, items, items + count)
		*row++ = item->record;
	store->nrows += count;
	return 0;
}

/**
 * ps_sort() - Fill in store->rows: the records that are shown, in order
 * @store: classified records
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM or -EINTR on a fatal signal.
 */
int ps_sort(struct ps_store *store)
{
	const u32 count = max(store->records.count, 1U);
	struct item *items = kvmalloc_array(count, sizeof(*items), PS_GFP);
	struct item *spare = kvmalloc_array(count, sizeof(*spare), PS_GFP);
	u32 *places = kvmalloc_array(1U << digit_bits(count), sizeof(*places),
				     PS_GFP);
	struct item *item, *ported = items, *portless = items + count;
	struct ps_record *r, *end;
	int err = -ENOMEM;
	u32 i;

	store->rows = kvmalloc_array(count, sizeof(*store->rows), PS_GFP);
	if (!items || !spare || !places || !store->rows)
		goto out;

	/* Rows with a port from the front, rows without from the end. */
	ps_store_for_each(r, end, i, store) {
		if (unlikely(r->no_row))
			continue;
		item = likely(r->has & PS_HAS_PORT) ? ported++ : --portless;
		item->key = ps_order_key(r);
		item->record = r;
	}
	err = sort_rows(store, items, spare, ported - items, places) ?:
		sort_rows(store, portless, spare, items + count - portless,
			  places);
out:
	kvfree(places);
	kvfree(spare);
	kvfree(items);
	return err;
}
