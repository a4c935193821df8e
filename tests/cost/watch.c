// SPDX-License-Identifier: GPL-2.0
/* Open files of the view: polled once, or in an epoll or a poll(). */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "cost.h"

static unsigned int open_views(struct pollfd *views, unsigned int count,
			       const char *filter)
{
	static char buffer[4096];
	unsigned int i;
	int fd;

	for (i = 0; i < count; i++) {
		fd = open(VIEW, *filter ? O_RDWR : O_RDONLY);
		if (fd < 0)
			break;		/* a limit is an answer, too */
		if (*filter && write(fd, filter, strlen(filter)) < 0)
			err(1, "filter %s", filter);
		if (pread(fd, buffer, sizeof(buffer), 0) < 0)
			err(1, "read");
		views[i] = (struct pollfd){ .fd = fd, .events = POLLPRI };
	}
	return i;
}

static struct pollfd *take_views(char **argv, unsigned int *count)
{
	unsigned int wanted = atoi(argv[0]);
	struct pollfd *views = calloc(wanted, sizeof(*views));

	become(ATTACKER);
	*count = open_views(views, wanted, argv[1]);
	return views;
}

/* Each is polled once; no task waits. */
static void watch_polled(char **argv)
{
	struct pollfd *views;
	unsigned int count, i;

	views = take_views(argv, &count);
	for (i = 0; i < count; i++)
		poll(&views[i], 1, 0);
	hold(count);
}

/* All are in one epoll, in which no task waits. */
static void add_to_epoll(char **argv, unsigned int how)
{
	struct epoll_event event = { .events = EPOLLPRI | how };
	int epoll = checked(epoll_create1(0), "epoll");
	struct pollfd *views;
	unsigned int count, i;

	views = take_views(argv, &count);
	for (i = 0; i < count; i++)
		checked(epoll_ctl(epoll, EPOLL_CTL_ADD, views[i].fd, &event),
			"EPOLL_CTL_ADD");
	hold(count);
}

static void watch_level(char **argv)
{
	add_to_epoll(argv, 0);
}

static void watch_edge(char **argv)
{
	add_to_epoll(argv, EPOLLET);
}

/* One poll() waits for all of them. */
static void watch_waiting(char **argv)
{
	struct pollfd *views;
	unsigned int count;

	views = take_views(argv, &count);
	printf("ready %u\n", count);
	fflush(stdout);
	for (;;)
		poll(views, count, -1);
}

const struct verb watch_verbs[] = {
	{ "polled", "COUNT FILTER", 2, watch_polled },
	{ "level", "COUNT FILTER", 2, watch_level },
	{ "edge", "COUNT FILTER", 2, watch_edge },
	{ "waiting", "COUNT FILTER", 2, watch_waiting },
	{ 0 }
};
