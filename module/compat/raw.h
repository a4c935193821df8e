/* SPDX-License-Identifier: GPL-2.0 */
/* net/raw.h, net/rawv6.h */
#ifndef PORTSOCK_COMPAT_RAW_H
#define PORTSOCK_COMPAT_RAW_H

#include <net/raw.h>
#include <net/rawv6.h>

/**
 * ps_raw6_table() - the table of raw IPv6 sockets
 *
 * Context: any.
 * Return: the table, NULL if the kernel has no IPv6.
 */
static inline struct raw_hashinfo *ps_raw6_table(void)
{
#if IS_ENABLED(CONFIG_IPV6)
	return &raw_v6_hashinfo;
#else
	return NULL;
#endif
}

/**
 * ps_raw_lock() - keep what stands in a table
 * @table: table
 *
 * From 6.0 on raw sockets are freed after a grace period (SOCK_RCU_FREE,
 * raw_hash_sk()); before, the table's lock is all that keeps them.
 *
 * Context: process; must not sleep until ps_raw_unlock().
 */
static inline void ps_raw_lock(struct raw_hashinfo *table)
{
#ifdef PS_HAVE_RAW_RCU
	rcu_read_lock();
#else
	read_lock(&table->lock);
#endif
}

/**
 * ps_raw_unlock() - undo ps_raw_lock()
 * @table: table
 *
 * Context: process.
 */
static inline void ps_raw_unlock(struct raw_hashinfo *table)
{
#ifdef PS_HAVE_RAW_RCU
	rcu_read_unlock();
#else
	read_unlock(&table->lock);
#endif
}

#endif /* PORTSOCK_COMPAT_RAW_H */
