// SPDX-License-Identifier: GPL-2.0
/*
 * Facts of the network namespace this process is in, as far as they decide
 * about a bind(): __inet_bind() in net/ipv4/af_inet.c, __inet6_bind() in
 * net/ipv6/af_inet6.c.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/nsfs.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host.h"
#include "../../module/format/put.h"

#define IF_INET6	"/proc/self/net/if_inet6"
#define SYS_NET		"/proc/sys/net/"

/* sysctls */

/* Read a file of /proc; the text is empty if that fails. */
static void read_sysctl(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, text, size - 1);

	text[len > 0 ? len : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

static u32 read_sysctl_number(const char *path, u32 otherwise)
{
	char text[16];

	read_sysctl(path, text, sizeof(text));
	return *text ? strtoul(text, NULL, 10) : otherwise;
}

/* The sysctl contains ports and ranges, separated by commas. */
static bool port_is_reserved(u32 port)
{
	static char list[1 << 16];
	unsigned long first, last;
	char *p = list;

	read_sysctl(SYS_NET "ipv4/ip_local_reserved_ports", list, sizeof(list));
	while (*p >= '0' && *p <= '9') {
		first = last = strtoul(p, &p, 10);
		if (*p == '-')
			last = strtoul(p + 1, &p, 10);
		if (port >= first && port <= last)
			return true;
		p += *p == ',';
	}
	return false;
}

/* Permission for ports below ip_unprivileged_port_start */

static u64 inode_of(int fd)
{
	struct stat st;

	return fd < 0 || fstat(fd, &st) ? 0 : st.st_ino;
}

/*
 * ns_capable(): a capability counts in its user namespace and in those below
 * it, and the creator of a user namespace has all capabilities in it.
 * NS_GET_USERNS and NS_GET_PARENT only return user namespaces at or below the
 * one of this process.
 */
static bool can_bind_privileged(u32 uid)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	int own = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
	int net = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int ns = net < 0 ? -1 : ioctl(net, NS_GET_USERNS);
	bool has_cap = !uid, capable = false;
	u64 own_inode = inode_of(own);
	uid_t creator;

	if (uid == geteuid())
		has_cap = !syscall(SYS_capget, &header, data) &&
			data[0].effective & 1U << CAP_NET_BIND_SERVICE;
	while (ns >= 0 && !capable) {
		int parent = ioctl(ns, NS_GET_PARENT);

		capable = (has_cap && inode_of(ns) == own_inode) ||
			(parent >= 0 && inode_of(parent) == own_inode &&
			 !ioctl(ns, NS_GET_OWNER_UID, &creator) &&
			 creator == geteuid());
		close(ns);
		ns = parent;
	}
	if (ns >= 0)
		close(ns);
	if (net >= 0)
		close(net);
	if (own >= 0)
		close(own);
	return capable;
}

/* rtnetlink */

#define RTNETLINK_SIZE	16384

/**
 * struct rtnetlink_request - A request to rtnetlink
 * @head: its length and type
 * @route: of RTM_GETROUTE
 * @link: of RTM_GETLINK
 * @space: one attribute
 */
struct rtnetlink_request {
	struct nlmsghdr head;
	union {
		struct rtmsg route;
		struct ifinfomsg link;
	};
	char space[64];
};

/*
 * Send an RTM_GET request with one attribute.  Return the RTM_NEW message in
 * @reply, or NULL.  The type of RTM_NEW is that of RTM_GET minus 2.
 */
static struct nlmsghdr *rtnetlink_query(struct rtnetlink_request *q, u16 type,
					const void *data, size_t len,
					void *reply)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct nlmsghdr *head = reply;
	struct rtattr *attr = (void *)((char *)q +
				       NLMSG_ALIGN(q->head.nlmsg_len));
	ssize_t got = -1;

	if (fd < 0)
		return NULL;
	attr->rta_type = type;
	attr->rta_len = RTA_LENGTH(len);
	memcpy(RTA_DATA(attr), data, len);
	q->head.nlmsg_len = NLMSG_ALIGN(q->head.nlmsg_len) + attr->rta_len;
	q->head.nlmsg_flags = NLM_F_REQUEST;
	if (send(fd, q, q->head.nlmsg_len, 0) == (ssize_t)q->head.nlmsg_len)
		got = recv(fd, reply, RTNETLINK_SIZE, 0);
	close(fd);
	if (got <= 0 || !NLMSG_OK(head, got) ||
	    head->nlmsg_type != q->head.nlmsg_type - 2)
		return NULL;
	return head;
}

/* Return true if an interface is a VRF, or a port of one. */
static bool is_in_vrf(const char *dev)
{
	char reply[RTNETLINK_SIZE] __attribute__((aligned(8)));
	struct rtnetlink_request q = {
		.head.nlmsg_len = NLMSG_LENGTH(sizeof(q.link)),
		.head.nlmsg_type = RTM_GETLINK,
	};
	const struct nlmsghdr *head = rtnetlink_query(&q, IFLA_IFNAME, dev,
						      strlen(dev) + 1, reply);
	const struct rtattr *a, *info;
	int left, info_left;

	if (!head)
		return false;
	a = IFLA_RTA(NLMSG_DATA(head));
	left = NLMSG_PAYLOAD(head, sizeof(q.link));
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type != IFLA_LINKINFO)
			continue;
		info = RTA_DATA(a);
		info_left = RTA_PAYLOAD(a);
		for (; RTA_OK(info, info_left);
		     info = RTA_NEXT(info, info_left))
			if ((info->rta_type == IFLA_INFO_KIND ||
			     info->rta_type == IFLA_INFO_SLAVE_KIND) &&
			    RTA_PAYLOAD(info) >= 4 &&
			    !memcmp(RTA_DATA(info), "vrf", 4))
				return true;
	}
	return false;
}

/* Addresses */

/*
 * inet_addr_type() by the kernel's own route lookup.  A list of the addresses
 * of all interfaces would not do: all of 127.0.0.0/8 is local, and an address
 * of an interface that is down is not.
 */
static enum address_kind inet_address_kind(const u8 ip[4])
{
	static const u8 any[4], broadcast[4] = { 255, 255, 255, 255 };
	char reply[RTNETLINK_SIZE] __attribute__((aligned(8)));
	struct rtnetlink_request q = {
		.head.nlmsg_len = NLMSG_LENGTH(sizeof(q.route)),
		.head.nlmsg_type = RTM_GETROUTE,
		.route.rtm_family = AF_INET,
		.route.rtm_dst_len = 32,
	};
	struct nlmsghdr *head;

	if (!memcmp(ip, any, 4))
		return ADDRESS_ANY;
	if (!memcmp(ip, broadcast, 4))
		return ADDRESS_BROADCAST;
	if ((*ip & 0xf0) == 0xe0)
		return ADDRESS_MULTICAST;
	head = rtnetlink_query(&q, RTA_DST, ip, 4, reply);
	if (!head)
		return ADDRESS_FOREIGN;
	switch (((struct rtmsg *)NLMSG_DATA(head))->rtm_type) {
	case RTN_LOCAL:
		return ADDRESS_LOCAL;
	case RTN_BROADCAST:
		return ADDRESS_BROADCAST;
	default:
		return ADDRESS_FOREIGN;
	}
}

#define IPV6_SCOPES_OF_LINK	(0x10U | 0x20U)	/* IFA_HOST | IFA_LINK */

/* Look up an address in the list of all interfaces, as ipv6_chk_addr() does. */
static enum address_kind find_inet6_address(const struct bind_request *b)
{
	enum address_kind kind = ADDRESS_FOREIGN;
	unsigned int i, index, prefix, scope, flags;
	char hex[33], dev[PS_DEV_SIZE];
	FILE *file = fopen(IF_INET6, "re");
	u8 ip[16];

	while (file && kind != ADDRESS_LOCAL &&
	       fscanf(file, "%32s %x %x %x %x %15s", hex, &index, &prefix,
		      &scope, &flags, dev) == 6) {
		for (i = 0; i < sizeof(ip); i++)
			if (sscanf(hex + 2 * i, "%2hhx", &ip[i]) != 1)
				break;
		if (i < sizeof(ip) || memcmp(ip, b->local.ip, sizeof(ip)))
			continue;
		if (b->dev[0] && strcmp(b->dev, dev) &&
		    scope & IPV6_SCOPES_OF_LINK)
			kind = ADDRESS_OTHER_DEV;
		else if (flags & IFA_F_TENTATIVE && !(flags & IFA_F_OPTIMISTIC))
			kind = ADDRESS_TENTATIVE;
		else
			kind = ADDRESS_LOCAL;
	}
	if (file)
		fclose(file);
	return kind;
}

static enum address_kind inet6_address_kind(const struct bind_request *b)
{
	const u8 *ip = b->local.ip;

	if (addr_is_mapped(&b->local))
		return inet_address_kind(ip + 12);
	if (addr_is_any(&b->local))
		return ADDRESS_ANY;
	if (!b->dev[0] && ps_ip6_needs_scope(ip))
		return ADDRESS_NO_SCOPE;
	return ip[0] == 0xff ? ADDRESS_MULTICAST : find_inet6_address(b);
}

/**
 * host_query() - Read the facts that decide about a bind()
 * @m: result
 * @b: the bind(), in the network namespace this process is in
 */
void host_query(struct host *m, const struct bind_request *b)
{
	bool inet6 = b->local.form == PS_FORM_INET6;
	unsigned int major, minor;
	struct utsname name;
	char range[32];

	*m = (struct host){ .queried = true, .kernel = KERNEL_NEWEST };
	if (!uname(&name) &&
	    sscanf(name.release, "%u.%u", &major, &minor) == 2)
		m->kernel = KERNEL(major, minor);
	m->no_inet6 = inet6 && access(IF_INET6, F_OK);
	m->no_dev = b->dev[0] && !if_nametoindex(b->dev);
	m->vrf = b->dev[0] && !m->no_dev && is_in_vrf(b->dev);
	m->address = inet6 ? inet6_address_kind(b) :
		inet_address_kind(b->local.ip);
	m->nonlocal = read_sysctl_number(addr_is_ip4(&b->local) ?
					 SYS_NET "ipv4/ip_nonlocal_bind" :
					 SYS_NET "ipv6/ip_nonlocal_bind", 0);
	m->v6only = read_sysctl_number(SYS_NET "ipv6/bindv6only", 0);
	m->unprivileged = read_sysctl_number(
		SYS_NET "ipv4/ip_unprivileged_port_start", 1024);
	m->capable = can_bind_privileged(b->uid);
	read_sysctl(SYS_NET "ipv4/ip_local_port_range", range, sizeof(range));
	if (sscanf(range, "%u %u", &m->port_low, &m->port_high) != 2)
		m->port_low = m->port_high = 0;
	m->reserved = port_is_reserved(b->local.num);
}
