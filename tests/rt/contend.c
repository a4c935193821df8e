// SPDX-License-Identifier: GPL-2.0
/*
 * contend SECONDS: contends for the wait queue of /proc/portsock. Six threads
 * poll one open file with a timeout of a millisecond, so that the lock of its
 * wait queue is taken all the time, while two threads make TCP connections and
 * so wake that queue. Beside them one thread reads the file anew, and one waits
 * for another file by edge-triggered epoll.
 *
 * Prints a line of counters. Exits with 1 when one of them stayed 0.
 */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define VIEW		"/proc/portsock"
#define POLLERS		6
#define CONNECTORS	2

static int shared_file;
static bool stop;
static unsigned long polls, notified, reads, connections, edges;

static void count(unsigned long *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static bool running(void)
{
	return !__atomic_load_n(&stop, __ATOMIC_RELAXED);
}

static int open_view(void)
{
	int fd = open(VIEW, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(2, "cannot open %s", VIEW);
	if (write(fd, "proto=tcp", 9) != 9)
		err(2, "cannot set the filter of %s", VIEW);
	return fd;
}

static void read_view(int fd)
{
	static __thread char text[1 << 16];

	if (pread(fd, text, sizeof(text), 0) <= 0)
		err(2, "cannot read %s", VIEW);
	count(&reads);
}

/* The short timeout: joining and leaving the wait queue takes its lock. */
static void *poller(void *unused)
{
	struct pollfd polled = { .fd = shared_file, .events = POLLPRI };

	while (running()) {
		if (poll(&polled, 1, 1) > 0)
			count(&notified);
		count(&polls);
	}
	return unused;
}

/* A new snapshot clears the notification. */
static void *renewer(void *unused)
{
	struct pollfd polled = { .fd = shared_file, .events = POLLPRI };

	while (running())
		if (poll(&polled, 1, 100) > 0)
			read_view(shared_file);
	return unused;
}

static void *edge_waiter(void *unused)
{
	struct epoll_event event = { .events = EPOLLPRI | EPOLLET };
	int fd = open_view(), epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		err(2, "cannot wait for %s by epoll", VIEW);
	while (running()) {
		read_view(fd);
		if (epoll_wait(epoll, &event, 1, 500) > 0)
			count(&edges);
	}
	close(epoll);
	close(fd);
	return unused;
}

static int listener(struct sockaddr_in *address)
{
	socklen_t len = sizeof(*address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in) {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	if (fd < 0 || bind(fd, (struct sockaddr *)address, len) ||
	    listen(fd, 10) ||
	    getsockname(fd, (struct sockaddr *)address, &len))
		err(2, "cannot listen");
	return fd;
}

/* Connections are reset, so that no TIME_WAIT uses up the ports. */
static void *connector(void *unused)
{
	const struct linger reset = { .l_onoff = 1 };
	struct sockaddr_in address;
	int listening = listener(&address);

	while (running()) {
		int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (client < 0)
			err(2, "cannot make a socket");
		setsockopt(client, SOL_SOCKET, SO_LINGER, &reset,
			   sizeof(reset));
		if (!connect(client, (struct sockaddr *)&address,
			     sizeof(address))) {
			int accepted = accept(listening, NULL, NULL);

			count(&connections);
			close(client);
			close(accepted);
		} else {
			close(client);
		}
	}
	close(listening);
	return unused;
}

static void start(void *(*function)(void *), int threads)
{
	pthread_t thread;

	while (threads--)
		if (pthread_create(&thread, NULL, function, NULL))
			errx(2, "cannot start a thread");
}

int main(int argc, char **argv)
{
	if (argc != 2 || atoi(argv[1]) <= 0)
		errx(2, "usage: contend SECONDS");
	shared_file = open_view();
	start(poller, POLLERS);
	start(connector, CONNECTORS);
	start(renewer, 1);
	start(edge_waiter, 1);
	sleep(atoi(argv[1]));
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	printf("polls %lu notified %lu reads %lu connections %lu edges %lu\n",
	       polls, notified, reads, connections, edges);
	fflush(stdout);
	_exit(!polls || !notified || !reads || !connections || !edges);
}
