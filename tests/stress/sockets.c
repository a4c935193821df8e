// SPDX-License-Identifier: GPL-2.0
/* Sockets that come and go: connections, TIME_WAITs, requests, groups at one port, queues. */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "load.h"

#define FLOODED	"10.255.0.1"	/* an address of lo; the rest of 10/8 leads nowhere */

static struct sockaddr_in loopback(unsigned short port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

int tcp_listener(int backlog, unsigned short *port)
{
	struct sockaddr_in at = loopback(0);
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (void *)&at, sizeof(at)) || listen(fd, backlog) ||
	    getsockname(fd, (void *)&at, &len)) {
		close(fd);
		return -1;
	}
	*port = ntohs(at.sin_port);
	return fd;
}

int tcp_client(unsigned short port)
{
	struct sockaddr_in to = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (void *)&to, sizeof(to))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Closed by the client, by the server, by reset, or not accepted at all. */
static void tcp_round(void)
{
	struct linger reset = { .l_onoff = 1 };
	unsigned short port;
	int l = tcp_listener(16, &port);

	if (l < 0)
		return;
	for (int i = 0; i < 16; i++) {
		int c = tcp_client(port), a = any(4) ? accept4(l, NULL, NULL, SOCK_NONBLOCK) : -1;

		if (!any(8))
			setsockopt(c, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		if (any(2))
			shutdown(c, SHUT_WR);
		close(any(2) ? c : a);
		close(c);
		close(a);
	}
	close(l);
}

/* A group at one port: members join while others leave. */
static void reuseport_round(void)
{
	int type = any(2) ? SOCK_STREAM : SOCK_DGRAM, on = 1, fds[24];
	struct sockaddr_in at = loopback(20000 + any(8));

	for (int i = 0; i < 24; i++) {
		fds[i] = socket(AF_INET, type, 0);
		setsockopt(fds[i], SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
		if (!bind(fds[i], (void *)&at, sizeof(at)) && type == SOCK_STREAM)
			listen(fds[i], 4);
		if (any(2))
			close(fds[any(i + 1)]);
	}
	for (int i = 0; i < 24; i++)
		close(fds[i]);
}

static void udp_round(void)
{
	struct sockaddr_in at = loopback(21000 + any(500));
	int a = socket(AF_INET, SOCK_DGRAM, 0), b = socket(AF_INET6, SOCK_DGRAM, 0);

	bind(a, (void *)&at, sizeof(at));
	connect(b, (void *)&at, sizeof(at));
	sendto(a, "x", 1, MSG_DONTWAIT, (void *)&at, sizeof(at));
	connect(a, &(struct sockaddr){ .sa_family = AF_UNSPEC }, sizeof(struct sockaddr));
	close(a);
	close(b);
}

static unsigned short checksum(const void *data, int len, unsigned int sum)
{
	const unsigned short *words = data;

	for (; len > 1; len -= 2)
		sum += *words++;
	sum = (sum >> 16) + (sum & 0xffff);
	return ~(sum + (sum >> 16));
}

static void send_syn(int raw, const struct sockaddr_in *to)
{
	struct {
		struct iphdr ip;
		struct tcphdr tcp;
	} syn = {
		.ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP, .daddr = to->sin_addr.s_addr },
		.tcp = { .source = htons(1024 + any(60000)), .dest = to->sin_port, .syn = 1, .doff = 5,
			 .window = htons(1000), .seq = any(1u << 31) },
	};
	unsigned int sum;

	syn.ip.saddr = htonl(0x0a000000 + any(1 << 22));
	syn.ip.tot_len = htons(sizeof(syn));
	sum = (syn.ip.saddr >> 16) + (syn.ip.saddr & 0xffff) + (syn.ip.daddr >> 16) + (syn.ip.daddr & 0xffff) +
		htons(IPPROTO_TCP) + htons(sizeof(syn.tcp));
	syn.tcp.check = checksum(&syn.tcp, sizeof(syn.tcp), sum);
	sendto(raw, &syn, sizeof(syn), MSG_DONTWAIT, (void *)to, sizeof(*to));
}

/* Requests that nobody will ever answer. */
static void flood_round(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int l = socket(AF_INET, SOCK_STREAM, 0), raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);

	inet_pton(AF_INET, FLOODED, &at.sin_addr);
	if (bind(l, (void *)&at, sizeof(at)) || listen(l, 1024))
		fail("no listener at " FLOODED);
	getsockname(l, (void *)&at, &len);
	for (int i = 0; i < 2000; i++)
		send_syn(raw, &at);
	usleep(1000 * any(50));
	close(l);
	close(raw);
}

static void unix_round(void)
{
	int type = any(2) ? SOCK_STREAM : SOCK_SEQPACKET, l = socket(AF_UNIX, type, 0), fds[8], pair[2];
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	snprintf(at.sun_path + 1, 20, "stress-%u", any(200));
	if (!bind(l, (void *)&at, sizeof(at)))
		listen(l, 8);
	for (int i = 0; i < 8; i++) {
		fds[i] = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
		connect(fds[i], (void *)&at, sizeof(at));
	}
	close(accept4(l, NULL, NULL, SOCK_NONBLOCK));
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	send(pair[0], "x", 1, 0);
	for (int i = 0; i < 8; i++)
		close(fds[i]);
	close(pair[0]);
	close(pair[1]);
	close(l);
}

/* What the kernel at hand does not have is not made. */
static void other_round(void)
{
	static const int kinds[][3] = {
		{ AF_NETLINK, SOCK_RAW, NETLINK_ROUTE }, { AF_PACKET, SOCK_DGRAM, 0 }, { AF_INET, SOCK_RAW, IPPROTO_ICMP },
		{ AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 }, { AF_INET, SOCK_STREAM, 132 }, { AF_INET, SOCK_STREAM, 262 },
		{ AF_VSOCK, SOCK_STREAM, 0 }, { AF_INET, SOCK_DCCP, 33 }, { AF_TIPC, SOCK_RDM, 0 }, { AF_ALG, SOCK_SEQPACKET, 0 },
	};
	int fds[sizeof(kinds) / sizeof(*kinds)];
	unsigned int n = sizeof(fds) / sizeof(*fds);
	struct sockaddr_in at = loopback(0);

	for (unsigned int i = 0; i < n; i++) {
		fds[i] = socket(kinds[i][0], kinds[i][1], kinds[i][2]);
		if (kinds[i][0] == AF_INET && !bind(fds[i], (void *)&at, sizeof(at)) && kinds[i][1] == SOCK_STREAM)
			listen(fds[i], 4);
	}
	for (unsigned int i = 0; i < n; i++)
		close(fds[i]);
}

const struct worker socket_workers[] = {
	{ "tcp", tcp_round, 2 }, { "reuseport", reuseport_round, 1 }, { "udp", udp_round, 1 }, { "flood", flood_round, 1 },
	{ "unix", unix_round, 1 }, { "other", other_round, 1 }, { 0 }
};
