/* SPDX-License-Identifier: GPL-2.0 */
/* Network namespaces, one or all. */
#ifndef PORTSOCK_NETNS_H
#define PORTSOCK_NETNS_H

#include <linux/types.h>

struct net;

/**
 * struct ps_nets - network namespaces, a reference on each
 * @nets: of them
 * @count: of @nets
 */
struct ps_nets {
	struct net **nets;
	u32 count;
};

struct net *ps_nets_find(u32 inum);
int ps_nets_get_all(struct ps_nets *all);
void ps_nets_put_all(struct ps_nets *all);

#endif /* PORTSOCK_NETNS_H */
