/* SPDX-License-Identifier: GPL-2.0 */
/* The contents of /proc/PID, read once for each process of a snapshot. */
#ifndef PORTSOCK_PROCESS_H
#define PORTSOCK_PROCESS_H

#include <sys/types.h>

#include "worker.h"
#include "../module/format/base.h"

/* How much is known of a property. */
enum ps_known {
	PS_NOT_READ,
	PS_MISSING,	/* there is none, or the process is gone */
	PS_UNREADABLE,	/* too long for the kernel, or not in time */
	PS_KNOWN,
};

/**
 * struct ps_process - a process
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
 * @row: last row that it is an owner of, see ps_leak()
 */
struct ps_process {
	u32 pid;
	enum ps_known stat;
	char state;
	u32 parent;
	u32 group;
	u32 session;
	enum ps_known status;
	u32 uid;
	u32 fsuid;
	enum ps_known in;
	u64 cgroup;
	enum ps_known line;
	char *command;
	u64 row;
};

#define PS_LATE_MAX	4	/* missed deadlines of a snapshot */

/**
 * struct ps_processes - processes by PID
 * @slots: hash table with open addressing
 * @size: slots, a power of two
 * @count: processes
 * @worker: reads command lines
 * @late: UIDs whose process let a read miss its deadline
 * @nlate: how many of them
 */
struct ps_processes {
	struct ps_process **slots;
	size_t size;
	size_t count;
	struct ps_worker worker;
	u32 late[PS_LATE_MAX];
	unsigned int nlate;
};

struct ps_process *ps_process(struct ps_processes *ps, u32 pid);
bool ps_process_stat(struct ps_process *p);
bool ps_process_status(struct ps_process *p);
enum ps_known ps_process_cgroup(struct ps_process *p);
const char *ps_process_command(struct ps_processes *ps, u32 pid);
void ps_processes_renew(struct ps_processes *ps);
void ps_processes_free(struct ps_processes *ps);

#endif /* PORTSOCK_PROCESS_H */
