// SPDX-License-Identifier: GPL-2.0
/*
 * Interfaces are read at once, so that names and indices belong together.  The
 * view has names only: a name that is missing here was changed meanwhile.
 */
#include <linux/if_link.h>
#include <net/if.h>
#include <stdlib.h>

#include "../util/error.h"
#include "links.h"
#include "netlink.h"
#include "rtnetlink.h"
#include "sysctl.h"

/* Return the routing table of a VRF, 0 for another interface. */
static u32 vrf_table(const struct rtattr *first, size_t len)
{
	const struct rtattr *info = rtnetlink_attr(first, len, IFLA_LINKINFO,
						   0);
	const struct rtattr *kind, *data;

	if (!info)
		return 0;
	kind = rtnetlink_attr(RTA_DATA(info), RTA_PAYLOAD(info),
			      IFLA_INFO_KIND, strlen("vrf"));
	if (!kind || RTA_PAYLOAD(kind) > sizeof("vrf") ||
	    memcmp(RTA_DATA(kind), "vrf", strlen("vrf")))
		return 0;
	data = rtnetlink_attr(RTA_DATA(info), RTA_PAYLOAD(info),
			      IFLA_INFO_DATA, 0);
	return !data ? 0 :
		rtnetlink_u32(rtnetlink_attr(RTA_DATA(data), RTA_PAYLOAD(data),
					     IFLA_VRF_TABLE, sizeof(u32)));
}

static void add_link(const struct nlmsghdr *head, void *data)
{
	const struct ifinfomsg *info = NLMSG_DATA(head);
	const struct rtattr *first = IFLA_RTA(info), *name;
	struct links *l = data;
	struct link *link;
	size_t len;

	if (head->nlmsg_type != RTM_NEWLINK ||
	    head->nlmsg_len < NLMSG_LENGTH(sizeof(*info)))
		return;
	len = IFLA_PAYLOAD(head);
	name = rtnetlink_attr(first, len, IFLA_IFNAME, 1);
	if (!name)
		return;
	if (l->count == l->size) {
		l->size = 2 * l->size + 16;
		l->list = xrealloc(l->list, l->size * sizeof(*l->list));
	}
	link = &l->list[l->count++];
	*link = (struct link){
		.index = info->ifi_index,
		.up = info->ifi_flags & IFF_UP,
		.table = vrf_table(first, len),
		.master = rtnetlink_u32(rtnetlink_attr(first, len, IFLA_MASTER,
						       sizeof(u32))),
	};
	len = RTA_PAYLOAD(name);
	memcpy(link->name, RTA_DATA(name),
	       len < PS_DEV_SIZE ? len : PS_DEV_SIZE - 1);
}

static int by_index(const void *a, const void *b)
{
	u32 first = ((const struct link *)a)->index;
	u32 second = ((const struct link *)b)->index;

	return first < second ? -1 : first > second;
}

static int by_name(const void *a, const void *b)
{
	const struct link *const *first = a, *const *second = b;

	return strcmp((*first)->name, (*second)->name);
}

/**
 * links_read() - Read the interfaces of the current network namespace
 *
 * l3mdev_master_ifindex_by_index(): the VRF of an interface is its master.  A
 * port of a bridge that belongs to a VRF does not belong to the VRF.
 *
 * Return: the interfaces, to be freed.
 */
struct links *links_read(void)
{
	struct links *l = xrealloc(NULL, sizeof(*l));
	struct rtnetlink_request q = {
		.head.nlmsg_len = NLMSG_LENGTH(sizeof(q.link)),
		.head.nlmsg_type = RTM_GETLINK,
	};
	const struct link *master;
	size_t i;

	*l = (struct links){};
	l->known = netlink_dump(NETLINK_ROUTE, &q.head, add_link, l);
	if (l->count)
		qsort(l->list, l->count, sizeof(*l->list), by_index);
	for (i = 0; i < l->count; i++) {
		struct link *link = &l->list[i];

		master = links_find(l, link->master);
		if (link->table)
			link->vrf = link->index;
		else if (master && master->table)
			link->vrf = master->index;
	}
	l->names = xrealloc(NULL, (l->count + 1) * sizeof(*l->names));
	for (i = 0; i < l->count; i++)
		l->names[i] = &l->list[i];
	qsort(l->names, l->count, sizeof(*l->names), by_name);
	l->tcp_l3mdev_accept = sysctl_number(SYSCTL_NET
					     "ipv4/tcp_l3mdev_accept", 0);
	return l;
}

/* Free the interfaces, or NULL. */
void links_free(struct links *l)
{
	if (!l)
		return;
	free(l->names);
	free(l->list);
	free(l);
}

/* Return the interface with an index, or NULL. */
const struct link *links_find(const struct links *l, u32 index)
{
	const struct link key = { .index = index };

	return l && l->count ? bsearch(&key, l->list, l->count, sizeof(key),
				  by_index) : NULL;
}

/* Return the interface with a name, or NULL. */
const struct link *links_find_name(const struct links *l, const char *name)
{
	struct link key;
	const struct link *wanted = &key, *const *found;

	if (!l || !l->count || strlen(name) >= sizeof(key.name))
		return NULL;
	strcpy(key.name, name);
	found = bsearch(&wanted, l->names, l->count, sizeof(wanted), by_name);
	return found ? *found : NULL;
}
