/* SPDX-License-Identifier: GPL-2.0 */
/* net/netns/xdp.h */
#ifndef PORTSOCK_COMPAT_XDP_H
#define PORTSOCK_COMPAT_XDP_H

#include <net/net_namespace.h>
#include <net/netns/xdp.h>

/*
 * Return the list of XDP sockets of a network namespace and its mutex, NULL if
 * the kernel has no XDP sockets.
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
