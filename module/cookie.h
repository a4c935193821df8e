/* SPDX-License-Identifier: GPL-2.0 */
/* Identity of a socket: SO_COOKIE, unique until the next boot. */
#ifndef PORTSOCK_COOKIE_H
#define PORTSOCK_COOKIE_H

#include <net/sock.h>

u64 ps_cookie_create(struct sock *sk);

/**
 * ps_cookie() - Return the cookie of a socket, create it if necessary
 * @sk: full socket, TIME_WAIT or request: the cookie is in struct sock_common
 *
 * The number is that of SO_COOKIE and `ss -e` (net/core/sock_diag.c).
 *
 * Context: locks may be held.
 * Return: the cookie, never 0.
 */
static inline u64 ps_cookie(struct sock *sk)
{
	u64 cookie = atomic64_read(&sk->sk_cookie);

	return likely(cookie) ? cookie : ps_cookie_create(sk);
}

#endif /* PORTSOCK_COOKIE_H */
