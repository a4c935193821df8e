/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks whose descriptor tables are theirs to tell. */
#ifndef PORTSOCK_TASK_ITER_H
#define PORTSOCK_TASK_ITER_H

#include <linux/types.h>
#include <linux/xarray.h>

struct files_struct;
struct pid_namespace;
struct ps_filter;
struct task_struct;

/**
 * struct ps_task_iter - a walk over tasks
 * @pid_ns: PID namespace of the numbers that @filter names
 * @filter: which processes are asked for, NULL for all
 * @process: number of the process, in the initial PID namespace
 * @tries: how often the table of the process was come upon
 * @process_files: that table, to be compared only
 * @is_single: the process has no other threads
 * @first: the task that has that table, with a reference, unless @is_single
 * @thread: the thread that was looked at last for a private table, with a
 *	reference; NULL before the first
 * @highest: the highest number of a thread that was looked at
 * @restarts: how often the threads were gone through anew
 * @left: threads that are looked at before the process is left
 * @task: the task, with a reference
 * @is_process: its table counts as the process', not as a thread's own
 * @files: its table, to be compared only
 * @walked: the tasks whose tables were told and may be another's, too
 */
struct ps_task_iter {
	struct pid_namespace *pid_ns;
	const struct ps_filter *filter;
	u32 process;
	u32 tries;
	const struct files_struct *process_files;
	bool is_single;
	struct task_struct *first;
	struct task_struct *thread;
	u32 highest;
	u32 restarts;
	u32 left;
	struct task_struct *task;
	bool is_process;
	const struct files_struct *files;
	struct xarray walked;
};

void ps_task_iter_begin(struct ps_task_iter *iter);
bool ps_task_iter_next(struct ps_task_iter *iter);
int ps_task_iter_mark_walked(struct ps_task_iter *iter);
void ps_task_iter_end(struct ps_task_iter *iter);

#endif /* PORTSOCK_TASK_ITER_H */
