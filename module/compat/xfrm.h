/* SPDX-License-Identifier: GPL-2.0 */
/* net/netns/xfrm.h */
#ifndef PORTSOCK_COMPAT_XFRM_H
#define PORTSOCK_COMPAT_XFRM_H

#include <net/net_namespace.h>

/*
 * Return the netlink socket of xfrm_user in a network namespace, or NULL.  RCU
 * keeps it: the caller has called rcu_read_lock().
 */
static inline struct sock *ps_xfrm_nlsk(const struct net *net)
{
#ifdef CONFIG_XFRM
	return rcu_dereference(net->xfrm.nlsk);
#else
	return NULL;
#endif
}

#endif /* PORTSOCK_COMPAT_XFRM_H */
