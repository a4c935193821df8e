// SPDX-License-Identifier: GPL-2.0
/* File tables: many entries for one socket, many tables of one process. */
#include <err.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cost.h"

#define STACK	(16 * 1024)
#define PROC	"/tmp/proc"	/* of the namespace of numbered() */

static unsigned int made;

static int udp_socket(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	int fd = checked(socket(AF_INET, SOCK_DGRAM, 0), "socket");

	checked(bind(fd, (void *)&any, sizeof(any)), "bind");
	return fd;
}

/* One more socket is at @count fds. */
static void duplicate(unsigned int count)
{
	int fd = udp_socket();

	while (--count)
		checked(dup(fd), "dup");
}

static void *take_table(void *own_socket)
{
	if (unshare(CLONE_FILES))
		err(1, "unshare");
	if (own_socket)
		udp_socket();
	__atomic_add_fetch(&made, 1, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
	return NULL;
}

static void start_threads(unsigned int count, void *own_socket)
{
	pthread_attr_t attr;
	pthread_t thread;
	unsigned int i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	for (i = 0; i < count; i++)
		if (pthread_create(&thread, &attr, take_table, own_socket))
			errx(1, "thread %u of %u", i, count);
	while (__atomic_load_n(&made, __ATOMIC_SEQ_CST) < count)
		usleep(1000);
}

/*
 * The owners of one socket.  The order of the view is PID, fd, TID: the tables,
 * read one by one, have to be interleaved.
 */
static void table_copies(char **argv)
{
	unsigned int threads = atoi(argv[0]), fds = atoi(argv[1]);

	become(ATTACKER);
	duplicate(fds);
	start_threads(threads, NULL);
	hold((threads + 1) * fds);
}

static void table_threads(char **argv)
{
	unsigned int count = atoi(argv[0]);

	become(ATTACKER);
	start_threads(count, argv);
	hold(count);
}

static void table_processes(char **argv)
{
	unsigned int count = atoi(argv[0]), i;
	int ready[2];
	char byte;

	become(ATTACKER);
	checked(pipe(ready), "pipe");
	for (i = 0; i < count; i++) {
		if (!child()) {
			udp_socket();
			write(ready[1], "", 1);
			for (;;)
				pause();
		}
	}
	while (i--)
		if (read(ready[0], &byte, 1) != 1)
			err(1, "a process");
	hold(count);
}

static pid_t child_with_pid(pid_t pid)
{
	struct clone_args args = {
		.set_tid = (unsigned long)&pid,
		.set_tid_size = 1,
	};

	return checked(syscall(SYS_clone3, &args, sizeof(args)), "clone3");
}

/*
 * The same in processes of a PID namespace, in which a later process has a
 * lower PID.  A walk by the PIDs of the initial namespace finds the owners in
 * the reverse order of that namespace's own view, at PROC.
 */
static void table_numbered(char **argv)
{
	unsigned int processes = atoi(argv[0]), fds = atoi(argv[1]), i;
	int ready[2];
	char byte;

	checked(pipe(ready), "pipe");
	checked(unshare(CLONE_NEWPID | CLONE_NEWNS), "unshare");
	checked(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount");
	if (child()) {
		if (read(ready[0], &byte, 1) != 1)
			err(1, "a process");
		hold(processes * fds);
	}
	mkdir(PROC, 0755);
	checked(mount("proc", PROC, "proc", 0, NULL), PROC);
	duplicate(fds);
	for (i = 1; i < processes; i++) {
		if (!child_with_pid(10 * processes - i)) {
			become(ATTACKER);
			for (;;)
				pause();
		}
	}
	write(ready[1], "", 1);
	for (;;)
		pause();
}

const struct verb table_verbs[] = {
	{ "copies", "THREADS FDS", 2, table_copies },
	{ "numbered", "PROCESSES FDS", 2, table_numbered },
	{ "threads", "COUNT", 1, table_threads },
	{ "processes", "COUNT", 1, table_processes },
	{ 0 }
};
