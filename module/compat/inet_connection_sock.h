/* SPDX-License-Identifier: GPL-2.0 */
/* net/inet_connection_sock.h */
#ifndef PORTSOCK_COMPAT_INET_CONNECTION_SOCK_H
#define PORTSOCK_COMPAT_INET_CONNECTION_SOCK_H

#include <net/inet_connection_sock.h>

/* Return the timer of keepalive and FIN_WAIT2 of a full TCP socket. */
static inline const struct timer_list *ps_keepalive_timer(const struct sock *sk)
{
#ifdef PS_HAVE_ICSK_KEEPALIVE_TIMER
	return &inet_csk(sk)->icsk_keepalive_timer;
#else
	return &sk->sk_timer;
#endif
}

#endif /* PORTSOCK_COMPAT_INET_CONNECTION_SOCK_H */
