/* SPDX-License-Identifier: GPL-2.0 */
/* net/sock.h */
#ifndef PORTSOCK_COMPAT_SOCK_H
#define PORTSOCK_COMPAT_SOCK_H

#include <linux/cgroup.h>
#include <net/sock.h>

/*
 * Read a bit field of a socket.  The field or its neighbours in the same byte
 * may be written concurrently: the result is the value before or after that.
 */
#define ps_read_bit(field)	data_race(!!(field))

/*
 * Return the number of packets that a full socket has dropped; of a listener,
 * the connections for which its accept queue had no room.
 */
static inline u32 ps_sock_drops(const struct sock *sk)
{
#ifdef PS_HAVE_SK_DROPS_READ
	return sk_drops_read(sk);
#else
	return atomic_read(&sk->sk_drops);
#endif
}

/* Return the id of a socket's cgroup v2 (at its creation), 0 if unknown. */
static inline u64 ps_sock_cgroup(struct sock *sk)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	return cgroup_id(sock_cgroup_ptr(&sk->sk_cgrp_data));
#else
	return 0;
#endif
}

#endif /* PORTSOCK_COMPAT_SOCK_H */
