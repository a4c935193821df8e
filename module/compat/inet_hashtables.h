/* SPDX-License-Identifier: GPL-2.0 */
/* net/inet_hashtables.h */
#ifndef PORTSOCK_COMPAT_INET_HASHTABLES_H
#define PORTSOCK_COMPAT_INET_HASHTABLES_H

#include <net/inet_hashtables.h>
#include <net/net_namespace.h>

/*
 * Return the TCP tables of a network namespace, which may contain sockets of
 * other namespaces.
 */
static inline struct inet_hashinfo *ps_tcp_hashinfo(struct net *net)
{
#ifdef PS_HAVE_TCP_DEATH_ROW_POINTER	/* from 5.17 to 6.0 */
	return net->ipv4.tcp_death_row->hashinfo;
#else
	return net->ipv4.tcp_death_row.hashinfo;
#endif
}

/* Return the number of buckets of the listener table. */
static inline u32 ps_listen_buckets(const struct inet_hashinfo *tables)
{
#ifdef PS_HAVE_LISTENING_HASH
	return INET_LHTABLE_SIZE;
#else
	return tables->lhash2_mask + 1;
#endif
}

/*
 * Return bucket @i of the listener table.  Its lock is taken with bottom halves
 * enabled, as in net/ipv4/inet_diag.c.
 */
static inline struct inet_listen_hashbucket *
ps_listen_bucket(struct inet_hashinfo *tables, u32 i)
{
#ifdef PS_HAVE_LISTENING_HASH
	return &tables->listening_hash[i];
#else
	return &tables->lhash2[i];
#endif
}

/* Return true if a bucket has no listeners, so that no lock is needed. */
static inline bool
ps_listen_empty(const struct inet_listen_hashbucket *bucket)
{
	return hlist_nulls_empty(&bucket->nulls_head);
}

/* ib_net(), which takes no const pointer before 6.1 */
static inline struct net *ps_bind_net(const struct inet_bind_bucket *port)
{
	return read_pnet(&port->ib_net);
}

/**
 * struct ps_bind_pos - position in a bucket of the bind table
 * @port: current port
 * @address: current address at the port (from 6.8 on)
 * @net: network namespace of the walk, NULL for all
 * @number: port of the walk, above U16_MAX for all
 */
struct ps_bind_pos {
	struct inet_bind_bucket *port;
	struct inet_bind2_bucket *address;
	struct net *net;
	u32 number;
};

/* Return the first port from @port on that matches the walk. */
static __always_inline struct inet_bind_bucket *
ps_bind_port(const struct ps_bind_pos *pos, struct inet_bind_bucket *port)
{
	while (port && ((pos->net && !net_eq(ps_bind_net(port), pos->net)) ||
			(pos->number <= U16_MAX && port->port != pos->number)))
		port = hlist_entry_safe(port->node.next,
					struct inet_bind_bucket, node);
	return port;
}

/* Return the first socket of @pos->port, from @pos->address on. */
static __always_inline struct sock *ps_bind_sock(struct ps_bind_pos *pos)
{
#ifdef PS_HAVE_BIND_BUCKET_OWNERS
	return hlist_entry_safe(pos->port->owners.first, struct sock,
				sk_bind_node);
#else
	while (pos->address && hlist_empty(&pos->address->owners))
		pos->address = hlist_entry_safe(pos->address->bhash_node.next,
						struct inet_bind2_bucket,
						bhash_node);
	if (!pos->address)
		return NULL;
	return hlist_entry_safe(pos->address->owners.first, struct sock,
				sk_bind_node);
#endif
}

/* Return the first socket from @port on. */
static __always_inline struct sock *ps_bind_from(struct ps_bind_pos *pos,
					struct inet_bind_bucket *port)
{
	struct sock *sk = NULL;

	while (!sk && (port = ps_bind_port(pos, port))) {
		pos->port = port;
#ifndef PS_HAVE_BIND_BUCKET_OWNERS
		pos->address = hlist_entry_safe(port->bhash2.first,
						struct inet_bind2_bucket,
						bhash_node);
#endif
		sk = ps_bind_sock(pos);
		port = hlist_entry_safe(port->node.next,
					struct inet_bind_bucket, node);
	}
	return sk;
}

static __always_inline struct sock *ps_bind_first(struct ps_bind_pos *pos,
					 struct inet_bind_hashbucket *bucket,
					 struct net *net, u32 number)
{
	pos->net = net;
	pos->number = number;
	return ps_bind_from(pos, hlist_entry_safe(bucket->chain.first,
						  struct inet_bind_bucket,
						  node));
}

static __always_inline struct sock *ps_bind_next(struct ps_bind_pos *pos,
					struct sock *sk)
{
	if (sk->sk_bind_node.next)
		return hlist_entry(sk->sk_bind_node.next, struct sock,
				   sk_bind_node);
#ifndef PS_HAVE_BIND_BUCKET_OWNERS
	pos->address = hlist_entry_safe(pos->address->bhash_node.next,
					struct inet_bind2_bucket, bhash_node);
	sk = ps_bind_sock(pos);
	if (sk)
		return sk;
#endif
	return ps_bind_from(pos, hlist_entry_safe(pos->port->node.next,
						  struct inet_bind_bucket,
						  node));
}

/**
 * ps_bind_for_each() - Iterate over the sockets of a bucket of the bind table
 * @sk: current socket; may be a TIME_WAIT socket
 * @pos: pointer to struct ps_bind_pos, used by the macro
 * @bucket: bucket; its lock is held
 * @net: network namespace, NULL for all
 * @number: port, above U16_MAX for all
 */
#define ps_bind_for_each(sk, pos, bucket, net, number) \
	for (sk = ps_bind_first(pos, bucket, net, number); sk; \
	     sk = ps_bind_next(pos, sk))

/*
 * Return the address of the fastreuse state, 4 or 16 bytes in network byte
 * order.  The lock of the bucket is held; fast_sk_family is AF_INET or
 * AF_INET6.
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
