/* SPDX-License-Identifier: GPL-2.0 */
/* net/inet_sock.h */
#ifndef PORTSOCK_COMPAT_INET_SOCK_H
#define PORTSOCK_COMPAT_INET_SOCK_H

#include <net/inet_sock.h>

#include "sock.h"

/* From 6.6 on, socket options are atomic bits instead of bit fields. */
#ifdef inet_test_bit
#define PS_INET_OPTION(sk, lower, upper)	inet_test_bit(upper, sk)
#else
#define PS_INET_OPTION(sk, lower, upper)	ps_read_bit(inet_sk(sk)->lower)
#endif

/* IP_TRANSPARENT of a full socket over IPv4 or IPv6 */
static inline bool ps_inet_transparent(const struct sock *sk)
{
	return PS_INET_OPTION(sk, transparent, TRANSPARENT);
}

/* IP_FREEBIND of a full socket over IPv4 or IPv6 */
static inline bool ps_inet_freebind(const struct sock *sk)
{
	return PS_INET_OPTION(sk, freebind, FREEBIND);
}

/* Return an address of an AF_INET6 socket, NULL of any other socket. */
static __always_inline const struct in6_addr *
ps_inet6_addr(const struct sock *sk, bool remote)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		return remote ? &sk->sk_v6_daddr : &sk->sk_v6_rcv_saddr;
#endif
	return NULL;
}

#endif /* PORTSOCK_COMPAT_INET_SOCK_H */
