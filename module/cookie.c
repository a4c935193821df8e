// SPDX-License-Identifier: GPL-2.0
#include <linux/sock_diag.h>

#include "cookie.h"

/**
 * ps_cookie_create() - make a cookie for a socket that has none
 * @sk: as for ps_cookie()
 *
 * Not inlined: most sockets have a cookie, and the callers' loops keep their
 * registers.
 *
 * Context: any; locks may be held.
 * Return: the cookie, never 0.
 */
noinline u64 ps_cookie_create(struct sock *sk)
{
	u32 halves[2];

	sock_diag_save_cookie(sk, halves);
	return (u64)halves[1] << 32 | halves[0];
}
