// SPDX-License-Identifier: GPL-2.0
/* Sockets that stay while all else comes and goes: each is in every read, once, for the right reason. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

#define COOKIE_COLUMN	10
#define HELD_COLUMN	14

static struct {
	unsigned long long cookie;
	const char *held;
	const char *what;
	int seen;
} stays[64];
static int count;

static void remember(int fd, const char *what, const char *held)
{
	unsigned long long cookie;
	socklen_t len = sizeof(cookie);

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		fail("%s: no cookie", what);
	stays[count].cookie = cookie;
	stays[count].what = what;
	stays[count++].held = held;
}

/* A connection nobody accepts has no descriptor to ask for its cookie: not here. */
void stable_make(void)
{
	unsigned short port;
	int l, c, pair[2], away;

	for (int i = 0; i < 8; i++) {
		l = tcp_listener(8, &port);
		c = tcp_client(port);
		remember(l, "a listener", "process");
		remember(c, "a connection's end", "process");
		remember(accept(l, NULL, NULL), "a connection's other end", "process");
		remember(socket(AF_INET, SOCK_DGRAM, 0), "an unbound UDP socket", "process");
		remember(socket(AF_NETLINK, SOCK_RAW, 0), "a netlink socket", "process");
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
			fail("no pair");
		remember(pair[0], "a pair's end", "process");
		away = tcp_listener(8, &port);
		remember(away, "a listener in a message", "inflight");
		if (send_fd(pair[1], away))
			fail("no message");
		close(away);
	}
}

static void check_line(char *line)
{
	char *fields[HELD_COLUMN + 1] = { 0 }, *rest;
	unsigned long long cookie;
	int n = 0;

	for (char *field = strtok_r(line, " ", &rest); field && n <= HELD_COLUMN; field = strtok_r(NULL, " ", &rest))
		fields[n++] = field;
	if (n <= HELD_COLUMN || fields[0][0] == '#')
		return;
	cookie = strtoull(fields[COOKIE_COLUMN], NULL, 16);
	for (int i = 0; i < count; i++) {
		if (stays[i].cookie != cookie)
			continue;
		stays[i].seen++;
		if (strcmp(fields[HELD_COLUMN], stays[i].held))
			fail("%s is %s, not %s", stays[i].what, fields[HELD_COLUMN], stays[i].held);
	}
}

/* All of a view, which ends with a zero; NULL while there is no module. */
static char *read_view(void)
{
	size_t room = 1 << 16, len = 0;
	char *text = NULL;
	ssize_t got = 1;
	int fd;

	while (shared->gate)
		usleep(2000);
	fd = open(VIEW, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	while (got > 0) {
		text = realloc(text, room + 1);
		got = read(fd, text + len, room - len);
		if (got < 0)
			fail("read: %s", strerror(errno));
		len += got;
		if (len == room)
			room *= 2;
	}
	text[len] = 0;
	close(fd);
	return text;
}

void stable_round(void)
{
	char *text, *rest;

	while (!(text = read_view()))
		usleep(1000);
	for (int i = 0; i < count; i++)
		stays[i].seen = 0;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		check_line(line);
	for (int i = 0; i < count; i++)
		if (stays[i].seen != 1)
			fail("%s (cookie %llx) is there %d times", stays[i].what, stays[i].cookie, stays[i].seen);
	free(text);
}
