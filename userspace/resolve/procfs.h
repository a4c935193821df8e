/* SPDX-License-Identifier: GPL-2.0 */
/* Contents of /proc/PID, read once for each process of a snapshot. */
#ifndef PORTSOCK_RESOLVE_PROCFS_H
#define PORTSOCK_RESOLVE_PROCFS_H

#include <limits.h>
#include <sys/types.h>

#include "../../module/format/record.h"
#include "hash.h"

#define PROCFS_COMMAND_MAX	4096	/* bytes of a command line */
#define PROCFS_LATE_MAX		4	/* missed deadlines of a snapshot */
#define PROCFS_STUCK_MAX	4	/* children that ignore SIGKILL */

/* Result of reading a file of a process. */
enum property {
	PROPERTY_NOT_READ,
	PROPERTY_MISSING,	/* no such property, or the process is gone */
	PROPERTY_UNREADABLE,	/* too long for the kernel */
	PROPERTY_KNOWN,
};

/**
 * struct process - A process
 * @key: its PID
 * @pid: PID
 * @stat: result for @comm, @state, @parent, @group, @session and @start
 * @comm: name of its first thread
 * @state: R, S, Z ...
 * @parent: PID of its parent
 * @group: process group
 * @session: session
 * @start: its start in clock ticks since the machine has started, 0: unknown
 * @status: result for @uid and @fsuid
 * @uid: real UID
 * @fsuid: UID of sockets that it creates
 * @in: result for @cgroup
 * @cgroup: id of its cgroup v2
 * @row: last row that it is an owner of, see leak_find()
 */
struct process {
	struct hash_key key;
	u32 pid;
	enum property stat;
	char comm[PS_COMM_SIZE];
	char state;
	u32 parent;
	u32 group;
	u32 session;
	u64 start;
	enum property status;
	u32 uid;
	u32 fsuid;
	enum property in;
	u64 cgroup;
	u64 row;
};

/**
 * struct procfs - Processes of a snapshot
 * @processes: struct process by PID
 * @row: number of rows that leak_find() has checked
 * @late: UIDs with a process that let a read miss its deadline
 * @nlate: number of @late
 * @child: PID of the process that reads command lines, or 0
 * @fd: socket to @child
 * @stuck: children that were killed and have not ended
 * @nstuck: number of @stuck
 */
struct procfs {
	struct hash processes;
	u64 row;
	u32 late[PROCFS_LATE_MAX];
	unsigned int nlate;
	pid_t child;
	int fd;
	pid_t stuck[PROCFS_STUCK_MAX];
	unsigned int nstuck;
};

struct process *procfs_process(struct procfs *p, u32 pid);
bool procfs_stat(struct process *process);
bool procfs_status(struct process *process);
bool procfs_cgroup_path(u32 pid, char path[PATH_MAX]);
enum property procfs_cgroup(struct process *process);
const char *procfs_command(struct procfs *p, u32 pid,
			   char text[PROCFS_COMMAND_MAX + 1]);
void procfs_renew(struct procfs *p);
void procfs_free(struct procfs *p);

#endif /* PORTSOCK_RESOLVE_PROCFS_H */
