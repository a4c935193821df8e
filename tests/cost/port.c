// SPDX-License-Identifier: GPL-2.0
/* Many TCP or UDP sockets at one port. */
#include <err.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cost.h"

#define PORT	8080

static const struct sockaddr_in any = {
	.sin_family = AF_INET,
	.sin_port = __builtin_bswap16(PORT),
};

static void set_option(int fd, int level, int option, int value)
{
	checked(setsockopt(fd, level, option, &value, sizeof(value)),
		"setsockopt");
}

static int bound(int type, int option)
{
	int fd = checked(socket(AF_INET, type, 0), "socket");

	set_option(fd, SOL_SOCKET, option, 1);
	checked(bind(fd, (const void *)&any, sizeof(any)), "bind");
	return fd;
}

static void port_group(char **argv)
{
	bool tcp = !strcmp(argv[0], "tcp");
	unsigned int count = atoi(argv[1]), i;
	int fd;

	become(ATTACKER);
	for (i = 0; i < count; i++) {
		fd = bound(tcp ? SOCK_STREAM : SOCK_DGRAM, SO_REUSEPORT);
		if (tcp)
			checked(listen(fd, 1), "listen");
	}
	hold(count);
}

static void port_bound(char **argv)
{
	unsigned int count = atoi(argv[0]), i;

	become(ATTACKER);
	for (i = 0; i < count; i++)
		bound(SOCK_STREAM, SO_REUSEADDR);
	hold(count);
}

/*
 * One end of a connection, made as a checkpoint is restored: in the tables it
 * is the same as one that was accepted, for a tenth of the instructions.
 */
static void port_connected(char **argv)
{
	struct sockaddr_in peer = { .sin_family = AF_INET };
	unsigned int count = atoi(argv[0]), i;
	int fd;

	for (i = 0; i < count; i++) {
		fd = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
		set_option(fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON);
		checked(bind(fd, (const void *)&any, sizeof(any)), "bind");
		peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK + i / 30000 + 1);
		peer.sin_port = htons(10000 + i % 30000);
		checked(connect(fd, (const void *)&peer, sizeof(peer)),
			"connect");
		set_option(fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OFF_NO_WP);
	}
	become(ATTACKER);
	hold(count);
}

/* Connections that a listener does not accept. */
static void port_queue(char **argv)
{
	const struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	unsigned int count = atoi(argv[0]), i;
	int fd;

	become(ATTACKER);
	checked(listen(bound(SOCK_STREAM, SO_REUSEADDR), count), "listen");
	for (i = 0; i < count; i++) {
		fd = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
		checked(connect(fd, (const void *)&at, sizeof(at)), "connect");
	}
	hold(count);
}

const struct verb port_verbs[] = {
	{ "group", "tcp|udp COUNT", 2, port_group },
	{ "bound", "COUNT", 1, port_bound },
	{ "connected", "COUNT", 1, port_connected },
	{ "queue", "COUNT", 1, port_queue },
	{ 0 }
};
