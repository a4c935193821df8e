// SPDX-License-Identifier: GPL-2.0
/*
 * Whether bind() accepts an address: inet_addr_type_table() in
 * net/ipv4/fib_frontend.c, ipv6_chk_addr() in net/ipv6/addrconf.c.
 */
#include <errno.h>
#include <linux/if_addr.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "host.h"
#include "netlink.h"
#include "rtnetlink.h"
#include "sysctl.h"
#include "../../module/format/put.h"

/* IPv4 */

/**
 * struct route_search - A search in one routing table
 * @table: number of the table
 * @ip: address
 * @len: prefix length of the best match, -1 without one
 * @type: its type
 */
struct route_search {
	u32 table;
	u32 ip;
	int len;
	u8 type;
};

static u32 ip4_number(const u8 ip[4])
{
	return (u32)ip[0] << 24 | ip[1] << 16 | ip[2] << 8 | ip[3];
}

static void match_route(const struct nlmsghdr *head, void *data)
{
	const struct rtmsg *route = NLMSG_DATA(head);
	const struct rtattr *dst, *table;
	struct route_search *search = data;
	size_t len = RTM_PAYLOAD(head);
	u32 mask, ip = 0;

	if (head->nlmsg_type != RTM_NEWROUTE ||
	    head->nlmsg_len < NLMSG_LENGTH(sizeof(*route)) ||
	    route->rtm_family != AF_INET || route->rtm_dst_len > 32 ||
	    route->rtm_dst_len <= search->len)
		return;
	table = rtnetlink_attr(RTM_RTA(route), len, RTA_TABLE, sizeof(u32));
	dst = rtnetlink_attr(RTM_RTA(route), len, RTA_DST, sizeof(u32));
	if ((table ? rtnetlink_u32(table) : route->rtm_table) != search->table)
		return;
	if (dst)
		ip = ip4_number(RTA_DATA(dst));
	mask = route->rtm_dst_len ? ~0U << (32 - route->rtm_dst_len) : 0;
	if ((ip ^ search->ip) & mask)
		return;
	search->len = route->rtm_dst_len;
	search->type = route->rtm_type;
}

/*
 * Find the local or broadcast route of an address.  bind() looks it up in one
 * table, that of the VRF or RT_TABLE_LOCAL.  A route lookup by rtnetlink would
 * go through the rules, which may lead to another table.
 */
static u8 find_local_route(const u8 ip[4], u32 table)
{
	static const u8 types[] = { RTN_LOCAL, RTN_BROADCAST };
	struct route_search search = {
		.table = table, .ip = ip4_number(ip), .len = -1,
		.type = RTN_UNICAST,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		struct rtnetlink_request q = {
			.head.nlmsg_len = NLMSG_LENGTH(sizeof(q.route)),
			.head.nlmsg_type = RTM_GETROUTE,
			.route.rtm_family = AF_INET,
			.route.rtm_type = types[i],
		};

		rtnetlink_set_attr(&q, RTA_TABLE, table);
		/* Without the table __inet_dev_addr_type() has this type. */
		if (!netlink_dump(NETLINK_ROUTE, &q.head, match_route,
				  &search) && errno == ENOENT)
			return RTN_BROADCAST;
	}
	return search.type;
}

static enum address_kind inet_address_kind(const struct bind_request *b,
					   const u8 ip[4])
{
	static const u8 any[4], broadcast[4] = { 255, 255, 255, 255 };
	const struct link *dev = links_find_name(b->links, b->dev);
	const struct link *vrf = dev ? links_find(b->links, dev->vrf) : NULL;

	if (!memcmp(ip, any, 4))
		return ADDRESS_ANY;
	if (!memcmp(ip, broadcast, 4))
		return ADDRESS_BROADCAST;
	if ((*ip & 0xf0) == 0xe0)
		return ADDRESS_MULTICAST;
	switch (find_local_route(ip, vrf ? vrf->table : RT_TABLE_LOCAL)) {
	case RTN_LOCAL:
		return ADDRESS_LOCAL;
	case RTN_BROADCAST:
		return ADDRESS_BROADCAST;
	default:
		return ADDRESS_FOREIGN;
	}
}

/* Addresses of interfaces */

/**
 * struct address_search - A search in the addresses of all interfaces
 * @bind: the bind()
 * @dev: its interface, or NULL
 * @ip: address
 * @size: bytes of @ip: 4 or 16
 * @found: result
 */
struct address_search {
	const struct bind_request *bind;
	const struct link *dev;
	const u8 *ip;
	size_t size;
	struct host_address *found;
};

/* __ipv6_chk_addr_and_flags() */
static enum address_kind inet6_kind(const struct address_search *s,
				    const struct link *link,
				    const struct ifaddrmsg *addr, u32 flags)
{
	if (link->vrf != (s->dev ? s->dev->vrf : 0))
		return ADDRESS_OTHER_VRF;
	if (s->dev && s->dev != link &&
	    (addr->ifa_scope == RT_SCOPE_LINK ||
	     addr->ifa_scope == RT_SCOPE_HOST))
		return ADDRESS_OTHER_DEV;
	if (!(flags & IFA_F_TENTATIVE) || flags & IFA_F_OPTIMISTIC)
		return ADDRESS_LOCAL;
	if (!link->up)
		return ADDRESS_DOWN;
	return flags & IFA_F_DADFAILED ? ADDRESS_DUPLICATE : ADDRESS_TENTATIVE;
}

static void match_address(const struct nlmsghdr *head, void *data)
{
	const struct ifaddrmsg *addr = NLMSG_DATA(head);
	struct address_search *s = data;
	const struct rtattr *ip, *flags;
	const struct link *link;
	enum address_kind kind;
	size_t len = IFA_PAYLOAD(head);
	u32 all_flags;

	if (head->nlmsg_type != RTM_NEWADDR ||
	    head->nlmsg_len < NLMSG_LENGTH(sizeof(*addr)) ||
	    addr->ifa_family != (s->size == 4 ? AF_INET : AF_INET6) ||
	    s->found->kind == ADDRESS_LOCAL)
		return;
	/* IFA_ADDRESS of a point-to-point interface is the peer's. */
	ip = rtnetlink_attr(IFA_RTA(addr), len, IFA_LOCAL, s->size);
	if (!ip)
		ip = rtnetlink_attr(IFA_RTA(addr), len, IFA_ADDRESS, s->size);
	link = links_find(s->bind->links, addr->ifa_index);
	if (!ip || !link || memcmp(RTA_DATA(ip), s->ip, s->size))
		return;
	flags = rtnetlink_attr(IFA_RTA(addr), len, IFA_FLAGS, sizeof(u32));
	all_flags = flags ? rtnetlink_u32(flags) : addr->ifa_flags;
	/* The table of routes has decided about an IPv4 address already. */
	if (s->size == 16)
		kind = inet6_kind(s, link, addr, all_flags);
	else if (link->vrf != (s->dev ? s->dev->vrf : 0))
		kind = ADDRESS_OTHER_VRF;
	else
		kind = link->up ? ADDRESS_FOREIGN : ADDRESS_DOWN;
	if (kind != ADDRESS_LOCAL && kind <= s->found->kind)
		return;
	s->found->kind = kind;
	s->found->deprecated = kind == ADDRESS_LOCAL &&
		all_flags & IFA_F_DEPRECATED;
	strcpy(s->found->dev, link->name);
	link = links_find(s->bind->links, link->vrf);
	strcpy(s->found->vrf, link ? link->name : "");
}

static void find_address(struct host_address *found,
			 const struct bind_request *b, const u8 *ip,
			 size_t size)
{
	struct address_search search = {
		.bind = b, .ip = ip, .size = size, .found = found,
		.dev = links_find_name(b->links, b->dev),
	};
	struct rtnetlink_request q = {
		.head.nlmsg_len = NLMSG_LENGTH(sizeof(q.addr)),
		.head.nlmsg_type = RTM_GETADDR,
		.addr.ifa_family = size == 4 ? AF_INET : AF_INET6,
	};

	found->kind = ADDRESS_FOREIGN;
	netlink_dump(NETLINK_ROUTE, &q.head, match_address, &search);
}

/* Find out why an address that no interface has may be missing. */
static void explain_missing(struct host_address *a,
			    const struct bind_request *b)
{
	const struct link *lo = links_find_name(b->links, "lo");
	const struct link *link = links_find_name(b->links, b->dev);
	const char *dev = *b->dev ? b->dev : addr_is_loopback(&b->local) ? "lo" :
		"all";
	char path[64];

	snprintf(path, sizeof(path), SYSCTL_NET "ipv6/conf/%s/disable_ipv6",
		 dev);
	if (!addr_is_ip4(&b->local) && sysctl_number(path, 0)) {
		a->kind = ADDRESS_INET6_OFF;
		strcpy(a->dev, dev);
	} else if (addr_is_loopback(&b->local) && lo && !lo->up) {
		a->kind = ADDRESS_DOWN;
		strcpy(a->dev, lo->name);
	} else if (addr_is_loopback(&b->local) && link && link->vrf) {
		a->kind = ADDRESS_OTHER_VRF;
		strcpy(a->dev, "lo");
	}
}

/**
 * address_query() - Find out whether bind() accepts an address
 * @a: result
 * @b: the bind(), with the interfaces of the network namespace
 */
void address_query(struct host_address *a, const struct bind_request *b)
{
	const u8 *ip = b->local.ip;
	bool ip4 = addr_is_ip4(&b->local);

	*a = (struct host_address){ .kind = ADDRESS_ANY };
	if (addr_is_any(&b->local))
		return;
	if (!b->links->known) {
		a->kind = ADDRESS_UNKNOWN;
	} else if (ip4) {
		ip += b->local.form == PS_FORM_INET6 ? 12 : 0;
		a->kind = inet_address_kind(b, ip);
		if (a->kind == ADDRESS_FOREIGN)
			find_address(a, b, ip, 4);
	} else if (!b->dev[0] && ps_ip6_needs_scope(ip)) {
		a->kind = ADDRESS_NO_SCOPE;
	} else if (ip[0] == 0xff) {
		a->kind = ADDRESS_MULTICAST;
	} else {
		find_address(a, b, ip, 16);
	}
	if (a->kind == ADDRESS_FOREIGN && !*a->dev)
		explain_missing(a, b);
}
