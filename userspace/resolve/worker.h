/* SPDX-License-Identifier: GPL-2.0 */
/* Reads of /proc that another process may block, made with a deadline. */
#ifndef PORTSOCK_WORKER_H
#define PORTSOCK_WORKER_H

#include <stdbool.h>
#include <sys/types.h>

#include "../../module/format/base.h"

#define WORKER_TEXT_MAX	4096	/* bytes of a command line */
#define WORKER_STUCK_MAX	4	/* workers that do not end */

/* Other results of worker_read() than a length. */
#define WORKER_GONE	(-1)
#define WORKER_LATE	(-2)

/**
 * struct worker - a child process that reads /proc/PID/cmdline
 * @child: its PID, 0 if there is none
 * @fd: socket to it
 * @stuck: workers that were killed and have not ended
 * @nstuck: how many of them
 */
struct worker {
	pid_t child;
	int fd;
	pid_t stuck[WORKER_STUCK_MAX];
	unsigned int nstuck;
};

ssize_t worker_read(struct worker *w, u32 pid, char *text);
void worker_end(struct worker *w);

#endif /* PORTSOCK_WORKER_H */
