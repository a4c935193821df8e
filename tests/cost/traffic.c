// SPDX-License-Identifier: GPL-2.0
/* Connections of a user that does not use portsock. */
#include <err.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cost.h"

static void new_namespace(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET))
		err(1, "network namespace");
	fd = checked(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	checked(ioctl(fd, SIOCSIFFLAGS, &lo), "lo");
	close(fd);
}

/* Closed by a reset: a TIME_WAIT socket would be work for later. */
static void connect_once(int listener, const struct sockaddr_in *at)
{
	const struct linger reset = { .l_onoff = 1 };
	int near = checked(socket(AF_INET, SOCK_STREAM, 0), "socket"), far;

	setsockopt(near, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	checked(connect(near, (const void *)at, sizeof(*at)), "connect");
	far = checked(accept(listener, NULL, NULL), "accept");
	close(near);
	close(far);
}

static unsigned long long own_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/*
 * Prints the instructions from one connection to the next, and how many of them
 * this process was charged with: interrupts included, other tasks not.
 */
static void traffic(char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	unsigned long long duration = strtoull(argv[0], NULL, 10);
	unsigned long long begin, own, n;
	socklen_t size = sizeof(at);
	int listener;

	if (argv[1] && !strcmp(argv[1], "apart"))
		new_namespace();
	become(VICTIM);
	listener = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
	checked(bind(listener, (void *)&at, sizeof(at)), "bind");
	checked(listen(listener, 64), "listen");
	getsockname(listener, (void *)&at, &size);
	for (n = 0; n < 64; n++)	/* slabs and routes are warm then */
		connect_once(listener, &at);
	own = own_time();
	begin = now();
	for (n = 0; now() - begin < duration; n++)
		connect_once(listener, &at);
	printf("%llu %llu\n", (now() - begin) / n, (own_time() - own) / n);
}

const struct verb traffic_verbs[] = {
	{ "traffic", "INSTRUCTIONS [apart]", 1, traffic },
	{ 0 }
};
