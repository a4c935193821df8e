// SPDX-License-Identifier: GPL-2.0
/*
 * reborn [own] - begin again for ever with the descriptors that it got, each time
 * by exec() of another thread than the first, which waits or is gone by then; own:
 * that thread has a descriptor table of its own.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void *begin_again(void *program)
{
	char **argv = program;
	static char waits[] = "reborn, waits", goes[] = "reborn, goes";
	char *next[] = { strcmp(argv[0], waits) ? waits : goes, argv[1], NULL };

	if (!argv[1] || !unshare(CLONE_FILES))
		execv("/proc/thread-self/exe", next);
	perror("reborn");
	_exit(1);
}

int main(int argc, char **argv)
{
	pthread_t thread;

	(void)argc;
	if (pthread_create(&thread, NULL, begin_again, argv))
		return 1;
	if (strstr(argv[0], "goes"))
		pthread_exit(NULL);
	for (;;)
		pause();
}
