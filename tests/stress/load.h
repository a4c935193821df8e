/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the load share. */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <sys/types.h>

#define VIEW	"/proc/portsock"
#define MODULE	"/lib/modules/portsock.ko"

/* One kind of trouble: round() is done over and over until the time is over. */
struct worker {
	const char *name;
	void (*round)(void);
	int processes;
};

/* What all processes see. */
struct shared {
	volatile int gate;	/* readers wait: the module wants to go */
	volatile unsigned long rounds[64];
};

extern struct shared *shared;
extern const struct worker socket_workers[], task_workers[], reader_workers[];

unsigned int any(unsigned int below);		/* a random number */
void fail(const char *format, ...)		/* the run has failed */
	__attribute__((format(printf, 1, 2), noreturn));
pid_t child(void);				/* fork(); goes with its parent */
void reap(pid_t pid);
int tcp_listener(int backlog, unsigned short *port);
int tcp_client(unsigned short port);
int send_fd(int through, int fd);		/* SCM_RIGHTS */
void insert_module(void);			/* if it is not there */
void stable_make(void);				/* the sockets that stay */
void stable_round(void);			/* are all of them in a read? */

#endif
