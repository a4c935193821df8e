/* SPDX-License-Identifier: GPL-2.0 */
/* Network namespaces, by number or all. */
#ifndef PORTSOCK_NETNS_H
#define PORTSOCK_NETNS_H

#include <linux/types.h>

struct net;

/**
 * struct ps_netns_list - network namespaces
 * @nets: a reference on each
 * @count: of @nets
 */
struct ps_netns_list {
	struct net **nets;
	u32 count;
};

struct net *ps_netns_find(u32 inum);
int ps_netns_get_all(struct ps_netns_list *all);
void ps_netns_put_all(struct ps_netns_list *all);

#endif /* PORTSOCK_NETNS_H */
