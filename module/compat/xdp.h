/* SPDX-License-Identifier: GPL-2.0 */
/* net/netns/xdp.h */
#ifndef PORTSOCK_COMPAT_XDP_H
#define PORTSOCK_COMPAT_XDP_H

#include <net/net_namespace.h>
#include <net/netns/xdp.h>

/**
 * ps_netns_xdp() - the XDP sockets of a network namespace
 * @net: network namespace
 *
 * Context: any.
 * Return: their list and its mutex, NULL if the kernel has none.
 */
static inline struct netns_xdp *ps_netns_xdp(struct net *net)
{
#ifdef CONFIG_XDP_SOCKETS
	return &net->xdp;
#else
	return NULL;
#endif
}

#endif /* PORTSOCK_COMPAT_XDP_H */
