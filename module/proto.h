/* SPDX-License-Identifier: GPL-2.0 */
/* Protocol families: how to walk a table, how to read one socket. */
#ifndef PORTSOCK_PROTO_H
#define PORTSOCK_PROTO_H

#include <net/inet_sock.h>
#include <net/sock.h>

#include "batch.h"
#include "compat/sock.h"
#include "cookie.h"

#define PS_PROTO_NAME_MAX	16

/**
 * struct ps_proto - a family of sockets
 * @name: for people, less than PS_PROTO_NAME_MAX bytes
 * @protos: bits of enum portsock_proto that stand in its table
 * @portless: its sockets have no port
 * @shared: its table is that of all network namespaces
 * @carries: its sockets' queues may hold other sockets
 * @missing: bits of enum portsock_proto of which the kernel has a table that a
 *	module cannot reach: what no descriptor refers to is not told; or
 *	PS_MISSING_INFLIGHT
 * @match: whether a socket is of this family; the first that says so has it
 * @walk: walk the table of batch->walk_net and add every socket that
 *	ps_batch_wants_net(), bucket by bucket; NULL where a module can reach no table.
 *	Context: process, may sleep.  Return: 0 or what ps_batch_flush() said.
 * @fill: tell what is known of a full socket, which cannot go away meanwhile.
 *	Context: locks are held.
 */
struct ps_proto {
	const char *name;
	u64 protos;
	bool portless;
	bool shared;
	bool carries;
	u64 missing;
	bool (*match)(const struct sock *sk);
	int (*walk)(struct ps_batch *batch);
	void (*fill)(struct ps_batch *batch, struct sock *sk,
		     struct ps_record *r);
};

extern const struct ps_proto ps_proto_tcp;
extern const struct ps_proto ps_proto_udp;
extern const struct ps_proto ps_proto_udplite;
extern const struct ps_proto ps_proto_ping;
extern const struct ps_proto ps_proto_mptcp;
extern const struct ps_proto ps_proto_dccp;
extern const struct ps_proto ps_proto_sctp;
extern const struct ps_proto ps_proto_vsock;
extern const struct ps_proto ps_proto_raw;
extern const struct ps_proto ps_proto_unix;
extern const struct ps_proto ps_proto_netlink;
extern const struct ps_proto ps_proto_packet;
extern const struct ps_proto ps_proto_tipc;
extern const struct ps_proto ps_proto_smc;
extern const struct ps_proto ps_proto_xdp;
extern const struct ps_proto ps_proto_other;

u64 ps_protos_missing(void);
int ps_protos_walk(struct ps_batch *batch);
void ps_protos_fill(struct ps_batch *batch, struct sock *sk,
		      struct ps_record *r);

/**
 * ps_protos_want() - whether a socket is worth being looked at
 * @filter: what is asked for
 * @sk: a full socket that cannot go away meanwhile
 *
 * Tells at a glance what most descriptors of a busy machine are: not at the
 * port that is asked for.
 *
 * Context: locks may be held.
 * Return: false if it certainly is not asked for.
 */
static inline bool ps_protos_want(const struct ps_filter *filter,
				    const struct sock *sk)
{
	if (!ps_filter_has(filter, PS_KEY_PORT))
		return true;
	switch (sk->sk_family) {
	case AF_INET:
	case AF_INET6:
		return ps_filter_wants_port(filter, inet_sk(sk)->inet_num);
	default:
		return sk->sk_family == AF_VSOCK;
	}
}

/**
 * ps_is_inet() - whether a socket is of a protocol over IPv4 or IPv6
 * @sk: full socket
 * @type: SOCK_STREAM ...
 * @protocol: IPPROTO_TCP ...
 *
 * Context: any.
 * Return: whether it is.
 */
static inline bool ps_is_inet(const struct sock *sk, int type, int protocol)
{
	return (sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
		sk->sk_type == type && sk->sk_protocol == protocol;
}

/**
 * ps_is_kernel_sock() - whether the kernel made a socket for itself
 * @sk: full socket
 *
 * Context: any.
 * Return: whether it did, which never changes.
 */
static inline bool ps_is_kernel_sock(const struct sock *sk)
{
	return ps_read_bit(sk->sk_kern_sock);
}

/* What every family's fill needs: family.c, inet.c */
void ps_fill_sock(struct ps_batch *batch, struct sock *sk, struct ps_record *r,
		  enum portsock_proto proto);
void ps_fill_generic(struct sock *sk, struct ps_record *r);
void ps_fill_backlog(const struct sock *sk, struct ps_record *r);
void ps_fill_memory(struct sock *sk, struct ps_record *r);
void ps_fill_dev_name(struct net *net, int ifindex, char *name);
void ps_fill_bound_at(u16 family, const void *ip, u16 port,
		      struct ps_end *end);
void ps_fill_inet(struct sock *sk, struct ps_record *r);
u8 ps_datagram_state(const struct sock *sk, const struct ps_record *r);
u8 ps_stream_state(u8 state, const struct ps_record *r);
void ps_fill_inet_small(struct sock *sk, struct ps_record *r);

/**
 * ps_fill_dev() - the interface that a socket is bound to
 * @net: the socket's network namespace
 * @ifindex: 0 for none
 * @r: record
 *
 * Context: any, locks may be held.
 */
static inline void ps_fill_dev(struct net *net, int ifindex,
			       struct ps_record *r)
{
	if (unlikely(ifindex))
		ps_fill_dev_name(net, ifindex, r->dev);
}

#endif /* PORTSOCK_PROTO_H */
