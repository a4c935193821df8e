/* SPDX-License-Identifier: GPL-2.0 */
/* net/af_unix.h */
#ifndef PORTSOCK_COMPAT_AF_UNIX_H
#define PORTSOCK_COMPAT_AF_UNIX_H

#include <net/af_unix.h>
#include <net/net_namespace.h>
#include <net/scm.h>

#ifdef PS_HAVE_UNIX_SOCKET_TABLE
#define PS_UNIX_SHARED	true
#define PS_UNIX_BUCKETS	ARRAY_SIZE(unix_socket_table)
#else
#ifndef UNIX_HASH_SIZE	/* private in 7.x; the same since 5.17 */
#define UNIX_HASH_SIZE	512
#endif
#define PS_UNIX_SHARED	false
#define PS_UNIX_BUCKETS	UNIX_HASH_SIZE
#endif

/**
 * ps_unix_bucket() - a bucket of a network namespace's table
 * @net: network namespace
 * @i: less than PS_UNIX_BUCKETS
 *
 * Context: any.
 * Return: the bucket; it may hold sockets of other namespaces.
 */
static inline struct hlist_head *ps_unix_bucket(struct net *net, u32 i)
{
#ifdef PS_HAVE_UNIX_SOCKET_TABLE
	return &unix_socket_table[i];
#else
	return &net->unx.table.buckets[i];
#endif
}

/**
 * ps_unix_lock() - the lock of a bucket
 * @net: network namespace
 * @i: less than PS_UNIX_BUCKETS
 *
 * Context: any.
 * Return: the lock, taken without disabling bottom halves.
 */
static inline spinlock_t *ps_unix_lock(struct net *net, u32 i)
{
#ifdef PS_HAVE_UNIX_SOCKET_TABLE
	return &unix_table_lock;
#else
	return &net->unx.table.locks[i];
#endif
}

/**
 * ps_unix_peer() - the other end of a connection
 * @sk: unix socket
 *
 * Context: unix_state_lock() of @sk keeps it.
 * Return: the peer, NULL if there is none.
 */
static inline struct sock *ps_unix_peer(const struct sock *sk)
{
	return unix_sk(sk)->peer;
}

/**
 * ps_unix_inq_len() - what can be received
 * @sk: unix socket
 *
 * Context: any, the lock of its queue is taken.
 * Return: bytes; of a datagram socket those of the first message; negative for
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

/**
 * ps_unix_outq_len() - what was sent and not yet received
 * @sk: unix socket
 *
 * Context: any.
 * Return: bytes of memory.
 */
static inline long ps_unix_outq_len(struct sock *sk)
{
	return sk_wmem_alloc_get(sk);
}

/* How files lie in a message is private in 7.x. */
#ifdef PS_HAVE_UNIX_SKB_PARMS
#define PS_UNIX_FILES_MISSING	false
#else
#define PS_UNIX_FILES_MISSING	true
#endif

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
