/* SPDX-License-Identifier: GPL-2.0 */
/* net/udp.h, net/udplite.h */
#ifndef PORTSOCK_COMPAT_UDP_H
#define PORTSOCK_COMPAT_UDP_H

#include <net/udp.h>
#ifdef PS_HAVE_UDPLITE
#include <net/udplite.h>
#endif

/*
 * Return the UDP table of a network namespace, which may contain sockets of
 * other namespaces.
 */
static inline struct udp_table *ps_udp_table(struct net *net)
{
#ifdef PS_HAVE_NETNS_UDP_TABLE
	return net->ipv4.udp_table;
#else
	return &udp_table;
#endif
}

/*
 * Return the UDP-Lite table of all network namespaces, NULL if the kernel has
 * no UDP-Lite.
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
