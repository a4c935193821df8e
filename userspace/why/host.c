// SPDX-License-Identifier: GPL-2.0
/*
 * Facts of the network namespace this process is in, as far as they decide
 * about a bind(): __inet_bind() in net/ipv4/af_inet.c, __inet6_bind() in
 * net/ipv6/af_inet6.c.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
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
#include "sysctl.h"

#define IF_INET6	"/proc/self/net/if_inet6"

static bool port_is_reserved(u32 port)
{
	char *ranges = sysctl_reserved_ports();
	u32 first, last;

	while (sysctl_next_range(&ranges, &first, &last))
		if (port >= first && port <= last)
			return true;
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

/*
 * Find out why there is no IPv6.  /sys shows a module that is built in if it has
 * parameters.
 */
static enum no_inet6 missing_inet6(void)
{
	if (!access(IF_INET6, F_OK))
		return INET6_PRESENT;
	if (sysctl_number("/sys/module/ipv6/parameters/disable", 0))
		return INET6_DISABLED;
	if (access("/sys/module", F_OK) || !access("/sys/module/ipv6", F_OK))
		return INET6_NOT_BUILT;
	return INET6_NOT_LOADED;
}

/**
 * host_query() - Read the facts that decide about a bind()
 * @m: result
 * @b: the bind(), in the network namespace this process is in; gets the
 *	kernel, the interfaces, and the current name of its interface
 */
void host_query(struct host *m, struct bind_request *b)
{
	const struct link *link;
	bool inet6 = b->local.form == PS_FORM_INET6;
	unsigned int major, minor, index;
	struct utsname name;
	char range[32];

	*m = (struct host){ .queried = true, .kernel = KERNEL_NEWEST };
	if (!uname(&name) &&
	    sscanf(name.release, "%u.%u", &major, &minor) == 2)
		m->kernel = KERNEL(major, minor);
	b->kernel = m->kernel;
	b->links = links_read();
	if (b->dev[0]) {
		/* The name may be an alternative one (ip link property). */
		index = if_nametoindex(b->dev);
		link = links_find(b->links, index);
		m->no_dev = !index;
		if (link)
			strcpy(b->dev, link->name);
	}
	m->no_inet6 = inet6 ? missing_inet6() : INET6_PRESENT;
	address_query(&m->address, b);
	m->nonlocal = sysctl_number(addr_is_ip4(&b->local) ?
				    SYSCTL_NET "ipv4/ip_nonlocal_bind" :
				    SYSCTL_NET "ipv6/ip_nonlocal_bind", 0);
	m->v6only = sysctl_number(SYSCTL_NET "ipv6/bindv6only", 0);
	m->unprivileged = sysctl_number(
		SYSCTL_NET "ipv4/ip_unprivileged_port_start", 1024);
	m->capable = can_bind_privileged(b->uid);
	sysctl_read(SYSCTL_NET "ipv4/ip_local_port_range", range,
		    sizeof(range));
	if (sscanf(range, "%u %u", &m->port_low, &m->port_high) != 2)
		m->port_low = m->port_high = 0;
	m->reserved = port_is_reserved(b->local.num);
}
