/* SPDX-License-Identifier: GPL-2.0 */
/* net/sock.h */
#ifndef PORTSOCK_COMPAT_SOCK_H
#define PORTSOCK_COMPAT_SOCK_H

#include <linux/cgroup.h>
#include <net/sock.h>

/*
 * One of a socket's bit fields.  Somebody may be writing it, or others in the same
 * byte: it is told as it was before or after, no other bit matters.
 */
#define ps_read_bit(field)	data_race(!!(field))

/**
 * ps_sock_cgroup() - the cgroup v2 in which a socket was made
 * @sk: full socket
 *
 * Context: any.
 * Return: its id, 0 if the kernel keeps none.
 */
static inline u64 ps_sock_cgroup(struct sock *sk)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	return cgroup_id(sock_cgroup_ptr(&sk->sk_cgrp_data));
#else
	return 0;
#endif
}

#endif /* PORTSOCK_COMPAT_SOCK_H */
