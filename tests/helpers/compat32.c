// SPDX-License-Identifier: GPL-2.0
/*
 * What a 32-bit program gets from /proc/portsock: built with -m32, static. Says "ok", or what is wrong.
 * compat32 PORT FILE: asks for PORT and the next one, reads in odd pieces, writes what it read to FILE, compares it with pread() and lseek(),
 * listens at the next port and expects to be told so.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char text[1 << 20], again[1 << 20];

static void fail(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	exit(1);
}

static void ask(int fd, const char *filter)
{
	if (write(fd, filter, strlen(filter)) != (ssize_t)strlen(filter))
		fail("write of a filter");
}

static size_t read_all(int fd, char *to, size_t piece)
{
	size_t len = 0;
	ssize_t got;

	while ((got = read(fd, to + len, piece)) > 0)
		len += got;
	if (got < 0)
		fail("read");
	return len;
}

/* Any offset of the same snapshot, with 64-bit offsets and with 32-bit ones. */
static void compare(int fd, size_t len)
{
	size_t offset;

	for (offset = 1; offset < len; offset += 101) {
		size_t piece = len - offset < 57 ? len - offset : 57;

		if (pread(fd, again, piece, offset) != (ssize_t)piece || memcmp(again, text + offset, piece))
			fail("pread");
	}
	if (lseek(fd, 5, SEEK_SET) != 5 || read_all(fd, again, 4096) != len - 5 || memcmp(again, text + 5, len - 5))
		fail("lseek");
}

static void listen_at(int port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (void *)&addr, sizeof(addr)) || listen(fd, 1))
		fail("listen");
}

static void wait_for_change(int fd, int port)
{
	struct pollfd poller = { .fd = fd, .events = POLLPRI };
	int ready;

	ready = poll(&poller, 1, 0);
	if (ready)
		fail("poll says that something has changed");
	listen_at(port);
	ready = poll(&poller, 1, 10000);
	if (ready != 1 || !(poller.revents & POLLPRI))
		fail("poll missed a change");
}

int main(int argc, char *argv[])
{
	int fd = open("/proc/portsock", O_RDWR), file, port;
	char filter[32];
	size_t len;

	if (sizeof(void *) != 4 || argc != 3)
		return 2;
	port = atoi(argv[1]);
	if (fd < 0)
		fail("open");
	if (write(fd, "port=nothing\n", 13) != -1 || errno != EINVAL)
		fail("write of a bad filter");
	snprintf(filter, sizeof(filter), "port=%d,%d\n", port, port + 1);
	ask(fd, filter);
	len = read_all(fd, text, 37);
	compare(fd, len);
	wait_for_change(fd, port + 1);
	file = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (file < 0 || write(file, text, len) != (ssize_t)len)
		fail("the file");
	puts("ok");
	return 0;
}
