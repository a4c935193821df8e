// SPDX-License-Identifier: GPL-2.0
/* Commands about who holds a socket: processes, threads, and busy ones. */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mksock.h"

static struct worker *worker_find(const struct maker *maker, const char *name)
{
	for (size_t i = maker->nr_workers; i-- > 0; )
		if (!strcmp(maker->workers[i].name, name))
			return &maker->workers[i];
	complain("no worker named %s", name);
	return NULL;
}

static struct worker *worker_add(struct maker *maker, const char *name)
{
	struct worker *worker;

	maker->workers = realloc(maker->workers, (maker->nr_workers + 1) *
				 sizeof(*maker->workers));
	worker = &maker->workers[maker->nr_workers++];
	memset(worker, 0, sizeof(*worker));
	snprintf(worker->name, sizeof(worker->name), "%s", name);
	return worker;
}

/* A maker with the same sockets under the same names, and its own orders. */
static struct maker *maker_copy(const struct maker *maker, const char *name,
				int input, int report)
{
	struct maker *copy = calloc(1, sizeof(*copy));
	size_t size = maker->nr_items * sizeof(*maker->items);

	snprintf(copy->name, sizeof(copy->name), "%s", name);
	copy->choices = maker->choices;
	copy->items = malloc(size ? size : 1);
	memcpy(copy->items, maker->items, size);
	copy->nr_items = maker->nr_items;
	copy->input = input;
	copy->report = report;
	return copy;
}

/* Pipes, not sockets: the factory must not add to what it makes. */
static int open_pipes(int orders[2], int reports[2])
{
	if (pipe(orders) < 0 || pipe(reports) < 0)
		return complain("pipe: %s", strerror(errno));
	return 0;
}

static void close_other_workers(const struct maker *maker)
{
	for (size_t i = 0; i < maker->nr_workers; i++) {
		close(maker->workers[i].orders);
		close(maker->workers[i].reports);
	}
}

/* A process that shares the descriptor table, as CLONE_FILES has it. */
static pid_t fork_with_files(void)
{
	return (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
}

static pid_t parent_of_worker;

static void end_as_orphan(int signal_number)
{
	(void)signal_number;
	if (getppid() != parent_of_worker)
		_exit(0);
}

/* Ends when its parent does: the signal is sent as each thread of it ends. */
static void end_with(pid_t parent)
{
	const struct sigaction action = {
		.sa_handler = end_as_orphan,
		.sa_flags = SA_RESTART,
	};

	parent_of_worker = parent;
	sigaction(SIGUSR1, &action, NULL);
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	end_as_orphan(SIGUSR1);
}

/* With a copy of the descriptor table, unless "files": then with this one. */
int verb_fork(struct maker *maker, int nr, char **words)
{
	bool shared = nr > 2 && !strcmp(words[2], "files");
	int orders[2], reports[2];
	struct worker *worker;
	pid_t pid, parent = getpid();

	if (open_pipes(orders, reports) < 0)
		return -1;
	pid = shared ? fork_with_files() : fork();
	if (pid < 0)
		return complain("fork: %s", strerror(errno));
	if (!pid) {
		end_with(parent);
		if (!shared) {
			close_other_workers(maker);
			close(orders[1]);
			close(reports[0]);
		}
		serve(maker_copy(maker, words[1], orders[0], reports[1]));
		_exit(0);
	}
	if (!shared) {
		close(orders[0]);
		close(reports[1]);
	}
	worker = worker_add(maker, words[1]);
	worker->pid = pid;
	worker->orders = orders[1];
	worker->reports = reports[0];
	return 0;
}

static void *thread_main(void *argument)
{
	struct maker *maker = argument;

	serve(maker);
	return NULL;
}

static void *thread_main_unshared(void *argument)
{
	if (unshare(CLONE_FILES) < 0)
		return NULL;
	return thread_main(argument);
}

static int start_thread(void *(*start)(void *), struct maker *maker)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attributes, start, maker);
	return error ? complain("thread: %s", strerror(error)) : 0;
}

/* Its own descriptor table, unless "shared". */
int verb_thread(struct maker *maker, int nr, char **words)
{
	bool shared = nr > 2 && !strcmp(words[2], "shared");
	int orders[2], reports[2];
	struct worker *worker;

	if (open_pipes(orders, reports) < 0)
		return -1;
	worker = worker_add(maker, words[1]);
	worker->orders = orders[1];
	worker->reports = reports[0];
	if (start_thread(shared ? thread_main : thread_main_unshared,
			 maker_copy(maker, words[1], orders[0], reports[1])))
		return -1;
	/* An order that is obeyed: the table is unshared from here on. */
	return verb_in(maker, 3, (char *[]){ "in", words[1], "ready" });
}

int verb_in(struct maker *maker, int nr, char **words)
{
	struct worker *worker = worker_find(maker, words[1]);
	char line[LINE_SIZE], verdict;
	int used = 0;

	if (!worker)
		return -1;
	for (int i = 2; i < nr; i++)
		used += snprintf(line + used, sizeof(line) - (size_t)used,
				 "%s%s", i > 2 ? " " : "", words[i]);
	line[used++] = '\n';
	if (write(worker->orders, line, (size_t)used) != used ||
	    read(worker->reports, &verdict, 1) != 1)
		return complain("%s is gone", words[1]);
	return verdict == '+' ? 0 : complain("%s failed", words[1]);
}

int verb_kill(struct maker *maker, int nr, char **words)
{
	struct worker *worker = worker_find(maker, words[1]);

	(void)nr;
	if (!worker)
		return -1;
	close(worker->orders);
	close(worker->reports);
	if (worker->pid) {
		kill(worker->pid, SIGKILL);
		waitpid(worker->pid, NULL, 0);
	}
	*worker = maker->workers[--maker->nr_workers];
	return 0;
}


/*
 * The thread-group leader ends, a thread with the same table carries on. The
 * caller gets its answer only from the thread, so nothing here returns to it.
 */
static void *thread_carry_on(void *argument)
{
	struct maker *maker = argument;

	usleep(50000);
	say("ok\n");
	serve(maker);
	_exit(0);
}

int verb_leave(struct maker *maker, int nr, char **words)
{
	(void)nr;
	(void)words;
	if (maker->report >= 0)
		return complain("only the first maker can leave");
	if (start_thread(thread_carry_on, maker) < 0)
		return -1;
	pthread_exit(NULL);
}

static int listener(const struct choices *choices,
		    struct sockaddr_storage *address, socklen_t *length)
{
	int fd = socket(choices->family, SOCK_STREAM, 0);

	if (address_make(choices, &kinds[0], NULL, "0", address, length) < 0 ||
	    bind(fd, (void *)address, *length) < 0 || listen(fd, 8) < 0 ||
	    getsockname(fd, (void *)address, length) < 0) {
		close(fd);
		return complain("churn: %s", strerror(errno));
	}
	return fd;
}

static void churn_once(const struct choices *choices, bool linger_on)
{
	struct linger linger = { .l_onoff = linger_on, .l_linger = 0 };
	struct sockaddr_storage address;
	int client, child, server, udp, pair[2];
	socklen_t length;

	server = listener(choices, &address, &length);
	if (server < 0)
		return;
	client = socket(choices->family, SOCK_STREAM, 0);
	udp = socket(choices->family, SOCK_DGRAM, 0);
	bind(udp, (void *)&address, length);
	if (!connect(client, (void *)&address, length)) {
		child = accept(server, NULL, NULL);
		setsockopt(client, SOL_SOCKET, SO_LINGER, &linger,
			   sizeof(linger));
		close(client);
		close(child);
	} else {
		close(client);
	}
	close(udp);
	close(server);
	if (!socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) {
		close(pair[0]);
		close(pair[1]);
	}
}

/* From here on, what this task makes is in a network namespace of its own. */
int verb_netns(struct maker *maker, int nr, char **words)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd, result;

	(void)maker;
	(void)nr;
	if (unshare(CLONE_NEWNET) < 0)
		return outcome(-1, words[0]);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	result = ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
	return outcome(result, words[0]);
}

/* As fast as it can: the slabs hand the same memory out again and again. */
int verb_churn(struct maker *maker, int nr, char **words)
{
	int rounds = nr > 1 ? atoi(words[1]) : 0;
	useconds_t pause = nr > 2 ? (useconds_t)atoi(words[2]) : 0;
	struct pollfd input = { .fd = maker->input, .events = POLLIN };

	say("churning\n");
	for (int i = 0; !rounds || i < rounds; i++) {
		/* every eighth one leaves a TIME_WAIT behind */
		churn_once(maker->choices, i % 8);
		if (!rounds && poll(&input, 1, 0) > 0)
			break;
		if (pause)
			usleep(pause);
	}
	return 0;
}

/*
 * A listener at the same port again and again; counts those that found the last
 * one still there.
 */
static int rebind(const struct sockaddr_storage *address, socklen_t length,
		  int seconds, unsigned long *rounds, unsigned long *late)
{
	time_t end = time(NULL) + seconds;
	int fd;

	for (; time(NULL) < end; ++*rounds) {
		fd = socket(address->ss_family, SOCK_STREAM, 0);
		if (fd < 0)
			return outcome(-1, "rebind");
		if (!bind(fd, (const void *)address, length))
			listen(fd, 1);
		else if (errno == EADDRINUSE)
			++*late;
		close(fd);
	}
	return 0;
}

/* Reports rounds=N late=N: late is 0 if each close() takes effect at once. */
int verb_rebind(struct maker *maker, int nr, char **words)
{
	unsigned long rounds = 0, late = 0;
	struct sockaddr_storage address;
	socklen_t length;
	int fd = listener(maker->choices, &address, &length);

	(void)nr;
	if (fd < 0)
		return -1;
	close(fd);
	if (rebind(&address, length, atoi(words[1]), &rounds, &late) < 0)
		return -1;
	say("rounds=%lu late=%lu\n", rounds, late);
	return 0;
}
