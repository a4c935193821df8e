// SPDX-License-Identifier: GPL-2.0
/* Random sockets at one port: listeners, connections in each state, UDP. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "situation.h"

static void log_step(struct situation *s, const char *step,
		     const struct bind_request *b)
{
	size_t used = strlen(s->log);
	char text[160] = "";

	if (b)
		request_format(b, text, sizeof(text));
	snprintf(s->log + used, sizeof(s->log) - used, "    %s%s%s\n", step,
		 b ? " " : "", text);
}

static u64 cookie_of(int fd)
{
	u64 cookie = 0;
	socklen_t len = sizeof(cookie);

	getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
	return cookie;
}

static int own_socket(struct situation *s, int fd)
{
	if (fd < 0)
		return fd;
	if (s->count == SOCKETS_MAX)
		die("too many sockets");
	s->socks[s->count++] = (struct owned_socket){ fd, cookie_of(fd) };
	return fd;
}

static void reset_socket(int fd)
{
	struct linger now = { 1, 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static void disown_socket(struct situation *s, int fd)
{
	unsigned int i;

	for (i = 0; i < s->count; i++)
		if (s->socks[i].fd == fd)
			s->socks[i] = s->socks[--s->count];
}

/* How a connection ends, seen from the port of the situation. */

enum fate {
	FATE_OPEN,
	FATE_CLOSE_WAIT,
	FATE_ORPHAN,		/* a TIME_WAIT socket in FIN_WAIT2 */
	FATE_LONG_ORPHAN,	/* a struct sock in FIN_WAIT2      */
	FATE_TIME_WAIT,
	FATE_HALF_CLOSED,
	FATE_RESET,
	FATE_TIME_WAIT_HELD,
	FATES,
};

static const char *const fate_names[] = {
	"open", "close_wait", "orphan", "long orphan", "time_wait",
	"half closed", "reset", "time_wait and its socket",
};

/* @mine and @peer are owned; a socket closed here is not any more. */
static void end_connection(struct situation *s, int mine, int peer)
{
	enum fate fate = random_below(FATES);
	int seconds = 100;

	log_step(s, fate_names[fate], NULL);
	switch (fate) {
	case FATE_CLOSE_WAIT:
		shutdown(peer, SHUT_WR);
		break;
	case FATE_LONG_ORPHAN:
		setsockopt(mine, IPPROTO_TCP, TCP_LINGER2, &seconds,
			   sizeof(seconds));
		/* fall through */
	case FATE_ORPHAN:
	case FATE_TIME_WAIT:
		disown_socket(s, mine);
		close(mine);
		if (fate == FATE_TIME_WAIT) {
			disown_socket(s, peer);
			close(peer);
		}
		break;
	case FATE_HALF_CLOSED:
		shutdown(mine, SHUT_WR);
		break;
	case FATE_RESET:
		disown_socket(s, peer);
		reset_socket(peer);
		break;
	case FATE_TIME_WAIT_HELD:
		shutdown(mine, SHUT_WR);
		shutdown(peer, SHUT_WR);
		break;
	default:
		break;
	}
}

/* TCP */

/* The address to which a client of a listener connects. */
static socklen_t listener_sockaddr(int listener, bool mapped,
				   struct sockaddr_storage *a)
{
	struct sockaddr_in6 *in6 = (void *)a;
	struct sockaddr_in *in = (void *)a;
	socklen_t len = sizeof(*a);
	u16 port;

	getsockname(listener, (struct sockaddr *)a, &len);
	if (in->sin_family == AF_INET) {
		if (in->sin_addr.s_addr == INADDR_ANY)
			in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof(*in);
	}
	if (memcmp(&in6->sin6_addr, &in6addr_any, sizeof(in6addr_any)))
		return sizeof(*in6);
	in6->sin6_addr = in6addr_loopback;
	if (!mapped)
		return sizeof(*in6);
	port = in6->sin6_port;
	*in = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = port,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	return sizeof(*in);
}

static int connect_timeout(int fd, const struct sockaddr_storage *a,
			socklen_t len)
{
	struct timeval soon = { 0, 200000 };

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon));
	return connect(fd, (const struct sockaddr *)a, len);
}

/*
 * A client of a listener that is bound to VRF blue, or of one that accepts from
 * all VRFs (tcp_l3mdev_accept), has to be in the VRF.
 */
static void enter_vrf(int listener, int client, struct sockaddr_storage *a)
{
	struct sockaddr_in6 *in6 = (void *)a;
	struct sockaddr_in *in = (void *)a;
	char dev[IFNAMSIZ] = "";
	socklen_t len = sizeof(dev);

	getsockopt(listener, SOL_SOCKET, SO_BINDTODEVICE, dev, &len);
	if (!request_has_vrf() || (*dev ? strcmp(dev, "blue") : chance(70)))
		return;
	setsockopt(client, SOL_SOCKET, SO_BINDTODEVICE, "blue", 4);
	if (in->sin_family == AF_INET && in->sin_addr.s_addr ==
	    htonl(INADDR_LOOPBACK))
		in->sin_addr.s_addr = htonl(0x0a090201); /* 10.9.2.1 */
	else if (in->sin_family == AF_INET6 &&
		 !memcmp(&in6->sin6_addr, &in6addr_loopback, 16))
		inet_pton(AF_INET6, "fd00:9:2::1", &in6->sin6_addr);
}

static void connect_client(struct situation *s, int listener)
{
	struct sockaddr_storage a;
	socklen_t len = listener_sockaddr(listener, chance(40), &a);
	int client = socket(a.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int child;

	enter_vrf(listener, client, &a);
	if (connect_timeout(client, &a, len)) {
		close(client);
		return;
	}
	own_socket(s, client);
	if (chance(30)) {
		log_step(s, "not accepted", NULL);
		return;
	}
	child = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (child >= 0)
		end_connection(s, own_socket(s, child), client);
}

static void make_clients(struct situation *s, int listener)
{
	unsigned int n = random_below(3);
	int later = 5;

	if (n && chance(10)) {
		setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &later,
			   sizeof(later));
		log_step(s, "deferred", NULL);
	}
	fcntl(listener, F_SETFL, O_NONBLOCK);
	while (n--)
		connect_client(s, listener);
	if (chance(25)) {
		log_step(s, "listener closed", NULL);
		disown_socket(s, listener);
		close(listener);
	}
}

static void make_listener(struct situation *s, int fd)
{
	if (listen(fd, 16)) {
		log_step(s, "listen failed", NULL);
		return;
	}
	log_step(s, "listens", NULL);
	make_clients(s, fd);
}

static void make_connection(struct situation *s, const struct bind_request *b,
			    int fd)
{
	int family = b->local.form == PS_FORM_INET ||
		addr_is_mapped(&b->local) ? AF_INET : AF_INET6, peer;
	struct sockaddr_storage a;

	world_helper(family, &a);
	if (family == AF_INET && b->local.form == PS_FORM_INET6) {
		struct sockaddr_in in = *(struct sockaddr_in *)&a;
		struct sockaddr_in6 *in6 = (void *)&a;

		memset(&a, 0, sizeof(a));
		in6->sin6_family = AF_INET6;
		in6->sin6_port = in.sin_port;
		memset(in6->sin6_addr.s6_addr + 10, 0xff, 2);
		memcpy(in6->sin6_addr.s6_addr + 12, &in.sin_addr, 4);
	}
	if (connect_timeout(fd, &a, sizeof(a))) {
		log_step(s, "connect failed", NULL);
		return;
	}
	log_step(s, "connects", NULL);
	peer = own_socket(s, world_accept(family));
	if (peer >= 0)
		end_connection(s, fd, peer);
}

/* No host has the address: the SYN is not answered. */
static void make_syn_sent(struct situation *s, const struct bind_request *b,
			  int fd)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons(99),
		.sin_addr.s_addr = htonl(0x0a090063),	/* 10.9.0.99 */
	};

	if (b->local.form != PS_FORM_INET)
		return;
	log_step(s, "connects without reply", NULL);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	connect(fd, (struct sockaddr *)&a, sizeof(a));
}

static void make_tcp(struct situation *s, const struct bind_request *b, int fd)
{
	switch (random_below(8)) {
	case 0:
	case 1:		/* bound only */
		return;
	case 2:
		make_connection(s, b, fd);
		return;
	case 3:
		make_syn_sent(s, b, fd);
		return;
	default:
		make_listener(s, fd);
	}
}

/* UDP */

static void make_udp(struct situation *s, const struct bind_request *b, int fd)
{
	struct sockaddr_storage a;

	if (chance(75))
		return;
	world_helper(b->local.form == PS_FORM_INET ? AF_INET : AF_INET6, &a);
	if (!connect(fd, (struct sockaddr *)&a, sizeof(a)))
		log_step(s, "connected", NULL);
}

/* All sockets */

/* Without bind() the kernel assigns the port; only this one is available. */
static void make_automatic(struct situation *s, const struct bind_request *b)
{
	int fd = request_open(b);

	if (fd < 0)
		return;
	own_socket(s, fd);
	log_step(s, "automatic", b);
	world_autobind(s->port, true);
	if (b->proto == PORTSOCK_PROTO_TCP)
		make_connection(s, b, fd);
	else
		make_udp(s, b, fd);
	world_autobind(s->port, false);
}

/* In flight: the only reference is in a message that is not received. */
static void send_in_message(struct situation *s, int fd)
{
	char control[CMSG_SPACE(sizeof(fd))] = { 0 };
	struct iovec io = { "x", 1 };
	struct msghdr m = {
		.msg_iov = &io, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	unsigned int i;
	int pair[2];

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) ||
	    sendmsg(pair[0], &m, 0) < 0)
		die("a message");
	close(pair[0]);
	close(fd);
	for (i = 0; i < s->count; i++)
		if (s->socks[i].fd == fd)
			s->socks[i].fd = pair[1];
	log_step(s, "in flight", NULL);
}

/* After bind() an option affects later sockets, not the fastreuse state. */
static void set_late(struct situation *s, int fd)
{
	int option = chance(50) ? SO_REUSEADDR : SO_REUSEPORT;
	int on = chance(50);

	setsockopt(fd, SOL_SOCKET, option, &on, sizeof(on));
	log_step(s, on ? "late" : "no more", NULL);
	log_step(s, option == SO_REUSEADDR ? "reuseaddr" : "reuseport", NULL);
}

static void make_bound(struct situation *s, const struct bind_request *b)
{
	int fd = request_open(b);

	if (fd < 0)
		return;
	if (request_bind(b, fd)) {
		close(fd);
		return;
	}
	own_socket(s, fd);
	log_step(s, "bound", b);
	if (chance(10))
		set_late(s, fd);
	if (b->proto == PORTSOCK_PROTO_TCP)
		make_tcp(s, b, fd);
	else
		make_udp(s, b, fd);
	if (chance(4) && s->count && s->socks[s->count - 1].fd == fd)
		send_in_message(s, fd);
}

/* VRFs */

static void set_l3mdev_accept(struct situation *s, bool on)
{
	write_file("/proc/sys/net/ipv4/tcp_l3mdev_accept", "%d", on);
	log_step(s, on ? "tcp_l3mdev_accept" : "no tcp_l3mdev_accept", NULL);
}

static void move_interface(struct situation *s)
{
	static const char *const vrfs[] = { "blue", "red", "" };
	const char *vrf = vrfs[random_below(3)];

	world_move(vrf);
	log_step(s, "dummy4 is moved to", NULL);
	log_step(s, *vrf ? vrf : "no VRF", NULL);
}

static void random_vrf(struct situation *s)
{
	if (chance(30))
		set_l3mdev_accept(s, true);
	if (chance(20))
		write_file("/proc/sys/net/ipv4/udp_l3mdev_accept", "1");
	if (chance(20))
		move_interface(s);
}

/* The sockets that exist stay in their bind buckets. */
static void change_vrf(struct situation *s)
{
	if (chance(30))
		set_l3mdev_accept(s, chance(50));
	else
		move_interface(s);
}

static void rename_interface(struct situation *s)
{
	if (s->renamed)
		return;
	world_rename();
	s->renamed = true;
	log_step(s, "dummy1 is renamed, and replaced", NULL);
}

void situation_make(struct situation *s, u16 port, u8 proto)
{
	unsigned int n = 1 + random_below(4);
	u8 second = proto == PORTSOCK_PROTO_TCP ? PORTSOCK_PROTO_UDP :
		PORTSOCK_PROTO_TCP;
	struct bind_request b;

	*s = (struct situation){ .port = port };
	if (request_has_vrf())
		random_vrf(s);
	while (n--) {
		bool elsewhere = chance(7);

		request_random(&b, port, chance(92) ? proto : second);
		if (elsewhere && world_other(true))
			die("the other namespace");
		if (elsewhere)
			log_step(s, "elsewhere:", NULL);
		if (!elsewhere && chance(12))
			make_automatic(s, &b);
		else
			make_bound(s, &b);
		if (elsewhere && world_other(false))
			die("our own namespace");
		if (request_has_vrf() && chance(15))
			change_vrf(s);
		else if (chance(2))
			rename_interface(s);
	}
}

/* Reset a socket, so that no TIME_WAIT remains.  Return false if not owned. */
bool situation_close(struct situation *s, u64 cookie)
{
	unsigned int i;

	for (i = 0; i < s->count; i++) {
		if (s->socks[i].cookie != cookie)
			continue;
		reset_socket(s->socks[i].fd);
		s->socks[i] = s->socks[--s->count];
		return true;
	}
	return false;
}

void situation_end(struct situation *s)
{
	while (s->count)
		reset_socket(s->socks[--s->count].fd);
}
