// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks by their number, like the files of /proc (fs/proc/base.c) and BPF's task
 * iterator (kernel/bpf/task_iter.c); of the tasks that share a table one tells.
 */
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "compat/pid.h"
#include "core/filter.h"
#include "task.h"

/* What a task's descriptor table is to the walk. */
enum table {
	TABLE_SHARED,	/* somebody else tells it, or there is none */
	TABLE_PROCESS,
	TABLE_THREAD,	/* a thread's own */
};

/*
 * Threads that share the table of their leader are not asked; where the leader
 * is gone, the first live thread stands for the process.  Of several threads
 * that share another table the first one tells.  Called under RCU, which keeps
 * the leader and the list of threads.
 */
static enum table classify_table(const struct task_struct *task)
{
	struct files_struct *files = READ_ONCE(task->files), *other;
	struct task_struct *leader = task->group_leader, *t;
	enum table table = TABLE_PROCESS;

	if (!files || task->flags & PF_KTHREAD)
		return TABLE_SHARED;
	for_each_thread(leader, t) {
		if (t == task)
			return table;
		other = READ_ONCE(t->files);
		if (other == files)
			return TABLE_SHARED;
		if (other)
			table = TABLE_THREAD;
	}
	return TABLE_SHARED;	/* it has just exited */
}

static bool wants_task(const struct ps_task_cursor *cursor,
		       struct task_struct *task)
{
	if (!ps_filter_has(cursor->filter, PS_KEY_PID))
		return true;
	return ps_filter_wants_pid(cursor->filter,
				   task_tgid_nr_ns(task, cursor->pid_ns));
}

/* The task of the next number: false if there is none; it may be no one's. */
static bool take_task(struct ps_task_cursor *cursor)
{
	enum table table = TABLE_SHARED;
	struct task_struct *task;
	struct pid *pid;

	cursor->task = NULL;
	rcu_read_lock();
	pid = ps_find_ge_pid(cursor->last + 1, &init_pid_ns);
	if (pid) {
		cursor->last = pid_nr(pid);
		task = pid_task(pid, PIDTYPE_PID);
		if (task && wants_task(cursor, task))
			table = classify_table(task);
		if (table != TABLE_SHARED)
			cursor->task = get_task_struct(task);
		cursor->is_process = table == TABLE_PROCESS;
	}
	rcu_read_unlock();
	return pid;
}

/**
 * ps_task_next() - the next task that has a table to tell
 * @cursor: zeroed but for @pid_ns and @filter
 *
 * Context: process, may sleep.
 * Return: true with a task, false when there are no more.
 */
bool ps_task_next(struct ps_task_cursor *cursor)
{
	while (take_task(cursor)) {
		if (cursor->task)
			return true;
		cond_resched();
	}
	return false;
}
