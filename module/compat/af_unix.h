/* SPDX-License-Identifier: GPL-2.0 */
/* net/af_unix.h */
#ifndef PORTSOCK_COMPAT_AF_UNIX_H
#define PORTSOCK_COMPAT_AF_UNIX_H

#include <net/af_unix.h>
#include <net/net_namespace.h>

/**
 * ps_unix_bucket() - a bucket of a network namespace's table
 * @net: network namespace
 * @i: less than UNIX_HASH_SIZE
 *
 * Context: any.
 * Return: the bucket.
 */
static inline struct hlist_head *ps_unix_bucket(struct net *net, u32 i)
{
	return &net->unx.table.buckets[i];
}

/**
 * ps_unix_lock() - the lock of a bucket
 * @net: network namespace
 * @i: less than UNIX_HASH_SIZE
 *
 * Context: any.
 * Return: the lock, taken without disabling bottom halves.
 */
static inline spinlock_t *ps_unix_lock(struct net *net, u32 i)
{
	return &net->unx.table.locks[i];
}

#endif /* PORTSOCK_COMPAT_AF_UNIX_H */
