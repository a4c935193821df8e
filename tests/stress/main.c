// SPDX-License-Identifier: GPL-2.0
/*
 * load SECONDS [SEED]: sockets, processes and namespaces that come and go as fast as they can, beside readers, pollers and a module
 * that comes and goes. Says how often each was done; fails if one never was, or if a socket that stays was not in a read.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

struct shared *shared;
static unsigned long long seed;

unsigned int any(unsigned int below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

void fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	printf("FAIL ");
	vprintf(format, arguments);
	printf("\n");
	fflush(stdout);
	_exit(1);
}

pid_t child(void)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		seed ^= (unsigned long long)getpid() << 32 ^ clock();
	}
	return pid;
}

void reap(pid_t pid)
{
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void work(const struct worker *worker, volatile unsigned long *rounds)
{
	for (;;) {
		worker->round();
		__atomic_fetch_add(rounds, 1, __ATOMIC_RELAXED);
	}
}

static const struct worker stable_workers[] = { { "stable", stable_round, 2 }, { 0 } };
static const struct worker *const parts[] = { stable_workers, socket_workers, task_workers, reader_workers };

#define PARTS (int)(sizeof(parts) / sizeof(*parts))

/*
 * Who reads goes first: the others would leave him little of the processors. Not before the kernel's own threads, though, nor by so much that a
 * grace period would not end for who was put aside while he reads under RCU.
 */
static int priority_of(const struct worker *part)
{
	return part == stable_workers || part == reader_workers ? 0 : 5;
}

/* The processes of one part; returns how many there are with those before. */
static int start(const struct worker *worker, pid_t *pids, int n)
{
	int priority = priority_of(worker);

	for (; worker->name; worker++) {
		for (int i = 0; i < worker->processes; i++, n++) {
			pids[n] = child();
			if (!pids[n]) {
				setpgid(0, 0);
				setpriority(PRIO_PROCESS, 0, priority);
				work(worker, &shared->rounds[n]);
			}
		}
	}
	return n;
}

static unsigned long rounds_of(const struct worker *worker, int n)
{
	unsigned long rounds = 0;

	for (int i = 0; i < worker->processes; i++)
		rounds += __atomic_load_n(&shared->rounds[n + i], __ATOMIC_RELAXED);
	return rounds;
}

static bool everything_was_done(void)
{
	int n = 0;

	for (int i = 0; i < PARTS; i++)
		for (const struct worker *worker = parts[i]; worker->name; n += worker++->processes)
			if (!rounds_of(worker, n))
				return false;
	return true;
}

static void report(void)
{
	int n = 0;

	for (int i = 0; i < PARTS; i++)
		for (const struct worker *worker = parts[i]; worker->name; n += worker++->processes)
			printf("%-10s %9lu\n", worker->name, rounds_of(worker, n));
}

/* Workers end only by failing. A kernel that is slow has four times as long, until everything was done once. */
static bool wait_for(time_t seconds)
{
	time_t begin = time(NULL), past;
	int status;

	for (past = 0; past < seconds || (past < 4 * seconds && !everything_was_done()); past = time(NULL) - begin) {
		if (waitpid(-1, &status, WNOHANG) > 0) {
			printf("FAIL a worker ended: %s %d\n",
			       WIFSIGNALED(status) ? "signal" : "status",
			       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
			return false;
		}
		usleep(100000);
	}
	return true;
}

int main(int argc, char **argv)
{
	pid_t pids[64];
	int n = 0;
	bool good;

	if (argc < 2 || atoi(argv[1]) <= 0) {
		fprintf(stderr, "load SECONDS [SEED]\n");
		return 2;
	}
	seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (unsigned long long)time(NULL);
	printf("seed %llu\n", seed);
	seed = seed * 0x9e3779b97f4a7c15ULL | 1;
	signal(SIGPIPE, SIG_IGN);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	stable_make();
	fflush(stdout);

	for (int i = 0; i < PARTS; i++)
		n = start(parts[i], pids, n);
	good = wait_for(atoi(argv[1]));
	for (int i = 0; i < n; i++)
		kill(-pids[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	insert_module();	/* whoever took it out may not have put it back */

	report();
	if (!everything_was_done()) {
		printf("FAIL not everything was done\n");
		good = false;
	}
	return !good;
}
