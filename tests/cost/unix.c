// SPDX-License-Identifier: GPL-2.0
/* Unix sockets: names of one bucket, queues, sockets in flight. */
#include <err.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cost.h"

#define AT_ONCE	253	/* SCM_MAX_FD */

static socklen_t name_of(unsigned int number, struct sockaddr_un *name)
{
	const unsigned short words[] = { number, ~number };

	*name = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(name->sun_path + 2, words, sizeof(words));
	return offsetof(struct sockaddr_un, sun_path) + 2 + sizeof(words);
}

/*
 * An abstract name's hash is the Internet checksum of its address, folded: a
 * word and its complement add up to the same for each name.
 */
static void unix_names(char **argv)
{
	unsigned int count = atoi(argv[0]), i;
	struct sockaddr_un name;
	socklen_t size;
	int fd;

	become(ATTACKER);
	for (i = 0; i < count; i++) {
		size = name_of(i, &name);
		fd = checked(socket(AF_UNIX, SOCK_DGRAM, 0), "socket");
		checked(bind(fd, (void *)&name, size), "bind");
	}
	hold(count);
}

static void unix_queue(char **argv)
{
	unsigned int count = atoi(argv[0]), i;
	struct sockaddr_un name;
	socklen_t size = name_of(0, &name);
	int fd = checked(socket(AF_UNIX, SOCK_STREAM, 0), "socket");

	become(ATTACKER);
	checked(bind(fd, (void *)&name, size), "bind");
	checked(listen(fd, count), "listen");
	for (i = 0; i < count; i++) {
		fd = checked(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
		checked(connect(fd, (void *)&name, size), "connect");
	}
	hold(count);
}

static void send_fds(int through, const int *fds, unsigned int count)
{
	char control[CMSG_SPACE(AT_ONCE * sizeof(*fds))] = "", byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = CMSG_SPACE(count * sizeof(*fds)),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(count * sizeof(*fds));
	memcpy(CMSG_DATA(header), fds, count * sizeof(*fds));
	checked(sendmsg(through, &message, MSG_DONTWAIT), "sendmsg");
}

/*
 * Put a new socket in the queue of @last[1], and return its pair in @last.  The
 * kernel limits how deep the sockets that are sent carry others already; this
 * one carries nothing yet.
 */
static void nest(int *last, bool close_carrier)
{
	int next[2];

	checked(socketpair(AF_UNIX, SOCK_STREAM, 0, next), "socketpair");
	send_fds(last[0], &next[1], 1);
	close(last[0]);
	if (close_carrier)
		close(last[1]);
	memcpy(last, next, sizeof(next));
}

/* As many fds as one queue takes; its socket may be in flight itself. */
static void unix_flight(char **argv)
{
	unsigned int count = atoi(argv[0]), sent;
	int depth = argv[1] ? atoi(argv[1]) : 0, pair[2], fds[AT_ONCE], i;

	become(ATTACKER);
	for (i = 0; i < AT_ONCE; i++)
		fds[i] = checked(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	checked(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	for (i = 0; i < depth; i++)
		nest(pair, i);
	for (sent = 0; sent < count; sent += AT_ONCE)
		send_fds(pair[0], fds, AT_ONCE);
	if (depth)
		close(pair[1]);
	hold(sent);
}

const struct verb unix_verbs[] = {
	{ "names", "COUNT", 1, unix_names },
	{ "unix-queue", "COUNT", 1, unix_queue },
	{ "flight", "COUNT [DEPTH]", 1, unix_flight },
	{ 0 }
};
