// SPDX-License-Identifier: GPL-2.0
/* Who holds sockets comes and goes: processes, threads, namespaces, messages, io_uring. */
#include <fcntl.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "load.h"

static void fork_round(void)
{
	unsigned short port;
	int l = tcp_listener(4, &port);
	pid_t pids[6];

	for (int i = 0; i < 6; i++) {
		pids[i] = child();
		if (!pids[i]) {
			if (any(2))
				execl("/bin/true", "true", NULL);
			close(dup2(l, 100 + any(400)));
			_exit(0);
		}
	}
	close(l);
	for (int i = 0; i < 6; i++)
		reap(pids[i]);
}

/* Half of them get a table of their own, and may outlive the leader's. */
static void *thread(void *unused)
{
	unsigned short port;
	int l;

	if (any(2))
		unshare(CLONE_FILES);
	l = tcp_listener(4, &port);
	usleep(any(300));
	close(l);
	return unused;
}

static void threads_round(void)
{
	pid_t pid = child();
	pthread_t threads[4];

	if (!pid) {
		for (int i = 0; i < 4; i++)
			pthread_create(&threads[i], NULL, thread, NULL);
		if (any(2))
			pthread_exit(NULL);	/* the leader is gone, the others are not */
		_exit(0);
	}
	reap(pid);
}

static void netns_round(void)
{
	pid_t pid = child();
	unsigned short port;

	if (!pid) {
		if (!unshare(CLONE_NEWNET)) {
			tcp_listener(4, &port);
			socket(AF_UNIX, SOCK_STREAM, 0);
			socket(AF_INET, SOCK_DGRAM, 0);
		}
		_exit(0);
	}
	reap(pid);
}

/* In a PID namespace with a /proc of its own, whose view has its own numbers. */
static void pidns_round(void)
{
	char text[4096];
	pid_t pid = child();

	if (!pid) {
		if (!unshare(CLONE_NEWPID | CLONE_NEWNS)) {
			pid = child();
			if (!pid) {
				mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
				mount("proc", "/proc", "proc", 0, NULL);
				if (read(open(VIEW, 0), text, sizeof(text)) < 0)
					usleep(100);	/* it is not loaded just now */
				_exit(0);
			}
			reap(pid);
		}
		_exit(0);
	}
	reap(pid);
}

int send_fd(int through, int fd)
{
	char room[CMSG_SPACE(sizeof(int))] = "", byte = 'x';
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(int));
	return sendmsg(through, &message, MSG_DONTWAIT) == 1 ? 0 : -1;
}

static void receive(int from)
{
	char room[CMSG_SPACE(sizeof(int))], byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room) };
	struct cmsghdr *head;
	int fd;

	if (recvmsg(from, &message, MSG_DONTWAIT) != 1)
		return;
	head = CMSG_FIRSTHDR(&message);
	if (head && head->cmsg_type == SCM_RIGHTS) {
		memcpy(&fd, CMSG_DATA(head), sizeof(int));
		close(fd);
	}
}

/* Listeners that are nobody's for a while; sockets in their own queues, which only the kernel's collector frees. */
static void pass_round(void)
{
	unsigned short port;
	int pair[2], loop[2], l;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || socketpair(AF_UNIX, SOCK_DGRAM, 0, loop))
		return;
	for (int i = 0; i < 20; i++) {
		l = any(2) ? tcp_listener(4, &port) : socket(AF_NETLINK, SOCK_RAW, 0);
		send_fd(pair[0], l);
		close(l);
		if (any(2))
			receive(pair[1]);
	}
	send_fd(loop[0], loop[1]);
	send_fd(loop[1], loop[0]);
	send_fd(loop[0], pair[1]);
	close(pair[0]);
	close(pair[1]);
	close(loop[0]);
	close(loop[1]);
}

/* Sockets that only a ring holds. */
static void uring_round(void)
{
	struct io_uring_params parameters = { 0 };
	int ring = syscall(__NR_io_uring_setup, 4, &parameters), fds[8];
	unsigned short port;

	for (int i = 0; i < 8; i++)
		fds[i] = any(2) ? tcp_listener(4, &port) : socket(AF_UNIX, SOCK_DGRAM, 0);
	if (ring < 0 || syscall(__NR_io_uring_register, ring, IORING_REGISTER_FILES, fds, 8))
		fail("no io_uring");
	for (int i = 0; i < 8; i++)
		close(fds[i]);
	usleep(any(2000));
	close(ring);
}

const struct worker task_workers[] = {
	{ "fork", fork_round, 1 }, { "threads", threads_round, 1 }, { "netns", netns_round, 1 }, { "pidns", pidns_round, 1 },
	{ "pass", pass_round, 1 }, { "uring", uring_round, 1 }, { 0 }
};
