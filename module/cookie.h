/* SPDX-License-Identifier: GPL-2.0 */
/* The identity of a socket: SO_COOKIE, unique until the next boot. */
#ifndef PORTSOCK_COOKIE_H
#define PORTSOCK_COOKIE_H

#include <net/sock.h>

u64 ps_cookie_create(struct sock *sk);

/**
 * ps_cookie() - return a socket's cookie, making one if there is none yet
 * @sk: full socket, TIME_WAIT or request: struct sock_common has the cookie
 *
 * The same number as SO_COOKIE and `ss -e` (net/core/sock_diag.c).
 *
 * Context: any; locks may be held.
 * Return: the cookie, never 0.
 */
static inline u64 ps_cookie(struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	return likely(cookie) ? cookie : ps_cookie_create(sk);
}

#endif /* PORTSOCK_COOKIE_H */
