/* SPDX-License-Identifier: GPL-2.0 */
/* Iterator over tasks, one for each file table. */
#ifndef PORTSOCK_TASK_ITER_H
#define PORTSOCK_TASK_ITER_H

#include <linux/types.h>
#include <linux/xarray.h>

struct files_struct;
struct pid_namespace;
struct ps_filter;
struct task_struct;

/**
 * struct ps_task_iter - an iteration over tasks
 * @pid_ns: PID namespace of the numbers in @filter
 * @filter: selects processes; NULL for all
 * @tgid: number of the current process in the initial PID namespace
 * @tries: number of tables that were returned as that of this process
 * @process_files: file table of the process; only compared, never followed
 * @is_single: the process has one thread
 * @first: first thread of the process with a file table; a reference.  NULL if
 *	@is_single
 * @thread: last thread that was checked for a private file table; a reference.
 *	NULL before the first
 * @highest: highest number of a checked thread
 * @restarts: how often the list of threads was restarted
 * @left: threads still to be checked
 * @task: current task; a reference
 * @is_process: the file table of @task is that of the process, not private to
 *	a thread
 * @files: file table of @task; only compared, never followed
 * @walked: tasks, a reference on each, with file tables that were walked and
 *	may be shared with other tasks; by files_key()
 */
struct ps_task_iter {
	struct pid_namespace *pid_ns;
	const struct ps_filter *filter;
	u32 tgid;
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
