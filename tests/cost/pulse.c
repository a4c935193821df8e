// SPDX-License-Identifier: GPL-2.0
/*
 * The longest time that a SCHED_FIFO task, which is due every PERIOD, has to
 * wait for the only processor while something else is done; and how long a
 * reader takes to die.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cost.h"

#define PERIOD	100000ULL	/* a stretch may be as much longer than found */
#define SETTLE	20000000ULL	/* so that fork() of the pulse is over */

/**
 * struct pulse - shared by the process that beats and the reader
 * @longest: time that a beat was late
 * @at: end of that time
 * @read: end of the read
 * @polled: end of poll()
 * @refused: the read failed with EFBIG
 */
static struct pulse {
	unsigned long long longest;
	unsigned long long at;
	unsigned long long read;
	unsigned long long polled;
	int refused;
} *pulse;

static unsigned long long get(const unsigned long long *from)
{
	return __atomic_load_n(from, __ATOMIC_SEQ_CST);
}

static void set(unsigned long long *to, unsigned long long value)
{
	__atomic_store_n(to, value, __ATOMIC_SEQ_CST);
}

static void real_time(int priority)
{
	const struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param))
		err(2, "SCHED_FIFO");
}

static void sleep_until(unsigned long long ns)
{
	const struct timespec t = { .tv_sec = ns / 1000000000,
				    .tv_nsec = ns % 1000000000 };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static void beat(void)
{
	unsigned long long due = now(), at;

	for (;;) {
		due += PERIOD;
		sleep_until(due);
		at = now();
		if (at - due > get(&pulse->longest)) {
			set(&pulse->longest, at - due);
			set(&pulse->at, at);
		}
		if (at > due)
			due = at;
	}
}

static void share_pulse(void)
{
	pulse = mmap(NULL, sizeof(*pulse), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (pulse == MAP_FAILED)
		err(2, "mmap");
}

static void start_beating(void)
{
	share_pulse();
	if (!child()) {
		if (mlockall(MCL_CURRENT))
			err(2, "mlockall");
		real_time(50);
		beat();
	}
	pause_for(SETTLE);
}

static int read_all(const char *file, const char *filter)
{
	static char buffer[128 * 1024];
	int fd = open(file, *filter ? O_RDWR : O_RDONLY);
	ssize_t got;

	if (fd < 0)
		err(2, "%s", file);
	if (*filter && write(fd, filter, strlen(filter)) < 0)
		err(2, "filter %s", filter);
	while ((got = read(fd, buffer, sizeof(buffer))) > 0)
		;
	if (got < 0 && errno != EFBIG)
		err(2, "read");
	pulse->refused = got < 0;
	set(&pulse->read, now());
	return fd;
}

static void succeed(pid_t pid, const char *what)
{
	int status;

	waitpid(pid, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		errx(2, "%s: status %#x", what, status);
}

/* Phase in which the longest gap ended: read, poll() or close(). */
static int phase_of(unsigned long long at)
{
	return (at > get(&pulse->read)) + (at > get(&pulse->polled));
}

/* Length of the read or command, figure, its place, whether EFBIG, phase. */
static void report(unsigned long long took, unsigned long long figure,
		   unsigned long long at)
{
	printf("%llu %llu %llu %d %d\n", took, figure, at,
	       pulse->refused, phase_of(get(&pulse->at)));
}

static void report_longest(unsigned long long begin, unsigned long long end)
{
	unsigned long long at = get(&pulse->at);

	report(end - begin, get(&pulse->longest), at > begin ? at - begin : 0);
}

/* poll() compares the tables with the snapshot: another loop over them. */
static pid_t start_read(char **argv, bool then_poll)
{
	struct pollfd view = { .events = POLLPRI };
	pid_t pid = child();

	if (pid)
		return pid;
	view.fd = read_all(argv[0], argv[1]);
	if (then_poll)
		poll(&view, 1, 0);
	set(&pulse->polled, now());
	_exit(close(view.fd));
}

static void pulse_read(char **argv)
{
	unsigned long long begin;
	pid_t pid;

	start_beating();
	set(&pulse->longest, 0);
	begin = now();
	pid = start_read(argv, true);
	succeed(pid, argv[0]);
	report_longest(begin, get(&pulse->read));
}

static void pulse_run(char **argv)
{
	posix_spawn_file_actions_t actions;
	unsigned long long begin;
	pid_t pid;

	start_beating();
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	set(&pulse->longest, 0);
	begin = now();
	if (posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ))
		errx(2, "cannot run %s", argv[0]);
	succeed(pid, argv[0]);
	report_longest(begin, now());
}

/*
 * Instructions from the time that SIGKILL is due until the reader is gone: on
 * the only processor the signal has to wait for the reader's next reschedule,
 * from another one it would not.  0 if the read was over.
 */
static unsigned long long kill_after(char **argv, unsigned long long ns)
{
	unsigned long long due = now() + ns;
	pid_t pid = start_read(argv, false);
	int status;

	sleep_until(due);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? now() - due : 0;
}

#define MOMENTS	4	/* that divide the read */

static void pulse_kill(char **argv)
{
	unsigned long long begin, took, gone, longest = 0;
	int i, at = 0;

	share_pulse();
	real_time(40);	/* or the reader would run when SIGKILL is due */
	begin = now();
	succeed(start_read(argv, false), argv[0]);
	took = get(&pulse->read) - begin;
	for (i = 1; i < MOMENTS; i++) {
		gone = kill_after(argv, took * i / MOMENTS);
		if (gone > longest) {
			longest = gone;
			at = i;
		}
	}
	report(took, longest, took * at / MOMENTS);
}

const struct verb pulse_verbs[] = {
	{ "read", "FILE FILTER", 2, pulse_read },
	{ "run", "COMMAND...", 1, pulse_run },
	{ "kill", "FILE FILTER", 2, pulse_kill },
	{ 0 }
};
