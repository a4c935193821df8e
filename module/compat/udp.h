/* SPDX-License-Identifier: GPL-2.0 */
/* net/udp.h, net/udplite.h */
#ifndef PORTSOCK_COMPAT_UDP_H
#define PORTSOCK_COMPAT_UDP_H

#include <net/udp.h>
#ifdef PS_HAVE_UDPLITE
#include <net/udplite.h>
#endif

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

/**
 * ps_udplite_table() - UDP-Lite's table
 *
 * Context: any.
 * Return: the table, which holds the sockets of all namespaces; NULL where
 * there is none.
 */
static inline struct udp_table *ps_udplite_table(void)
{
#ifdef PS_HAVE_UDPLITE
	return &udplite_table;
#else
	return NULL;
#endif
}

#endif /* PORTSOCK_COMPAT_UDP_H */
