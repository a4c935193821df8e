/* SPDX-License-Identifier: GPL-2.0 */
/* Long loops let others run. */
#ifndef PORTSOCK_BREATHE_H
#define PORTSOCK_BREATHE_H

#include <linux/sched.h>

#define PS_BREATH	4096U	/* turns; a power of two */

/**
 * ps_breathe() - let others run, every PS_BREATH-th time
 * @i: counts the turns of a loop over records or buckets
 *
 * Context: process, may sleep.
 */
static inline void ps_breathe(u32 i)
{
	if (unlikely(!(i & (PS_BREATH - 1))))
		cond_resched();
}

#endif /* PORTSOCK_BREATHE_H */
