// SPDX-License-Identifier: GPL-2.0
/*
 * The network namespace that we are in, and what of it decides about a bind():
 * __inet_bind() in net/ipv4/af_inet.c, __inet6_bind() in net/ipv6/af_inet6.c.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if_addr.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host.h"
#include "route.h"
#include "../../module/format/put.h"

#define PROC_NET	"/proc/self/net/"
#define SYS_NET		"/proc/sys/net/"
#define NS_OF_NET	"/proc/self/ns/net"
#define NS_OF_USER	"/proc/self/ns/user"

static u32 running_kernel(void)
{
	struct utsname name;
	unsigned int major, minor;

	if (uname(&name) ||
	    sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return KERNEL_NEWEST;
	return KERNEL(major, minor);
}

/* A sysctl's text; "" when it is not there. */
static void read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, text, size - 1);

	text[len > 0 ? len : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

static u32 read_number(const char *path, u32 otherwise)
{
	char text[16];

	read_text(path, text, sizeof(text));
	return *text ? strtoul(text, NULL, 10) : otherwise;
}

static void look_at_range(struct host *m)
{
	char text[32];

	read_text(SYS_NET "ipv4/ip_local_port_range", text, sizeof(text));
	if (sscanf(text, "%u %u", &m->low, &m->high) != 2)
		m->low = m->high = 0;
}

/* Ports and ranges, with commas between. */
static bool is_listed(char *text, u32 port)
{
	unsigned long first, last;

	while (*text >= '0' && *text <= '9') {
		first = last = strtoul(text, &text, 10);
		if (*text == '-')
			last = strtoul(text + 1, &text, 10);
		if (port >= first && port <= last)
			return true;
		text += *text == ',';
	}
	return false;
}

static bool is_reserved(u32 port)
{
	static char text[1 << 16];

	read_text(SYS_NET "ipv4/ip_local_reserved_ports", text, sizeof(text));
	return is_listed(text, port);
}

/* --- who may have a port below ip_unprivileged_port_start */

static u64 inode_of(int fd)
{
	struct stat st;

	return fd < 0 || fstat(fd, &st) ? 0 : st.st_ino;
}

static bool has_capability(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	return !syscall(SYS_capget, &header, data) &&
		data[0].effective & 1U << CAP_NET_BIND_SERVICE;
}

/*
 * ns_capable(): capabilities count in their user namespace and in those below
 * it; who made one has all in it.  NS_GET_USERNS and NS_GET_PARENT show what is
 * below ours, and nothing else.
 */
static bool is_below(int ns, bool capable)
{
	int own = open(NS_OF_USER, O_RDONLY | O_CLOEXEC);
	u64 ours = inode_of(own);
	bool yes = false;
	uid_t maker;

	while (ns >= 0 && !yes) {
		int parent = ioctl(ns, NS_GET_PARENT);

		yes = (inode_of(ns) == ours && capable) ||
			(parent >= 0 && inode_of(parent) == ours &&
			 !ioctl(ns, NS_GET_OWNER_UID, &maker) &&
			 maker == geteuid());
		close(ns);
		ns = parent;
	}
	close(own);
	return yes;
}

static bool is_capable(u32 uid)
{
	int net = open(NS_OF_NET, O_RDONLY | O_CLOEXEC), owner;

	owner = net < 0 ? -1 : ioctl(net, NS_GET_USERNS);
	if (net >= 0)
		close(net);
	if (owner < 0)
		return false;
	return is_below(owner, uid == geteuid() ? has_capability() : !uid);
}

/* --- addresses */

static enum address_kind look_up_inet(const u8 ip[4])
{
	static const u8 nobody[4], everybody[4] = { 255, 255, 255, 255 };

	if (!memcmp(ip, nobody, 4))
		return ADDRESS_ANY;
	if (!memcmp(ip, everybody, 4))
		return ADDRESS_BROADCAST;
	if ((*ip & 0xf0) == 0xe0)
		return ADDRESS_MULTICAST;
	return route_type(ip);
}

/**
 * struct inet6 - a line of /proc/net/if_inet6
 * @ip: address
 * @scope: IFA_LINK, IFA_HOST and others
 * @flags: IFA_F_TENTATIVE and others
 * @dev: interface
 */
struct inet6 {
	u8 ip[16];
	unsigned int scope;
	unsigned int flags;
	char dev[PS_DEV_SIZE];
};

#define IFA_HOST	0x10U	/* net/ipv6.h, its address types */
#define IFA_LINK	0x20U

static bool next_inet6(FILE *file, struct inet6 *a)
{
	unsigned int i, index, prefix;
	char hex[33];

	if (fscanf(file, "%32s %x %x %x %x %15s", hex, &index, &prefix,
		   &a->scope, &a->flags, a->dev) != 6)
		return false;
	for (i = 0; i < 16; i++)
		sscanf(hex + 2 * i, "%2hhx", &a->ip[i]);
	return true;
}

/* ipv6_chk_addr() */
static enum address_kind judge_inet6(const struct inet6 *a, const char *dev)
{
	if (*dev && strcmp(dev, a->dev) && a->scope & (IFA_LINK | IFA_HOST))
		return ADDRESS_OTHER_DEV;
	if (a->flags & IFA_F_TENTATIVE && !(a->flags & IFA_F_OPTIMISTIC))
		return ADDRESS_TENTATIVE;
	return ADDRESS_LOCAL;
}

static enum address_kind find_inet6(const struct bind_request *b)
{
	FILE *file = fopen(PROC_NET "if_inet6", "re");
	enum address_kind found = ADDRESS_FOREIGN;
	struct inet6 a;

	if (!file)
		return found;
	while (found != ADDRESS_LOCAL && next_inet6(file, &a))
		if (!memcmp(a.ip, b->local.ip, sizeof(a.ip)))
			found = judge_inet6(&a, b->dev);
	fclose(file);
	return found;
}

static enum address_kind look_up_inet6(const struct bind_request *b)
{
	const u8 *ip = b->local.ip;

	if (addr_is_mapped(&b->local))
		return look_up_inet(ip + 12);
	if (addr_is_any(&b->local))
		return ADDRESS_ANY;
	if (!b->dev[0] && ps_ip6_needs_scope(ip))
		return ADDRESS_NO_SCOPE;
	return ip[0] == 0xff ? ADDRESS_MULTICAST : find_inet6(b);
}

/**
 * host_query() - what this machine says about a bind()
 * @m: result
 * @b: the bind(), in the network namespace that we are in
 */
void host_query(struct host *m, const struct bind_request *b)
{
	bool inet6 = b->local.form == PS_FORM_INET6;

	*m = (struct host){ .here = true, .kernel = running_kernel() };
	m->no_inet6 = inet6 && access(PROC_NET "if_inet6", F_OK);
	m->no_dev = b->dev[0] && !if_nametoindex(b->dev);
	m->vrf = b->dev[0] && !m->no_dev && route_is_vrf(b->dev);
	m->address = inet6 ? look_up_inet6(b) : look_up_inet(b->local.ip);
	m->nonlocal = read_number(inet6 && !addr_is_mapped(&b->local) ?
				  SYS_NET "ipv6/ip_nonlocal_bind" :
				  SYS_NET "ipv4/ip_nonlocal_bind", 0);
	m->v6only = read_number(SYS_NET "ipv6/bindv6only", 0);
	m->unprivileged = read_number(SYS_NET
				      "ipv4/ip_unprivileged_port_start", 1024);
	m->capable = is_capable(b->uid);
	look_at_range(m);
	m->reserved = is_reserved(b->local.num);
}

/**
 * host_unknown() - what is known of a machine of which there is only a view
 * @m: result
 */
void host_unknown(struct host *m)
{
	*m = (struct host){ .kernel = KERNEL_NEWEST };
}

/**
 * host_netns() - the network namespace that we are in
 *
 * Return: its inode number, 0 if /proc does not tell.
 */
u32 host_netns(void)
{
	int fd = open(NS_OF_NET, O_RDONLY | O_CLOEXEC);
	u64 inode = inode_of(fd);

	if (fd >= 0)
		close(fd);
	return inode;
}
