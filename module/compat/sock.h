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
