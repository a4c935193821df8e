/* SPDX-License-Identifier: GPL-2.0 */
/* net/inet_hashtables.h */
#ifndef PORTSOCK_COMPAT_INET_HASHTABLES_H
#define PORTSOCK_COMPAT_INET_HASHTABLES_H

#include <net/inet_hashtables.h>
#include <net/net_namespace.h>

#define ps_listen_bucket	inet_listen_hashbucket
#define ps_listen_node		hlist_nulls_node
#define ps_listen_for_each(sk, node, bucket) \
	sk_nulls_for_each(sk, node, &(bucket)->nulls_head)

/**
 * struct ps_bind_visitor - what is done with what stands in the bind table
 * @port: called with each port; may be NULL
 * @sock: called with each socket at it; may be a TIME_WAIT
 */
struct ps_bind_visitor {
	void (*port)(const struct inet_bind_bucket *port, void *arg);
	void (*sock)(struct sock *sk, void *arg);
};

/**
 * ps_tcp_hashinfo() - TCP's tables
 * @net: network namespace
 *
 * Context: any.
 * Return: the tables; they may hold sockets of other namespaces.
 */
static inline struct inet_hashinfo *ps_tcp_hashinfo(struct net *net)
{
	return net->ipv4.tcp_death_row.hashinfo;
}

/**
 * ps_listen_buckets() - size of the table of listeners
 * @tables: from ps_tcp_hashinfo()
 *
 * Context: any.
 * Return: number of buckets.
 */
static inline u32 ps_listen_buckets(const struct inet_hashinfo *tables)
{
#ifdef PS_HAVE_LISTENING_HASH
	return INET_LHTABLE_SIZE;
#else
	return tables->lhash2_mask + 1;
#endif
}

/**
 * ps_listen_bucket() - a bucket of the table of listeners
 * @tables: from ps_tcp_hashinfo()
 * @i: less than ps_listen_buckets()
 *
 * Context: any.
 * Return: the bucket; its lock is taken without disabling bottom halves, as
 * inet_diag does.
 */
static inline struct ps_listen_bucket *
ps_listen_bucket(struct inet_hashinfo *tables, u32 i)
{
#ifdef PS_HAVE_LISTENING_HASH
	return &tables->listening_hash[i];
#else
	return &tables->lhash2[i];
#endif
}

/**
 * ps_listen_empty() - whether a bucket need not be locked
 * @bucket: from ps_listen_bucket()
 *
 * Context: any.
 * Return: true if no listener is in it.
 */
static inline bool ps_listen_empty(const struct ps_listen_bucket *bucket)
{
	return hlist_nulls_empty(&bucket->nulls_head);
}

/**
 * ps_bind_net() - ib_net(), which takes no const before 6.1
 * @port: port of the bind table
 *
 * Context: any.
 * Return: its network namespace.
 */
static inline struct net *ps_bind_net(const struct inet_bind_bucket *port)
{
	return read_pnet(&port->ib_net);
}

/**
 * ps_bind_visit() - all that stands in a bucket of the bind table
 * @bucket: its lock is held
 * @net: network namespace, NULL for all
 * @number: a port; above U16_MAX for all that are in the bucket
 * @visitor: what is done with them
 * @arg: passed on
 *
 * Context: @bucket->lock is held.
 */
static inline void ps_bind_visit(struct inet_bind_hashbucket *bucket,
				 struct net *net, u32 number,
				 const struct ps_bind_visitor *visitor,
				 void *arg)
{
	struct inet_bind2_bucket __maybe_unused *address;
	struct inet_bind_bucket *port;
	struct sock *sk;

	inet_bind_bucket_for_each(port, &bucket->chain) {
		if ((net && !net_eq(ps_bind_net(port), net)) ||
		    (number <= U16_MAX && port->port != number))
			continue;
		if (visitor->port)
			visitor->port(port, arg);
#ifdef PS_HAVE_BIND_BUCKET_OWNERS
		sk_for_each_bound(sk, &port->owners)
			visitor->sock(sk, arg);
#else
		hlist_for_each_entry(address, &port->bhash2, bhash_node) {
			sk_for_each_bound(sk, &address->owners)
				visitor->sock(sk, arg);
		}
#endif
	}
}

/**
 * ps_bind_address() - the address that a port remembers
 * @port: its bucket's lock is held; fast_sk_family is AF_INET or AF_INET6
 *
 * Context: any.
 * Return: 4 or 16 bytes in network byte order.
 */
static inline const void *ps_bind_address(const struct inet_bind_bucket *port)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (port->fast_sk_family == AF_INET6)
		return &port->fast_v6_rcv_saddr;
#endif
	return &port->fast_rcv_saddr;
}

#endif /* PORTSOCK_COMPAT_INET_HASHTABLES_H */
