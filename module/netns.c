// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces, by number or all.  A namespace without users is skipped
 * (maybe_get_net()): its sockets are being destroyed, and a new reference would
 * delay that.
 */
#include <linux/mm.h>
#include <linux/rtnetlink.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "gfp.h"
#include "netns.h"
#include "resched.h"

/**
 * ps_netns_find() - Look up a network namespace by its inode number
 * @inum: number as in lsns(8) and /proc/PID/ns/net
 *
 * Context: process, may sleep.
 * Return: the namespace with a reference, NULL if not found.
 */
struct net *ps_netns_find(u32 inum)
{
	struct net *net, *found = NULL;

	down_read(&net_rwsem);
	for_each_net(net) {
		if (net->ns.inum == inum) {
			found = maybe_get_net(net);
			break;
		}
	}
	up_read(&net_rwsem);
	return found;
}

/**
 * ps_netns_get_all() - Get all network namespaces
 * @all: result, for ps_netns_put_all() if this returns 0
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int ps_netns_get_all(struct ps_netns_list *all)
{
	struct net *net;
	u32 count = 0;
	int err = 0;

	all->count = 0;
	down_read(&net_rwsem);
	for_each_net(net)
		count++;
	all->nets = kvmalloc_array(count, sizeof(*all->nets), PS_GFP);
	if (all->nets) {
		for_each_net(net)
			if (maybe_get_net(net))
				all->nets[all->count++] = net;
	} else {
		err = -ENOMEM;
	}
	up_read(&net_rwsem);
	return err;
}

/**
 * ps_netns_put_all() - Drop the references of ps_netns_get_all()
 * @all: network namespaces
 *
 * Context: process, may sleep.
 */
void ps_netns_put_all(struct ps_netns_list *all)
{
	u32 i, stop;

	ps_for_each_resched(i, stop, 0, all->count)
		put_net(all->nets[i]);
	kvfree(all->nets);
}
