// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks by their number, like the files of /proc (fs/proc/base.c) and BPF's task
 * iterator (kernel/bpf/task_iter.c); of the tasks that share a table one tells.
 */
#include <linux/fdtable.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "compat/pid.h"
#include "core/filter.h"
#include "gfp.h"
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

	/*
	 * A task writes other flags of its own at any time, this one only where a
	 * kernel thread begins a program: until then it has nothing to tell.
	 */
	if (!files || READ_ONCE(task->flags) & PF_KTHREAD)
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

/* Where a table is in @told: two that share a place only take it from each other. */
static unsigned long place_of(const struct files_struct *files)
{
	return (unsigned long)files / L1_CACHE_BYTES;
}

/*
 * Whether another process has told this table.  It has it still: then this is
 * no other one at the same address, for a table lives as long as its tasks.
 */
static bool is_told(struct ps_task_cursor *cursor,
		    const struct files_struct *files)
{
	const struct task_struct *other = xa_load(&cursor->told,
						  place_of(files));

	return other && READ_ONCE(other->files) == files;
}

static bool wants_task(const struct ps_task_cursor *cursor,
		       struct task_struct *task)
{
	if (!ps_filter_has(cursor->filter, PS_KEY_PID))
		return true;
	return ps_filter_wants_pid(cursor->filter,
				   task_tgid_nr_ns(task, cursor->pid_ns));
}

/* Told by a thread of the process, by another process, or by this task. */
static enum table find_table(struct ps_task_cursor *cursor,
			     struct task_struct *task)
{
	enum table table = classify_table(task);

	cursor->files = READ_ONCE(task->files);
	if (!cursor->files || is_told(cursor, cursor->files))
		return TABLE_SHARED;
	return table;
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
			table = find_table(cursor, task);
		if (table != TABLE_SHARED)
			cursor->task = get_task_struct(task);
		cursor->is_process = table == TABLE_PROCESS;
	}
	rcu_read_unlock();
	return pid;
}

/**
 * ps_task_begin() - begin a walk
 * @cursor: zeroed but for @pid_ns and @filter; ps_task_end() is due
 *
 * Context: any.
 */
void ps_task_begin(struct ps_task_cursor *cursor)
{
	xa_init_flags(&cursor->told, XA_FLAGS_ACCOUNT);
}

/**
 * ps_task_next() - the next task that has a table to tell
 * @cursor: from ps_task_begin()
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

/*
 * Users of the table in the task's own process; it is the first of them. Called
 * under RCU, in which the task was seen with a table: its leader is there then.
 */
static int count_threads(struct task_struct *task,
			 const struct files_struct *files)
{
	struct task_struct *t;
	int count = 0;

	for_each_thread(task->group_leader, t)
		if (READ_ONCE(t->files) == files)
			count++;
	return count;
}

/* Under task_lock() the table is the task's and cannot be freed. */
static int count_users(struct ps_task_cursor *cursor)
{
	struct task_struct *task = cursor->task;
	int users = 0;

	task_lock(task);
	if (task->files == cursor->files)
		users = atomic_read(&task->files->count);
	task_unlock(task);
	return users;
}

/* Counted before and after: a thread that comes or goes hides no process. */
static bool may_be_shared(struct ps_task_cursor *cursor)
{
	int users, threads = 0;

	rcu_read_lock();
	users = count_users(cursor);
	if (users > 1) {
		threads = count_threads(cursor->task, cursor->files);
		users = max(users, count_users(cursor));
	}
	rcu_read_unlock();
	return users > 1 && users > threads;
}

/**
 * ps_task_told() - the task's table was told, and need not be by others
 * @cursor: the walk
 *
 * Processes that share a table (CLONE_FILES) are one owner: the first of them
 * of which the viewer may know.
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int ps_task_told(struct ps_task_cursor *cursor)
{
	struct task_struct *old;

	if (!may_be_shared(cursor))
		return 0;
	get_task_struct(cursor->task);
	old = xa_store(&cursor->told, place_of(cursor->files), cursor->task,
		       PS_GFP);
	if (xa_is_err(old)) {
		put_task_struct(cursor->task);
		return xa_err(old);
	}
	if (old)
		put_task_struct(old);
	return 0;
}

/**
 * ps_task_end() - end a walk
 * @cursor: from ps_task_begin()
 *
 * Context: process, may sleep.
 */
void ps_task_end(struct ps_task_cursor *cursor)
{
	struct task_struct *task;
	unsigned long place;

	xa_for_each(&cursor->told, place, task)
		put_task_struct(task);
	xa_destroy(&cursor->told);
}
