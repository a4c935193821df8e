// SPDX-License-Identifier: GPL-2.0
/* The commands about sockets: mostly one system call each. */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "mksock.h"

const struct kind kinds[] = {
	{ "tcp", AF_UNSPEC, SOCK_STREAM, 0, 0 },
	{ "udp", AF_UNSPEC, SOCK_DGRAM, 0, 0 },
	{ "udplite", AF_UNSPEC, SOCK_DGRAM, IPPROTO_UDPLITE, IPPROTO_UDPLITE },
	{ "raw", AF_UNSPEC, SOCK_RAW, IPPROTO_ICMP, IPPROTO_ICMPV6 },
	{ "ping", AF_UNSPEC, SOCK_DGRAM, IPPROTO_ICMP, IPPROTO_ICMPV6 },
	{ "mptcp", AF_UNSPEC, SOCK_STREAM, IPPROTO_MPTCP, IPPROTO_MPTCP },
	{ "sctp", AF_UNSPEC, SOCK_STREAM, IPPROTO_SCTP, IPPROTO_SCTP },
	{ "stream", AF_UNIX, SOCK_STREAM, 0, 0 },
	{ "dgram", AF_UNIX, SOCK_DGRAM, 0, 0 },
	{ "seqpacket", AF_UNIX, SOCK_SEQPACKET, 0, 0 },
	{ "netlink", AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, 0 },
	{ "packet", AF_PACKET, SOCK_RAW, 0, 0 },
	{ "alg", AF_ALG, SOCK_SEQPACKET, 0, 0 },
	{ "vsock", AF_VSOCK, SOCK_STREAM, 0, 0 },
	{ "tipc", AF_TIPC, SOCK_RDM, 0, 0 },
	{ NULL, 0, 0, 0, 0 }
};

static const struct option_name {
	const char *name;
	int level;
	int option;
} options[] = {
	{ "reuseaddr", SOL_SOCKET, SO_REUSEADDR },
	{ "reuseport", SOL_SOCKET, SO_REUSEPORT },
	{ "sndbuf", SOL_SOCKET, SO_SNDBUF },
	{ "rcvbuf", SOL_SOCKET, SO_RCVBUF },
	{ "mark", SOL_SOCKET, SO_MARK },
	{ "v6only", IPPROTO_IPV6, IPV6_V6ONLY },
	{ "transparent", IPPROTO_IP, IP_TRANSPARENT },
	{ "freebind", IPPROTO_IP, IP_FREEBIND },
	{ "defer", IPPROTO_TCP, TCP_DEFER_ACCEPT },
	{ "linger2", IPPROTO_TCP, TCP_LINGER2 },
	{ NULL, 0, 0 }
};

struct item *open_item(const struct maker *maker, const char *name)
{
	struct item *item = item_find(maker, name);

	if (!item || item->fd < 0) {
		complain("no open socket named %s", name);
		return NULL;
	}
	return item;
}

int outcome(int result, const char *name)
{
	return result < 0 ? complain("%s: %s", name, strerror(errno)) : 0;
}

static const struct kind *kind_find(const char *name)
{
	const struct kind *kind;

	for (kind = kinds; kind->name; kind++)
		if (!strcmp(kind->name, name))
			return kind;
	complain("no kind of socket is named %s", name);
	return NULL;
}

static void set_option(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

int verb_socket(struct maker *maker, int nr, char **words)
{
	const struct choices *choices = maker->choices;
	const struct kind *kind = kind_find(words[2]);
	int family, protocol, fd;

	if (!kind)
		return -1;
	family = kind->family == AF_UNSPEC ? choices->family : kind->family;
	protocol = family == AF_INET6 ? kind->protocol6 : kind->protocol;
	if (nr > 3)
		protocol = atoi(words[3]);
	fd = socket(family, kind->type, protocol);
	if (fd < 0)
		return outcome(fd, words[1]);
	if (choices->reuseaddr)
		set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (choices->reuseport)
		set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	item_add(maker, words[1], kind, fd);
	return 0;
}

int verb_pair(struct maker *maker, int nr, char **words)
{
	const struct kind *kind = kind_find(nr > 3 ? words[3] : "stream");
	int fds[2];

	if (!kind)
		return -1;
	if (socketpair(kind->family, kind->type, 0, fds) < 0)
		return outcome(-1, words[1]);
	item_add(maker, words[1], kind, fds[0]);
	item_add(maker, words[2], kind, fds[1]);
	return 0;
}

/* An address given as a name of another socket is where that one is. */
static int find_address(struct maker *maker, const struct item *item, int nr,
			char **words, struct sockaddr_storage *address,
			socklen_t *length)
{
	struct item *other = nr > 2 ? item_find(maker, words[2]) : NULL;

	if (!other || other->fd < 0)
		return address_make(maker->choices, item->kind,
				    nr > 2 ? words[2] : NULL,
				    nr > 3 ? words[3] : NULL, address, length);
	*length = sizeof(*address);
	if (getsockname(other->fd, (void *)address, length) < 0)
		return outcome(-1, words[2]);
	/*
	 * the kernel counts a NUL behind a path that fills sun_path, but takes
	 * none
	 */
	if (address->ss_family == AF_UNIX &&
	    *length > sizeof(struct sockaddr_un))
		*length = sizeof(struct sockaddr_un);
	return 0;
}

int verb_bind(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	struct sockaddr_storage address;
	socklen_t length;

	if (!item ||
	    find_address(maker, item, nr, words, &address, &length) < 0)
		return -1;
	return outcome(bind(item->fd, (void *)&address, length), words[1]);
}

int verb_connect(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	struct sockaddr_storage address;
	socklen_t length;
	int result;

	if (!item ||
	    find_address(maker, item, nr, words, &address, &length) < 0)
		return -1;
	address_text(&address, length, item->id.remote,
		     sizeof(item->id.remote));
	result = connect(item->fd, (void *)&address, length);
	if (result < 0 && errno == EINPROGRESS)
		result = 0;
	return outcome(result, words[1]);
}

int verb_disconnect(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

	(void)nr;
	if (!item)
		return -1;
	item->id.remote[0] = '\0';
	return outcome(connect(item->fd, &nowhere, sizeof(nowhere)), words[1]);
}

int verb_listen(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);

	if (!item)
		return -1;
	return outcome(listen(item->fd, nr > 2 ? atoi(words[2]) : 128),
		       words[1]);
}

int verb_accept(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	int fd;

	(void)nr;
	if (!item)
		return -1;
	fd = accept(item->fd, NULL, NULL);
	if (fd < 0)
		return outcome(fd, words[1]);
	item_add(maker, words[2], item->kind, fd);
	return 0;
}

int verb_shutdown(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	const char *how = nr > 2 ? words[2] : "wr";

	if (!item)
		return -1;
	return outcome(shutdown(item->fd, !strcmp(how, "rd") ? SHUT_RD :
				!strcmp(how, "wr") ? SHUT_WR : SHUT_RDWR),
		       words[1]);
}

int verb_close(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	int fd;

	(void)nr;
	if (!item)
		return -1;
	read_identity(item->fd, &item->id);
	fd = item->fd;
	item->fd = -1;
	return outcome(close(fd), words[1]);
}

/* Close so that the peer gets a RST. */
int verb_reset(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	if (!item)
		return -1;
	setsockopt(item->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	return verb_close(maker, nr, words);
}

int verb_opt(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	const struct option_name *option;
	int value = nr > 3 ? atoi(words[3]) : 1;
	char dev[IF_NAMESIZE];
	size_t length;

	if (!item)
		return -1;
	if (!strcmp(words[2], "dev")) {
		length = unescape(words[3], dev, sizeof(dev));
		return outcome(setsockopt(item->fd, SOL_SOCKET,
					  SO_BINDTODEVICE, dev,
					  (socklen_t)length), "dev");
	}
	if (!strcmp(words[2], "nonblock"))
		return outcome(fcntl(item->fd, F_SETFL, O_NONBLOCK), "nonblock");
	for (option = options; option->name; option++)
		if (!strcmp(option->name, words[2]))
			return outcome(setsockopt(item->fd, option->level,
						  option->option, &value,
						  sizeof(value)), words[2]);
	return complain("no option is named %s", words[2]);
}

int verb_send(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	static const char bytes[65536];
	size_t size = nr > 2 ? (size_t)atoi(words[2]) : 1;

	if (!item || size > sizeof(bytes))
		return complain("send %s: too much", words[1]);
	return outcome((int)send(item->fd, bytes, size, MSG_NOSIGNAL),
		       words[1]);
}

/* Until the peer's window and the own queue are full: a FIN stays behind it. */
int verb_fill(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	static const char bytes[65536];
	int pauses = 0;

	(void)nr;
	if (!item)
		return -1;
	while (pauses < 3) {
		if (send(item->fd, bytes, sizeof(bytes),
			 MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
			continue;
		if (errno != EAGAIN)
			return outcome(-1, words[1]);
		pauses++;
		usleep(5000);
	}
	return 0;
}

int verb_recv(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	char bytes[65536];

	(void)nr;
	if (!item)
		return -1;
	return outcome((int)recv(item->fd, bytes, sizeof(bytes), 0), words[1]);
}

int verb_dup(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	int fd;

	if (!item)
		return -1;
	fd = nr > 3 ? dup2(item->fd, atoi(words[3])) : dup(item->fd);
	if (fd < 0)
		return outcome(fd, words[1]);
	item_add(maker, words[2], item->kind, fd);
	return 0;
}

static struct cmsghdr *rights_message(struct msghdr *message, void *control,
				      size_t size)
{
	static char byte;
	static struct iovec part = { &byte, 1 };

	memset(message, 0, sizeof(*message));
	memset(control, 0, size);
	message->msg_iov = &part;
	message->msg_iovlen = 1;
	message->msg_control = control;
	message->msg_controllen = size;
	return CMSG_FIRSTHDR(message);
}

/* The socket stays in the queue of VIA's peer until that one receives it. */
int verb_pass(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);
	struct item *via = open_item(maker, words[2]);
	char control[CMSG_SPACE(sizeof(int))];
	struct msghdr message;
	struct cmsghdr *header;

	(void)nr;
	if (!item || !via)
		return -1;
	header = rights_message(&message, control, sizeof(control));
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &item->fd, sizeof(int));
	return outcome((int)sendmsg(via->fd, &message, 0), words[2]);
}

int verb_receive(struct maker *maker, int nr, char **words)
{
	struct item *via = open_item(maker, words[1]);
	const struct kind *kind = kind_find(nr > 3 ? words[3] : "tcp");
	char control[CMSG_SPACE(sizeof(int))];
	struct msghdr message;
	struct cmsghdr *header;
	int fd;

	if (!via || !kind)
		return -1;
	rights_message(&message, control, sizeof(control));
	if (recvmsg(via->fd, &message, 0) < 0)
		return outcome(-1, words[1]);
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS)
		return complain("%s: nothing was passed", words[1]);
	memcpy(&fd, CMSG_DATA(header), sizeof(int));
	item_add(maker, words[2], kind, fd);
	return 0;
}
