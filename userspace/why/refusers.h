/* SPDX-License-Identifier: GPL-2.0 */
/* Obstacles to a bind() beside sockets: BPF programs, LSMs, seccomp. */
#ifndef PORTSOCK_WHY_REFUSERS_H
#define PORTSOCK_WHY_REFUSERS_H

#include <limits.h>

#include "bind_rules.h"
#include "bpf.h"

/**
 * struct refusers - Obstacles to a bind() of a process in a cgroup
 * @queried: they were looked up
 * @fd: directory of the cgroup, -1 if it could not be opened
 * @chosen: the cgroup is that of --unit or --cgroup, not of this process
 * @stopped: unit without a cgroup, NULL if there is none
 * @path: path of the cgroup
 * @hidden: no permission to list BPF programs
 * @programs: number of BPF programs that bind() runs
 * @program: name of one, empty if it has none or the name is hidden
 * @at: path of the cgroup that the program is attached to
 * @selinux: SELinux is enforcing
 * @profile: AppArmor profile of the process, empty if unconfined
 * @seccomp: the process has a seccomp filter
 */
struct refusers {
	bool queried;
	int fd;
	bool chosen;
	const char *stopped;
	char path[PATH_MAX];
	bool hidden;
	unsigned int programs;
	char program[BPF_NAME_SIZE];
	char at[PATH_MAX];
	bool selinux;
	char profile[128];
	bool seccomp;
};

int refusers_choose(struct refusers *r, const char *unit, const char *cgroup);
void refusers_query(struct refusers *r, const struct bind_request *b);
void refusers_close(struct refusers *r);

#endif /* PORTSOCK_WHY_REFUSERS_H */
