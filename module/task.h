/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks whose descriptor tables are theirs to tell. */
#ifndef PORTSOCK_TASK_H
#define PORTSOCK_TASK_H

#include <linux/types.h>

struct pid_namespace;
struct ps_filter;
struct task_struct;

/**
 * struct ps_task_cursor - a walk over tasks
 * @pid_ns: PID namespace of the numbers that @filter names
 * @filter: which processes are asked for, NULL for all
 * @last: number of the last task, in the initial PID namespace
 * @task: the task, with a reference that is the caller's
 * @is_process: its table counts as the process', not as a thread's own
 */
struct ps_task_cursor {
	struct pid_namespace *pid_ns;
	const struct ps_filter *filter;
	u32 last;
	struct task_struct *task;
	bool is_process;
};

bool ps_task_next(struct ps_task_cursor *cursor);

#endif /* PORTSOCK_TASK_H */
