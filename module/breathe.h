/* SPDX-License-Identifier: GPL-2.0 */
/* Long loops let others run. */
#ifndef PORTSOCK_BREATHE_H
#define PORTSOCK_BREATHE_H

#include <linux/sched.h>

/**
 * ps_breathe() - let others run, every 4096th time
 * @i: counts the turns of a loop over records or buckets
 *
 * Context: process, may sleep.
 */
static inline void ps_breathe(u32 i)
{
	if (unlikely(!(i & 0xfff)))
		cond_resched();
}

#endif /* PORTSOCK_BREATHE_H */
