/* SPDX-License-Identifier: GPL-2.0 */
/* Reschedule points for long loops. */
#ifndef PORTSOCK_RESCHED_H
#define PORTSOCK_RESCHED_H

#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>

#define PS_RESCHED_EVERY	4096U	/* iterations; a power of two */

/* Reschedule if @i, a loop's counter, is a multiple of PS_RESCHED_EVERY. */
static inline void ps_resched(u32 i)
{
	if (unlikely(!(i & (PS_RESCHED_EVERY - 1))))
		cond_resched();
}

/*
 * Loop with reschedule points, @i from @begin to @end.  @stop is used by the
 * macro.  A break ends only the current PS_RESCHED_EVERY iterations.
 */
#define ps_for_each_resched(i, stop, begin, end) \
	for (i = begin; (stop = ps_resched_end(i, end)) != i; cond_resched()) \
		for (; i < stop; i++)

#define ps_resched_end(i, end) \
	((i) >= (end) ? (i) : \
	 (end) - (i) > PS_RESCHED_EVERY ? (i) + PS_RESCHED_EVERY : (end))

/* memcpy() with reschedule points: may sleep. */
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
