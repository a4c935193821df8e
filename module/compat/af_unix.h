/* SPDX-License-Identifier: GPL-2.0 */
/* net/af_unix.h */
#ifndef PORTSOCK_COMPAT_AF_UNIX_H
#define PORTSOCK_COMPAT_AF_UNIX_H

#include <net/af_unix.h>
#include <net/net_namespace.h>
#include <net/scm.h>

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

/**
 * ps_unix_has_files() - whether messages with files wait in a socket's queue
 * @sk: a full unix socket
 *
 * Context: any.
 * Return: whether there are any; false where a module cannot know.
 */
static inline bool ps_unix_has_files(const struct sock *sk)
{
#ifdef PS_HAVE_UNIX_SKB_PARMS
	return atomic_read(&unix_sk(sk)->scm_stat.nr_fds) > 0;
#else
	return false;
#endif
}

/**
 * ps_unix_files() - the files that travel in a message
 * @skb: in the queue of a unix socket
 *
 * Context: the socket's iolock and the queue's lock are held.
 * Return: the files, NULL if there are none.
 */
static inline const struct scm_fp_list *ps_unix_files(struct sk_buff *skb)
{
#ifdef PS_HAVE_UNIX_SKB_PARMS
	return UNIXCB(skb).fp;
#else
	return NULL;
#endif
}

#endif /* PORTSOCK_COMPAT_AF_UNIX_H */
