// SPDX-License-Identifier: GPL-2.0
#include <linux/sock_diag.h>

#include "cookie.h"

/**
 * ps_cookie_create() - Create the cookie of a socket without one
 * @sk: see ps_cookie()
 *
 * noinline: rarely called; keeps the variables of the callers' loops in
 * registers.
 *
 * Context: locks may be held.
 * Return: the cookie, never 0.
 */
noinline u64 ps_cookie_create(struct sock *sk)
{
	u32 halves[2];

	sock_diag_save_cookie(sk, halves);
	return (u64)halves[1] << 32 | halves[0];
}
