// SPDX-License-Identifier: GPL-2.0
/*
 * Shapes of sockets and file tables that an unprivileged user can make, and
 * the measurements beside them.  tests/cost/guest.py calls the verbs.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "cost.h"

#define SECOND	1000000000ULL

unsigned long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

void pause_for(unsigned long long ns)
{
	struct timespec t = { .tv_sec = ns / SECOND, .tv_nsec = ns % SECOND };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

void become(uid_t uid)
{
	if (setgid(uid) || setuid(uid) || prctl(PR_SET_DUMPABLE, 1))
		err(1, "setuid %u", uid);
}

void hold(unsigned int count)
{
	printf("ready %u\n", count);
	fflush(stdout);
	for (;;)
		pause();
}

pid_t child(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

int checked(int result, const char *what)
{
	if (result < 0)
		err(1, "%s", what);
	return result;
}

static const struct verb *const all_verbs[] = {
	pulse_verbs, traffic_verbs, watch_verbs, table_verbs, port_verbs,
	unix_verbs, family_verbs,
};

#define NLISTS	(sizeof(all_verbs) / sizeof(*all_verbs))

static const struct verb *find_verb(const char *name)
{
	const struct verb *verb;
	size_t i;

	for (i = 0; i < NLISTS; i++)
		for (verb = all_verbs[i]; verb->name; verb++)
			if (!strcmp(verb->name, name))
				return verb;
	return NULL;
}

static void usage(void)
{
	const struct verb *verb;
	size_t i;

	for (i = 0; i < NLISTS; i++)
		for (verb = all_verbs[i]; verb->name; verb++)
			fprintf(stderr, "cost %s %s\n", verb->name,
				verb->arguments);
	exit(2);
}

int main(int argc, char **argv)
{
	const struct rlimit files = { 1 << 20, 1 << 20 };
	const struct verb *verb = argc > 1 ? find_verb(argv[1]) : NULL;

	if (!verb || argc - 2 < verb->count)
		usage();
	if (setrlimit(RLIMIT_NOFILE, &files))
		err(1, "RLIMIT_NOFILE");
	verb->run(argv + 2);
	return 0;
}
