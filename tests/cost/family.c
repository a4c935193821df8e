// SPDX-License-Identifier: GPL-2.0
/* Sockets of a family that has one list for all of them; namespaces. */
#include <err.h>
#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cost.h"

#ifndef AF_SMC
#define AF_SMC	43
#endif

static const struct family {
	const char *name;
	int family, type, protocol;
} families[] = {
	{ "smc", AF_SMC, SOCK_STREAM, 0 },
	{ "vsock", AF_VSOCK, SOCK_STREAM, 0 },
	{ "raw", AF_INET, SOCK_RAW, 253 },
	{ "packet", AF_PACKET, SOCK_RAW, 0 },
	{ "netlink", AF_NETLINK, SOCK_RAW, NETLINK_USERSOCK },
	{ 0 }
};

/* CAP_NET_RAW, which some need, is free in a user namespace. */
static void family_sockets(char **argv)
{
	const struct family *f = families;
	unsigned int count = atoi(argv[1]), i;

	while (f->name && strcmp(f->name, argv[0]))
		f++;
	if (!f->name)
		errx(2, "no such family: %s", argv[0]);
	for (i = 0; i < count; i++) {
		if (socket(f->family, f->type, f->protocol) >= 0)
			continue;
		if (errno != EAFNOSUPPORT)
			err(1, "socket %u", i);
		printf("missing\n");
		exit(0);
	}
	become(ATTACKER);
	hold(count);
}

static void family_namespaces(char **argv)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
					.sin_port = htons(8080) };
	unsigned int count = atoi(argv[0]), i;
	int fd;

	for (i = 0; i < count; i++) {
		checked(unshare(CLONE_NEWNET), "network namespace");
		fd = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
		checked(bind(fd, (const void *)&at, sizeof(at)), "bind");
		checked(listen(fd, 1), "listen");
	}
	become(ATTACKER);
	hold(count);
}

const struct verb family_verbs[] = {
	{ "sockets", "FAMILY COUNT", 2, family_sockets },
	{ "namespaces", "COUNT", 1, family_namespaces },
	{ 0 }
};
