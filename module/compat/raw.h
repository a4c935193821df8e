/* SPDX-License-Identifier: GPL-2.0 */
/* net/raw.h, net/rawv6.h */
#ifndef PORTSOCK_COMPAT_RAW_H
#define PORTSOCK_COMPAT_RAW_H

#include <net/raw.h>
#include <net/rawv6.h>

/* Return the table of raw IPv6 sockets, NULL if the kernel has no IPv6. */
static inline struct raw_hashinfo *ps_raw6_table(void)
{
#if IS_ENABLED(CONFIG_IPV6)
	return &raw_v6_hashinfo;
#else
	return NULL;
#endif
}

/*
 * Keep the sockets of a table; the caller must not sleep.  From 6.0 on, raw
 * sockets are freed after a grace period (SOCK_RCU_FREE, raw_hash_sk()).
 * Before 6.0, only the lock of the table keeps them.
 */
static inline void ps_raw_lock(struct raw_hashinfo *table)
{
#ifdef PS_HAVE_RAW_RCU
	rcu_read_lock();
#else
	read_lock(&table->lock);
#endif
}

static inline void ps_raw_unlock(struct raw_hashinfo *table)
{
#ifdef PS_HAVE_RAW_RCU
	rcu_read_unlock();
#else
	read_unlock(&table->lock);
#endif
}

#endif /* PORTSOCK_COMPAT_RAW_H */
