/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by the verbs of tests/cost's program. */
#ifndef PORTSOCK_COST_H
#define PORTSOCK_COST_H

#include <stdbool.h>
#include <sys/types.h>

#define ATTACKER	1000	/* uid of the shapes */
#define VICTIM		33	/* uid of the connections that watches slow */
#define VIEW		"/proc/portsock"

/**
 * struct verb - one thing that the program does
 * @name: first argument
 * @arguments: for the usage line
 * @count: number of @arguments; the last one may be left out if it is in []
 * @run: called with a NULL-terminated list
 */
struct verb {
	const char *name;
	const char *arguments;
	int count;
	void (*run)(char **argv);
};

extern const struct verb pulse_verbs[];
extern const struct verb traffic_verbs[];
extern const struct verb watch_verbs[];
extern const struct verb table_verbs[];
extern const struct verb port_verbs[];
extern const struct verb unix_verbs[];
extern const struct verb family_verbs[];

/* Nanoseconds; with QEMU's icount, instructions. */
unsigned long long now(void);
void pause_for(unsigned long long ns);

/* Give up root; the process stays dumpable, like one that never was root. */
void become(uid_t uid);

/* Report the number of objects made, and keep them until SIGKILL. */
void hold(unsigned int count);

pid_t child(void);
int checked(int result, const char *what);

#endif /* PORTSOCK_COST_H */
