// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks by their number, like the files of /proc (fs/proc/base.c) and BPF's task
 * iterator (kernel/bpf/task_iter.c); of the tasks that share a table one tells.
 */
#include <linux/fdtable.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "compat/pid.h"
#include "filter.h"
#include "gfp.h"
#include "task_iter.h"

/* How often the table of a process is read if there is another one each time. */
#define PROCESS_TRIES	8
/* How often the threads are gone through anew if one that was looked at ends. */
#define THREAD_RESTARTS	8
/* Threads that are looked at between two reschedule points. */
#define THREADS_AT_ONCE	1024

/* Let @place refer to @task, with a reference, instead of what it referred to. */
static void set_task(struct task_struct **place, struct task_struct *task)
{
	if (*place == task)
		return;
	if (task)
		get_task_struct(task);
	if (*place)
		put_task_struct(*place);
	*place = task;
}

static u32 count_all_threads(struct task_struct *leader)
{
	/* Written under siglock; the number of some moment will do. */
	return data_race(leader->signal->nr_threads);
}

static void begin_process(struct ps_task_cursor *cursor, u32 nr)
{
	cursor->process = nr;
	cursor->tries = 0;
	cursor->of_process = NULL;
	set_task(&cursor->first, NULL);
	set_task(&cursor->thread, NULL);
	cursor->highest = 0;
	cursor->restarts = 0;
}

/*
 * The task that has the table of a process: its leader, or where that is gone the
 * first live thread.  Under RCU, which keeps the list of threads.  There may be
 * thousands of traced zombies in front of it, so it is remembered.
 */
static struct task_struct *find_first(struct ps_task_cursor *cursor,
				      struct task_struct *leader)
{
	struct task_struct *t = cursor->first;

	cursor->is_single = count_all_threads(leader) <= 1;
	if (t && same_thread_group(t, leader)) {
		cursor->files = READ_ONCE(t->files);
		if (cursor->files)
			return t;
	}
	for_each_thread(leader, t) {
		cursor->files = READ_ONCE(t->files);
		if (!cursor->files)
			continue;
		if (!cursor->is_single)
			set_task(&cursor->first, t);
		return t;
	}
	return NULL;
}

/* The thread behind @t in the list, the first for NULL; NULL at the end. */
static struct task_struct *next_thread_of(struct task_struct *leader,
					  struct task_struct *t)
{
	struct list_head *head = &leader->signal->thread_head;
	struct list_head *next = rcu_dereference(list_next_rcu(t ?
						&t->thread_node : head));

	return next == head ? NULL :
		list_entry(next, struct task_struct, thread_node);
}

/*
 * The thread of the lowest number above those that were looked at.  A walk over
 * all threads for each: only where threads keep ending under the cursor.
 */
static struct task_struct *find_by_number(struct ps_task_cursor *cursor,
					  struct task_struct *leader)
{
	struct task_struct *t, *found = NULL;

	for_each_thread(leader, t)
		if (task_pid_nr(t) > cursor->highest &&
		    (!found || task_pid_nr(t) < task_pid_nr(found)))
			found = t;
	return found;
}

/*
 * The thread to look at next.  A thread that has its number is in the list
 * (__unhash_process() takes the number first), and so its successor is.
 *
 * New threads are appended to the list, so the threads that there are at the
 * beginning come first: no more than these are looked at, or a process that
 * creates threads all the time would never be left.
 */
static struct task_struct *resume_thread(struct ps_task_cursor *cursor,
					 struct task_struct *leader)
{
	struct task_struct *t = cursor->thread;

	if (t && pid_alive(t) && same_thread_group(t, leader))
		return next_thread_of(leader, t);
	if (t && cursor->restarts++ >= THREAD_RESTARTS)
		return find_by_number(cursor, leader);
	cursor->left = count_all_threads(leader);
	return next_thread_of(leader, NULL);
}

/*
 * The next thread that has another table than the process.  Two threads with the
 * same one are known by is_told().  Return NULL if there is none, and begin the
 * next process, or after THREADS_AT_ONCE threads.
 */
static struct task_struct *find_private(struct ps_task_cursor *cursor,
					struct task_struct *leader)
{
	struct task_struct *t = resume_thread(cursor, leader), *last = NULL;
	u32 n;

	for (n = 0; t && cursor->left && n < THREADS_AT_ONCE; n++) {
		last = t;
		cursor->left--;
		cursor->highest = max_t(u32, cursor->highest, task_pid_nr(t));
		cursor->files = READ_ONCE(t->files);
		if (cursor->files && cursor->files != cursor->of_process)
			break;
		t = next_thread_of(leader, t);
	}
	if (last)
		set_task(&cursor->thread, last);
	if (last && t == last)	/* it has a table of its own */
		return t;
	if (!t || !cursor->left)
		begin_process(cursor, cursor->process + 1);
	return NULL;
}

/*
 * The task that has the next table of a process: that of the process, then the
 * private ones of threads.  The first thread may end meanwhile and leave the
 * table to the next one, or to one that calls exec(); then the process begins
 * anew, and ps_rows_make() drops the owners that are found twice.  Called under
 * RCU, in which the leader was found by its number.
 */
static struct task_struct *find_table(struct ps_task_cursor *cursor,
				      struct task_struct *leader)
{
	struct task_struct *task = find_first(cursor, leader);

	cursor->is_process = task && cursor->files != cursor->of_process &&
		cursor->tries++ < PROCESS_TRIES;
	if (cursor->is_process) {
		cursor->of_process = cursor->files;
		return task;
	}
	if (task && !cursor->is_single)
		return find_private(cursor, leader);
	begin_process(cursor, cursor->process + 1);
	return NULL;
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

/* Take the next task, if one was found: false at the end of all processes. */
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
		else
			begin_process(cursor, cursor->process + 1);
		if (task && !is_told(cursor))
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

/* A table whose thread has ended meanwhile may not have been read to its end. */
static void leave_task(struct ps_task_cursor *cursor)
{
	if (cursor->is_process && !READ_ONCE(cursor->task->files))
		cursor->of_process = NULL;
	else if (cursor->is_process && cursor->is_single)
		begin_process(cursor, cursor->process + 1);
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

	set_task(&cursor->first, NULL);
	set_task(&cursor->thread, NULL);
	if (cursor->task)
		put_task_struct(cursor->task);
	xa_for_each(&cursor->told, place, task)
		put_task_struct(task);
	xa_destroy(&cursor->told);
}
