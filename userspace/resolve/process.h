/* SPDX-License-Identifier: GPL-2.0 */
/* The contents of /proc/PID, read once for each process of a snapshot. */
#ifndef PORTSOCK_PROCESS_H
#define PORTSOCK_PROCESS_H

#include <sys/types.h>

#include "worker.h"
#include "../../module/format/base.h"

/* How much is known of a property. */
enum property {
	PROPERTY_NOT_READ,
	PROPERTY_MISSING,	/* there is none, or the process is gone */
	PROPERTY_UNREADABLE,	/* too long for the kernel, or not in time */
	PROPERTY_KNOWN,
};

/**
 * struct process - a process
 * @pid: PID
 * @stat: whether @state to @session are known
 * @state: R, S, Z ...
 * @parent: PID of its parent
 * @group: process group
 * @session: session
 * @status: whether @uid and @fsuid are known
 * @uid: real UID
 * @fsuid: UID of sockets that it makes
 * @in: whether @cgroup is known
 * @cgroup: id of its cgroup v2
 * @line: whether @command is known
 * @command: command line, blanks between the arguments; NULL if it has none
 * @row: last row that it is an owner of, see leak_text()
 */
struct process {
	u32 pid;
	enum property stat;
	char state;
	u32 parent;
	u32 group;
	u32 session;
	enum property status;
	u32 uid;
	u32 fsuid;
	enum property in;
	u64 cgroup;
	enum property line;
	char *command;
	u64 row;
};

#define PROCESS_LATE_MAX	4	/* missed deadlines of a snapshot */

/**
 * struct processes - processes by PID
 * @slots: hash table with open addressing
 * @size: slots, a power of two
 * @count: processes
 * @worker: reads command lines
 * @late: UIDs whose process let a read miss its deadline
 * @nlate: how many of them
 */
struct processes {
	struct process **slots;
	size_t size;
	size_t count;
	struct worker worker;
	u32 late[PROCESS_LATE_MAX];
	unsigned int nlate;
};

struct process *process(struct processes *ps, u32 pid);
bool process_stat(struct process *p);
bool process_status(struct process *p);
enum property process_cgroup(struct process *p);
const char *process_command(struct processes *ps, u32 pid);
void processes_renew(struct processes *ps);
void processes_free(struct processes *ps);

#endif /* PORTSOCK_PROCESS_H */
