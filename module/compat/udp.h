/* SPDX-License-Identifier: GPL-2.0 */
/* net/udp.h */
#ifndef PORTSOCK_COMPAT_UDP_H
#define PORTSOCK_COMPAT_UDP_H

#include <net/udp.h>

/**
 * ps_udp_table() - UDP's table
 * @net: network namespace
 *
 * Context: any.
 * Return: the table; it may hold sockets of other namespaces.
 */
static inline struct udp_table *ps_udp_table(struct net *net)
{
#ifdef PS_HAVE_NETNS_UDP_TABLE
	return net->ipv4.udp_table;
#else
	return &udp_table;
#endif
}

#endif /* PORTSOCK_COMPAT_UDP_H */
