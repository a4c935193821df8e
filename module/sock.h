/* SPDX-License-Identifier: GPL-2.0 */
/* Fields of a record that a full socket of any protocol has. */
#ifndef PORTSOCK_SOCK_H
#define PORTSOCK_SOCK_H

#include <net/sock.h>

#include "batch.h"
#include "compat/sock.h"

void ps_fill_sock(struct ps_batch *batch, struct sock *sk, struct ps_record *r,
		  enum portsock_proto proto);
void ps_fill_generic(struct sock *sk, struct ps_record *r);
void ps_fill_backlog(const struct sock *sk, struct ps_record *r);
void ps_fill_memory(struct sock *sk, struct ps_record *r);
void ps_fill_dev_name(struct net *net, int ifindex, char *name);

/* Fill the interface that a socket is bound to; @ifindex is 0 for none. */
static inline void ps_fill_dev(struct net *net, int ifindex,
			       struct ps_record *r)
{
	if (unlikely(ifindex))
		ps_fill_dev_name(net, ifindex, r->dev);
}

/* Return true for a full socket of a protocol over IPv4 or IPv6. */
static inline bool ps_is_inet(const struct sock *sk, int type, int protocol)
{
	return (sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
		sk->sk_type == type && sk->sk_protocol == protocol;
}

/* Return true if the kernel created a full socket for itself: never changes. */
static inline bool ps_is_kernel_sock(const struct sock *sk)
{
	return ps_read_bit(sk->sk_kern_sock);
}

#endif /* PORTSOCK_SOCK_H */
