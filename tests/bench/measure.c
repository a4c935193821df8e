// SPDX-License-Identifier: GPL-2.0
/*
 * measure ROUNDS run COMMAND ARGUMENTS...   the least that a run of the command took, its output dropped; the first does not count,
 *                                           unless it is the only one: ROUNDS is 0
 * measure ROUNDS read FILTER                the same for open, write of the filter, read to the end and close of /proc/portsock
 * measure ROUNDS tell FILE                  the least number that the file tells when it is read
 * In nanoseconds; where the clock counts instructions (QEMU's icount), in instructions. Prints that, and how many bytes came.
 */
#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char buffer[128 * 1024];
static unsigned long long bytes;

static unsigned long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static unsigned long long run(char **command)
{
	unsigned long long begun = now();
	posix_spawn_file_actions_t actions;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, command[0], &actions, NULL, command, environ))
		errx(2, "cannot run %s", command[0]);
	waitpid(pid, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		errx(2, "%s ended with status %#x", command[0], status);
	return now() - begun;
}

static unsigned long long read_all(char **filter)
{
	unsigned long long begun = now();
	int fd = open("/proc/portsock", O_RDWR);
	ssize_t got;

	if (fd < 0)
		err(2, "/proc/portsock");
	if (*filter[0] && write(fd, filter[0], strlen(filter[0])) < 0)
		err(2, "the filter %s", filter[0]);
	for (bytes = 0; (got = read(fd, buffer, sizeof(buffer))) > 0;)
		bytes += got;
	if (got < 0)
		err(2, "read");
	close(fd);
	return now() - begun;
}

static unsigned long long tell(char **file)
{
	int fd = open(file[0], O_RDONLY);
	ssize_t got = fd < 0 ? -1 : read(fd, buffer, sizeof(buffer) - 1);

	if (got < 0)
		err(2, "%s", file[0]);
	close(fd);
	buffer[got] = '\0';
	return strtoull(buffer, NULL, 10);
}

int main(int argc, char **argv)
{
	unsigned long long (*take)(char **) = NULL, took, least = -1ULL;
	int i;

	if (argc >= 4)
		take = !strcmp(argv[2], "run") ? run :
			!strcmp(argv[2], "read") ? read_all :
			!strcmp(argv[2], "tell") ? tell : NULL;
	if (!take)
		errx(2, "measure ROUNDS run|read|tell ARGUMENTS...");
	took = take(argv + 3);
	if (!atoi(argv[1]))
		least = took;
	for (i = atoi(argv[1]); i > 0; i--) {
		took = take(argv + 3);
		if (took < least)
			least = took;
	}
	printf("%llu %llu\n", least, bytes);
	return 0;
}
