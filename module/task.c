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

/* How often the table of a process is told if there is another one each time. */
#define PROCESS_TRIES	8

static void begin_process(struct ps_task_cursor *cursor, u32 nr)
{
	cursor->process = nr;
	cursor->thread = 0;
	cursor->tries = 0;
	cursor->of_process = NULL;
}

/* Done with a table: the threads of the process have no other, or the next one. */
static void go_on(struct ps_task_cursor *cursor)
{
	if (!cursor->has_others)
		begin_process(cursor, cursor->process + 1);
}

/*
 * Who has the table of a process: its leader, or where that is gone the first
 * live thread.  Under RCU, which keeps the list of threads.
 */
static struct task_struct *find_first(struct ps_task_cursor *cursor,
				      struct task_struct *leader)
{
	const struct files_struct *files;
	struct task_struct *t, *first = NULL;

	cursor->has_others = false;
	for_each_thread(leader, t) {
		files = READ_ONCE(t->files);
		if (!files || (first && files == cursor->files))
			continue;
		cursor->has_others = first;
		if (first)
			break;
		first = t;
		cursor->files = files;
	}
	return first;
}

/*
 * The thread with the next number that has another table than the process.  Two
 * that have the same are known by is_told().
 */
static struct task_struct *find_own(struct ps_task_cursor *cursor,
				    struct task_struct *leader)
{
	const struct files_struct *files;
	struct task_struct *t, *own = NULL;

	for_each_thread(leader, t) {
		files = READ_ONCE(t->files);
		if (!files || files == cursor->of_process ||
		    task_pid_nr(t) <= cursor->thread ||
		    (own && task_pid_nr(own) < task_pid_nr(t)))
			continue;
		own = t;
		cursor->files = files;
	}
	return own;
}

/*
 * Who has the next table of a process to tell: that of the process, then those
 * that threads have for themselves.  Its first thread may end meanwhile and leave
 * it to the next one, or to one that begins a program; then it begins anew, and
 * who was told before is told twice: ps_rows_make() takes one of it.  Called under
 * RCU, in which the leader was found by its number.
 */
static struct task_struct *find_table(struct ps_task_cursor *cursor,
				      struct task_struct *leader)
{
	struct task_struct *task = find_first(cursor, leader);

	if (!task)
		return NULL;
	cursor->is_process = cursor->files != cursor->of_process &&
		cursor->tries++ < PROCESS_TRIES;
	if (cursor->is_process) {
		cursor->of_process = cursor->files;
		return task;
	}
	task = find_own(cursor, leader);
	if (task)
		cursor->thread = task_pid_nr(task);
	return task;
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
static bool is_told(struct ps_task_cursor *cursor)
{
	const struct task_struct *other = xa_load(&cursor->told,
						  place_of(cursor->files));

	return other && READ_ONCE(other->files) == cursor->files;
}

/*
 * A task writes other flags of its own at any time, this one only where a kernel
 * thread begins a program: until then it has nothing to tell.
 */
static bool wants_process(const struct ps_task_cursor *cursor,
			  struct task_struct *leader)
{
	if (READ_ONCE(leader->flags) & PF_KTHREAD)
		return false;
	if (!ps_filter_has(cursor->filter, PS_KEY_PID))
		return true;
	return ps_filter_wants_pid(cursor->filter,
				   task_tgid_nr_ns(leader, cursor->pid_ns));
}

/* The next task: false if there is none; it may be one that tells nothing. */
static bool take_task(struct ps_task_cursor *cursor)
{
	struct task_struct *leader, *task = NULL;
	struct pid *pid;

	rcu_read_lock();
	pid = ps_find_ge_pid(cursor->process, &init_pid_ns);
	if (pid) {
		if (pid_nr(pid) != cursor->process)
			begin_process(cursor, pid_nr(pid));
		leader = pid_task(pid, PIDTYPE_TGID);
		if (leader && wants_process(cursor, leader))
			task = find_table(cursor, leader);
		if (!task)
			begin_process(cursor, cursor->process + 1);
		else if (is_told(cursor))
			go_on(cursor);
		else
			cursor->task = get_task_struct(task);
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

/* A table whose thread has ended meanwhile may not have been told to its end. */
static void leave_task(struct ps_task_cursor *cursor)
{
	if (cursor->is_process && !READ_ONCE(cursor->task->files))
		cursor->of_process = NULL;
	else
		go_on(cursor);
	put_task_struct(cursor->task);
	cursor->task = NULL;
}

/**
 * ps_task_next() - the next task that has a table to tell
 * @cursor: from ps_task_begin()
 *
 * Processes are in the order of their numbers in the initial PID namespace.
 *
 * Context: process, may sleep.
 * Return: true with a task, false when there are no more.
 */
bool ps_task_next(struct ps_task_cursor *cursor)
{
	if (cursor->task)
		leave_task(cursor);
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

/*
 * Whether another thread, or of the process' table another process, may have it.
 * Counted before and after: a thread that comes or goes hides no process.
 */
static bool may_be_shared(struct ps_task_cursor *cursor)
{
	int users, threads = 1;

	rcu_read_lock();
	users = count_users(cursor);
	if (users > 1 && cursor->is_process) {
		threads = count_threads(cursor->task, cursor->files);
		users = max(users, count_users(cursor));
	}
	rcu_read_unlock();
	return users > threads;
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

	if (cursor->task)
		put_task_struct(cursor->task);
	xa_for_each(&cursor->told, place, task)
		put_task_struct(task);
	xa_destroy(&cursor->told);
}
