// SPDX-License-Identifier: GPL-2.0
/* Sockets at random at one port: listeners, connections in each state, UDP. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "situation.h"

static void tell(struct situation *s, const char *what,
		 const struct bind_request *b)
{
	size_t used = strlen(s->told);
	char text[160] = "";

	if (b)
		bind_tell(b, text, sizeof(text));
	snprintf(s->told + used, sizeof(s->told) - used, "    %s%s%s\n", what,
		 b ? " " : "", text);
}

static u64 cookie_of(int fd)
{
	u64 cookie = 0;
	socklen_t len = sizeof(cookie);

	getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
	return cookie;
}

static int keep(struct situation *s, int fd)
{
	if (fd < 0)
		return fd;
	if (s->count == THINGS_MAX)
		die("too many sockets");
	s->things[s->count++] = (struct thing){ fd, cookie_of(fd) };
	return fd;
}

static void reset(int fd)
{
	struct linger now = { 1, 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

static void forget(struct situation *s, int fd)
{
	unsigned int i;

	for (i = 0; i < s->count; i++)
		if (s->things[i].fd == fd)
			s->things[i] = s->things[--s->count];
}

/* --- what becomes of a connection, seen from our port */

enum fate {
	FATE_OPEN,
	FATE_CLOSE_WAIT,
	FATE_ORPHAN,		/* FIN_WAIT2 that is a TIME_WAIT to the kernel */
	FATE_LONG_ORPHAN,	/* FIN_WAIT2 that is still a socket            */
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

/* @mine and @peer are kept; what is closed here is kept no more. */
static void meet_fate(struct situation *s, int mine, int peer)
{
	enum fate fate = random_below(FATES);
	int seconds = 100;

	tell(s, fate_names[fate], NULL);
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
		forget(s, mine);
		close(mine);
		if (fate == FATE_TIME_WAIT) {
			forget(s, peer);
			close(peer);
		}
		break;
	case FATE_HALF_CLOSED:
		shutdown(mine, SHUT_WR);
		break;
	case FATE_RESET:
		forget(s, peer);
		reset(peer);
		break;
	case FATE_TIME_WAIT_HELD:
		shutdown(mine, SHUT_WR);
		shutdown(peer, SHUT_WR);
		break;
	default:
		break;
	}
}

/* --- TCP */

/* To whom a client of a listener connects. */
static socklen_t door_of(int listener, bool mapped, struct sockaddr_storage *a)
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

static int connect_soon(int fd, const struct sockaddr_storage *a,
			socklen_t len)
{
	struct timeval soon = { 0, 200000 };

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon));
	return connect(fd, (const struct sockaddr *)a, len);
}

static void connect_client(struct situation *s, int listener)
{
	struct sockaddr_storage a;
	socklen_t len = door_of(listener, chance(40), &a);
	int client = socket(a.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int child;

	if (connect_soon(client, &a, len)) {
		close(client);
		return;
	}
	keep(s, client);
	if (chance(30)) {
		tell(s, "not accepted", NULL);
		return;
	}
	child = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (child >= 0)
		meet_fate(s, keep(s, child), client);
}

static void make_clients(struct situation *s, int listener)
{
	unsigned int n = random_below(3);
	int later = 5;

	if (n && chance(10)) {
		setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &later,
			   sizeof(later));
		tell(s, "deferred", NULL);
	}
	fcntl(listener, F_SETFL, O_NONBLOCK);
	while (n--)
		connect_client(s, listener);
	if (chance(25)) {
		tell(s, "listener closed", NULL);
		forget(s, listener);
		close(listener);
	}
}

static void make_listener(struct situation *s, int fd)
{
	if (listen(fd, 16)) {
		tell(s, "listen failed", NULL);
		return;
	}
	tell(s, "listens", NULL);
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
	if (connect_soon(fd, &a, sizeof(a))) {
		tell(s, "connect failed", NULL);
		return;
	}
	tell(s, "connects", NULL);
	peer = keep(s, world_accept(family));
	if (peer >= 0)
		meet_fate(s, fd, peer);
}

/* Nobody answers. */
static void make_syn_sent(struct situation *s, const struct bind_request *b, int fd)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons(99),
		.sin_addr.s_addr = htonl(0x0a090063),	/* 10.9.0.99 */
	};

	if (b->local.form != PS_FORM_INET)
		return;
	tell(s, "connects to nobody", NULL);
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

/* --- UDP */

static void make_udp(struct situation *s, const struct bind_request *b, int fd)
{
	struct sockaddr_storage a;

	if (chance(75))
		return;
	world_helper(b->local.form == PS_FORM_INET ? AF_INET : AF_INET6, &a);
	if (!connect(fd, (struct sockaddr *)&a, sizeof(a)))
		tell(s, "connected", NULL);
}

/* --- all of it */

/* Without bind(): the kernel chooses the port, and has only this one. */
static void make_automatic(struct situation *s, const struct bind_request *b)
{
	int fd = bind_open(b);

	if (fd < 0)
		return;
	keep(s, fd);
	tell(s, "automatic", b);
	world_autobind(s->port, true);
	if (b->proto == PORTSOCK_PROTO_TCP)
		make_connection(s, b, fd);
	else
		make_udp(s, b, fd);
	world_autobind(s->port, false);
}

/* Nobody's, but for a message that nobody has read. */
static void send_away(struct situation *s, int fd)
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
		if (s->things[i].fd == fd)
			s->things[i].fd = pair[1];
	tell(s, "sent away", NULL);
}

/*
 * Too late for bind(), but not for those that come after it - though what was
 * taken back is remembered.
 */
static void set_late(struct situation *s, int fd)
{
	int option = chance(50) ? SO_REUSEADDR : SO_REUSEPORT;
	int on = chance(50);

	setsockopt(fd, SOL_SOCKET, option, &on, sizeof(on));
	tell(s, on ? "late" : "no more", NULL);
	tell(s, option == SO_REUSEADDR ? "reuseaddr" : "reuseport", NULL);
}

static void make_bound(struct situation *s, const struct bind_request *b)
{
	int fd = bind_open(b);

	if (fd < 0)
		return;
	if (bind_try(b, fd)) {
		close(fd);
		return;
	}
	keep(s, fd);
	tell(s, "bound", b);
	if (chance(10))
		set_late(s, fd);
	if (b->proto == PORTSOCK_PROTO_TCP)
		make_tcp(s, b, fd);
	else
		make_udp(s, b, fd);
	if (chance(4) && s->count && s->things[s->count - 1].fd == fd)
		send_away(s, fd);
}

void situation_make(struct situation *s, u16 port, u8 proto)
{
	unsigned int n = 1 + random_below(4);
	u8 second = proto == PORTSOCK_PROTO_TCP ? PORTSOCK_PROTO_UDP :
		PORTSOCK_PROTO_TCP;
	struct bind_request b;

	*s = (struct situation){ .port = port };
	while (n--) {
		bool away = chance(7);

		bind_random(&b, port, chance(92) ? proto : second);
		if (away && world_other(true))
			die("the other namespace");
		if (away)
			tell(s, "elsewhere:", NULL);
		if (!away && chance(12))
			make_automatic(s, &b);
		else
			make_bound(s, &b);
		if (away && world_other(false))
			die("our own namespace");
	}
}

/* Closes a socket so that nothing is left of it; false: we do not hold it. */
bool situation_close(struct situation *s, u64 cookie)
{
	unsigned int i;

	for (i = 0; i < s->count; i++) {
		if (s->things[i].cookie != cookie)
			continue;
		reset(s->things[i].fd);
		s->things[i] = s->things[--s->count];
		return true;
	}
	return false;
}

void situation_end(struct situation *s)
{
	while (s->count)
		reset(s->things[--s->count].fd);
}
