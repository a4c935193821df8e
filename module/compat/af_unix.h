/* SPDX-License-Identifier: GPL-2.0 */
/* net/af_unix.h */
#ifndef PORTSOCK_COMPAT_AF_UNIX_H
#define PORTSOCK_COMPAT_AF_UNIX_H

#include <net/af_unix.h>
#include <net/net_namespace.h>
#include <net/scm.h>

/* Older kernels have one table for all network namespaces. */
#ifdef PS_HAVE_UNIX_SOCKET_TABLE
#define PS_UNIX_SHARED	true
#define PS_UNIX_BUCKETS	ARRAY_SIZE(unix_socket_table)
#else
#ifndef UNIX_HASH_SIZE	/* private in 7.x; unchanged since 5.17 */
#define UNIX_HASH_SIZE	512
#endif
#define PS_UNIX_SHARED	false
#define PS_UNIX_BUCKETS	UNIX_HASH_SIZE
#endif

/*
 * Return bucket @i, less than PS_UNIX_BUCKETS, of the table of a network
 * namespace.  The bucket may contain sockets of other namespaces.
 */
static inline struct hlist_head *ps_unix_bucket(struct net *net, u32 i)
{
#ifdef PS_HAVE_UNIX_SOCKET_TABLE
	return &unix_socket_table[i];
#else
	return &net->unx.table.buckets[i];
#endif
}

/* Return the lock of a bucket, which is taken with bottom halves enabled. */
static inline spinlock_t *ps_unix_lock(struct net *net, u32 i)
{
#ifdef PS_HAVE_UNIX_SOCKET_TABLE
	return &unix_table_lock;
#else
	return &net->unx.table.locks[i];
#endif
}

/* Return the peer or NULL; unix_state_lock() of @sk keeps the peer. */
static inline struct sock *ps_unix_peer(const struct sock *sk)
{
	return unix_sk(sk)->peer;
}

/**
 * ps_unix_inq_len() - Return the length of the receive queue
 * @sk: unix socket
 *
 * Context: takes the lock of the queue.
 * Return: bytes; those of the first message for a datagram socket; negative for
 * a listener.
 */
static inline long ps_unix_inq_len(struct sock *sk)
{
#ifdef PS_HAVE_UNIX_INQ_LEN
	return unix_inq_len(sk);
#else
	const struct sk_buff *skb;
	long len = 0;

	if (sk->sk_type == SOCK_STREAM)
		return READ_ONCE(unix_sk(sk)->inq_len);
	spin_lock(&sk->sk_receive_queue.lock);
	skb_queue_walk(&sk->sk_receive_queue, skb) {
		len += skb->len;
		if (sk->sk_type == SOCK_DGRAM)
			break;
	}
	spin_unlock(&sk->sk_receive_queue.lock);
	return len;
#endif
}

/* Return the memory, in bytes, of messages that were sent but not received. */
static inline long ps_unix_outq_len(struct sock *sk)
{
	return sk_wmem_alloc_get(sk);
}

/* struct unix_skb_parms, with the files of a message, is private in 7.x. */
#ifdef PS_HAVE_UNIX_SKB_PARMS
#define PS_UNIX_FILES_MISSING	false
#else
#define PS_UNIX_FILES_MISSING	true
#endif

/*
 * Return true if messages with files are in the receive queue of a full socket;
 * false where a module cannot determine this.
 */
static inline bool ps_unix_has_files(const struct sock *sk)
{
#ifdef PS_HAVE_UNIX_SKB_PARMS
	return atomic_read(&unix_sk(sk)->scm_stat.nr_fds) > 0;
#else
	return false;
#endif
}

/*
 * Return the files of a message in a receive queue, or NULL.  The iolock of the
 * socket and the lock of the queue are held.
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
