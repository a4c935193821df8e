/* SPDX-License-Identifier: GPL-2.0 */
/* Reads of /proc that another process may block, made with a deadline. */
#ifndef PORTSOCK_WORKER_H
#define PORTSOCK_WORKER_H

#include <stdbool.h>
#include <sys/types.h>

#include "../module/format/base.h"

#define PS_WORKER_TEXT_MAX	4096	/* bytes of a command line */
#define PS_WORKER_STUCK_MAX	4	/* workers that do not end */

/* Other results of ps_worker_read() than a length. */
#define PS_WORKER_GONE	(-1)
#define PS_WORKER_LATE	(-2)

/**
 * struct ps_worker - a child process that reads /proc/PID/cmdline
 * @child: its PID, 0 if there is none
 * @fd: socket to it
 * @stuck: workers that were killed and have not ended
 * @nstuck: how many of them
 */
struct ps_worker {
	pid_t child;
	int fd;
	pid_t stuck[PS_WORKER_STUCK_MAX];
	unsigned int nstuck;
};

ssize_t ps_worker_read(struct ps_worker *w, u32 pid, char *text);
void ps_worker_end(struct ps_worker *w);

#endif /* PORTSOCK_WORKER_H */
