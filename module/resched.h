/* SPDX-License-Identifier: GPL-2.0 */
/* Long loops let others run. */
#ifndef PORTSOCK_RESCHED_H
#define PORTSOCK_RESCHED_H

#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>

#define PS_RESCHED_EVERY	4096U	/* turns; a power of two */

/**
 * ps_resched() - let others run, every PS_RESCHED_EVERY-th time
 * @i: counts the turns of a loop over records or buckets
 *
 * Context: process, may sleep.
 */
static inline void ps_resched(u32 i)
{
	if (unlikely(!(i & (PS_RESCHED_EVERY - 1))))
		cond_resched();
}

/*
 * A loop that may be long, over numbers or an array: @i from @begin to @end.  @stop
 * is the loop's own; a break leaves a part of PS_RESCHED_EVERY turns, not the loop.
 */
#define ps_for_each_resched(i, stop, begin, end) \
	for (i = begin; (stop = ps_resched_end(i, end)) != i; cond_resched()) \
		for (; i < stop; i++)

#define ps_resched_end(i, end) \
	((i) >= (end) ? (i) : (end) - (i) > PS_RESCHED_EVERY ? (i) + PS_RESCHED_EVERY : (end))

/**
 * ps_copy_resched() - memcpy() with reschedule points
 * @to: where to
 * @from: where from, apart from @to
 * @len: bytes, any number
 *
 * Context: process, may sleep.
 */
static inline void ps_copy_resched(void *to, const void *from, size_t len)
{
	size_t piece;

	for (; len; to += piece, from += piece, len -= piece) {
		piece = min_t(size_t, len, 1 << 20);
		memcpy(to, from, piece);
		cond_resched();
	}
}

#endif /* PORTSOCK_RESCHED_H */
