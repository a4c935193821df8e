// SPDX-License-Identifier: GPL-2.0
/* Namespaces, interfaces, sysctls, and listeners to connect to. */
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "situation.h"

#define HELPER	9	/* the port where a helper listens */

#define RENAMED	"renamed-0"

static int own, other, helpers[2];
static bool moved, renamed;

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, ": %s\n", strerror(errno));
	exit(2);
}

void write_file(const char *path, const char *format, ...)
{
	char text[64];
	va_list args;
	int fd, len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, text, len) != len)
		die("%s", path);
	close(fd);
}

static int new_netns(void)
{
	if (unshare(CLONE_NEWNET) || system("ip link set lo up"))
		die("a network namespace");
	return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

static int listen_at(int family)
{
	struct sockaddr_storage a = { .ss_family = family };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	((struct sockaddr_in *)&a)->sin_port = htons(HELPER);
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 128))
		die("a helper");
	return fd;
}

void world_make(void)
{
	other = new_netns();
	own = new_netns();
	/* Duplicate address detection would take seconds. */
	write_file("/proc/sys/net/ipv6/conf/default/accept_dad", "0");
	write_file("/proc/sys/net/ipv6/conf/all/accept_dad", "0");
	if (system("ip link add dummy0 type dummy && ip link add dummy1 type dummy && "
		   "ip link set dummy0 up && ip link set dummy1 up && "
		   "ip address add 10.9.0.1/24 broadcast 10.9.0.255 dev dummy0 && "
		   "ip address add 10.9.1.1/24 dev dummy1 && "
		   "ip address add fd00:9::1/64 dev dummy0 && "
		   "ip address add fe80::9/64 dev dummy0 && "
		   "ip address add fd00:9:1::1/64 dev dummy1 && "
		   "ip address add 10.9.0.2/24 dev dummy0 && "
		   "ip link add blue type vrf table 100 && "
		   "ip link add red type vrf table 101 && "
		   "ip link set blue up && ip link set red up && "
		   "for n in 2 3 4; do ip link add dummy$n type dummy && "
		   "ip link set dummy$n up; done && "
		   "ip link set dummy2 master blue && ip link set dummy3 master red"))
		die("interfaces");
	if (system("ip address add 10.9.2.1/24 broadcast 10.9.2.255 dev dummy2 && "
		   "ip address add 10.9.5.5/24 dev dummy2 && "
		   "ip address add fd00:9:2::1/64 dev dummy2 && "
		   "ip address add fe80::9/64 dev dummy2 && "
		   "ip address add 10.9.3.1/24 dev dummy3 && "
		   "ip address add 10.9.5.5/24 dev dummy3 && "
		   "ip address add fd00:9:3::1/64 dev dummy3 && "
		   "ip address add fd00:9::1/64 dev dummy3 && "
		   "ip address add 10.9.4.1/24 dev dummy4 && "
		   "ip address add fd00:9:4::1/64 dev dummy4"))
		die("addresses");
	helpers[0] = listen_at(AF_INET);
	helpers[1] = listen_at(AF_INET6);
}

/* Move dummy4 into a VRF, or out of it with "".  That drops IPv6 addresses. */
void world_move(const char *vrf)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "ip link set dummy4 %s %s && "
		 "ip address replace fd00:9:4::1/64 dev dummy4",
		 *vrf ? "master" : "nomaster", vrf);
	if (system(command))
		die("moving dummy4");
	moved = *vrf;
}

/* Change the name of dummy1, which becomes that of another interface. */
void world_rename(void)
{
	if (system("ip link set dummy1 down && "
		   "ip link set dummy1 name " RENAMED " && "
		   "ip link set " RENAMED " up && "
		   "ip address replace fd00:9:1::1/64 dev " RENAMED " && "
		   "ip link add dummy1 type dummy && ip link set dummy1 up"))
		die("renaming dummy1");
	renamed = true;
}

/* Restore interfaces and sysctls that a seed may have changed. */
void world_reset(void)
{
	if (moved)
		world_move("");
	if (renamed && system("ip link delete dummy1 && "
			      "ip link set " RENAMED " down && "
			      "ip link set " RENAMED " name dummy1 && "
			      "ip link set dummy1 up && ip address "
			      "replace fd00:9:1::1/64 dev dummy1"))
		die("restoring dummy1");
	renamed = false;
	write_file("/proc/sys/net/ipv4/tcp_l3mdev_accept", "0");
	write_file("/proc/sys/net/ipv4/udp_l3mdev_accept", "0");
	write_file("/proc/sys/net/ipv4/ip_unprivileged_port_start", "1024");
	write_file("/proc/sys/net/ipv4/ip_nonlocal_bind", "0");
	write_file("/proc/sys/net/ipv6/ip_nonlocal_bind", "0");
	write_file("/proc/sys/net/ipv6/bindv6only", "0");
}

/* Make the kernel assign this port to sockets without bind(). */
void world_autobind(u16 port, bool on)
{
	if (on)
		write_file("/proc/sys/net/ipv4/ip_local_port_range", "%u %u",
			   port, port);
	else
		write_file("/proc/sys/net/ipv4/ip_local_port_range",
			   "50000 60999");
}

int world_other(bool to_other)
{
	return setns(to_other ? other : own, CLONE_NEWNET);
}

int world_helper(int family, struct sockaddr_storage *a)
{
	memset(a, 0, sizeof(*a));
	a->ss_family = family;
	((struct sockaddr_in *)a)->sin_port = htons(HELPER);
	if (family == AF_INET)
		((struct sockaddr_in *)a)->sin_addr.s_addr =
			htonl(INADDR_LOOPBACK);
	else
		((struct sockaddr_in6 *)a)->sin6_addr = in6addr_loopback;
	return 0;
}

int world_accept(int family)
{
	return accept4(helpers[family == AF_INET6], NULL, NULL, SOCK_CLOEXEC);
}

/* As ss -K does, for sockets without owner. */
int world_destroy(const struct ps_record *r)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 req;
	} q = {
		.head.nlmsg_len = sizeof(q),
		.head.nlmsg_type = SOCK_DESTROY,
		.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		.req.sdiag_protocol = IPPROTO_TCP,
		.req.sdiag_family = r->local.form == PS_FORM_INET ? AF_INET :
			AF_INET6,
		.req.id.idiag_sport = htons(r->local.num),
		.req.id.idiag_dport = htons(r->remote.num),
		.req.id.idiag_cookie = { (u32)r->cookie, r->cookie >> 32 },
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	struct {
		struct nlmsghdr head;
		struct nlmsgerr err;
		char space[512];
	} a;
	ssize_t got;

	memcpy(q.req.id.idiag_src, r->local.ip, 16);
	memcpy(q.req.id.idiag_dst, r->remote.ip, 16);
	if (r->dev[0])
		q.req.id.idiag_if = if_nametoindex(r->dev);
	if (fd < 0 || send(fd, &q, sizeof(q), 0) < 0)
		die("sock_diag");
	got = recv(fd, &a, sizeof(a), 0);
	close(fd);
	return got < (ssize_t)NLMSG_LENGTH(sizeof(a.err)) ? -EIO : a.err.error;
}
