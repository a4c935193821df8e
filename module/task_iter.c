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

static void begin_process(struct ps_task_iter *iter, u32 nr)
{
	iter->process = nr;
	iter->tries = 0;
	iter->process_files = NULL;
	set_task(&iter->first, NULL);
	set_task(&iter->thread, NULL);
	iter->highest = 0;
	iter->restarts = 0;
}

/*
 * The task that has the table of a process: its leader, or where that is gone the
 * first live thread.  Under RCU, which keeps the list of threads.  There may be
 * thousands of traced zombies in front of it, so it is remembered.
 */
static struct task_struct *find_first(struct ps_task_iter *iter,
				      struct task_struct *leader)
{
	struct task_struct *t = iter->first;

	iter->is_single = count_all_threads(leader) <= 1;
	if (t && same_thread_group(t, leader)) {
		iter->files = READ_ONCE(t->files);
		if (iter->files)
			return t;
	}
	for_each_thread(leader, t) {
		iter->files = READ_ONCE(t->files);
		if (!iter->files)
			continue;
		if (!iter->is_single)
			set_task(&iter->first, t);
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
 * all threads for each: only where threads keep ending under the iter.
 */
static struct task_struct *find_by_number(struct ps_task_iter *iter,
					  struct task_struct *leader)
{
	struct task_struct *t, *found = NULL;

	for_each_thread(leader, t)
		if (task_pid_nr(t) > iter->highest &&
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
static struct task_struct *resume_thread(struct ps_task_iter *iter,
					 struct task_struct *leader)
{
	struct task_struct *t = iter->thread;

	if (t && pid_alive(t) && same_thread_group(t, leader))
		return next_thread_of(leader, t);
	if (t && iter->restarts++ >= THREAD_RESTARTS)
		return find_by_number(iter, leader);
	iter->left = count_all_threads(leader);
	return next_thread_of(leader, NULL);
}

/*
 * The next thread that has another table than the process.  Two threads with the
 * same one are known by is_told().  Return NULL if there is none, and begin the
 * next process, or after THREADS_AT_ONCE threads.
 */
static struct task_struct *find_private(struct ps_task_iter *iter,
					struct task_struct *leader)
{
	struct task_struct *t = resume_thread(iter, leader), *last = NULL;
	u32 n;

	for (n = 0; t && iter->left && n < THREADS_AT_ONCE; n++) {
		last = t;
		iter->left--;
		iter->highest = max_t(u32, iter->highest, task_pid_nr(t));
		iter->files = READ_ONCE(t->files);
		if (iter->files && iter->files != iter->process_files)
			break;
		t = next_thread_of(leader, t);
	}
	if (last)
		set_task(&iter->thread, last);
	if (last && t == last)	/* it has a table of its own */
		return t;
	if (!t || !iter->left)
		begin_process(iter, iter->process + 1);
	return NULL;
}

/*
 * The task that has the next table of a process: that of the process, then the
 * private ones of threads.  The first thread may end meanwhile and leave the
 * table to the next one, or to one that calls exec(); then the process begins
 * anew, and ps_rows_make() drops the owners that are found twice.  Called under
 * RCU, in which the leader was found by its number.
 */
static struct task_struct *find_table(struct ps_task_iter *iter,
				      struct task_struct *leader)
{
	struct task_struct *task = find_first(iter, leader);

	iter->is_process = task && iter->files != iter->process_files &&
		iter->tries++ < PROCESS_TRIES;
	if (iter->is_process) {
		iter->process_files = iter->files;
		return task;
	}
	if (task && !iter->is_single)
		return find_private(iter, leader);
	begin_process(iter, iter->process + 1);
	return NULL;
}

/* Where a table is in @walked: two that share a place only take it from each other. */
static unsigned long place_of(const struct files_struct *files)
{
	return (unsigned long)files / L1_CACHE_BYTES;
}

/*
 * Whether another process has told this table.  It has it still: then this is
 * no other one at the same address, for a table lives as long as its tasks.
 */
static bool is_told(struct ps_task_iter *iter)
{
	const struct task_struct *other = xa_load(&iter->walked,
						  place_of(iter->files));

	return other && READ_ONCE(other->files) == iter->files;
}

/*
 * A task writes other flags of its own at any time, this one only where a kernel
 * thread begins a program: until then it has nothing to tell.
 */
static bool wants_process(const struct ps_task_iter *iter,
			  struct task_struct *leader)
{
	if (READ_ONCE(leader->flags) & PF_KTHREAD)
		return false;
	if (!ps_filter_has(iter->filter, PS_KEY_PID))
		return true;
	return ps_filter_wants_pid(iter->filter,
				   task_tgid_nr_ns(leader, iter->pid_ns));
}

/* Take the next task, if one was found: false at the end of all processes. */
static bool take_task(struct ps_task_iter *iter)
{
	struct task_struct *leader, *task = NULL;
	struct pid *pid;

	rcu_read_lock();
	pid = ps_find_ge_pid(iter->process, &init_pid_ns);
	if (pid) {
		if (pid_nr(pid) != iter->process)
			begin_process(iter, pid_nr(pid));
		leader = pid_task(pid, PIDTYPE_TGID);
		if (leader && wants_process(iter, leader))
			task = find_table(iter, leader);
		else
			begin_process(iter, iter->process + 1);
		if (task && !is_told(iter))
			iter->task = get_task_struct(task);
	}
	rcu_read_unlock();
	return pid;
}

/**
 * ps_task_iter_begin() - begin a walk
 * @iter: zeroed but for @pid_ns and @filter; ps_task_iter_end() is due
 *
 * Context: any.
 */
void ps_task_iter_begin(struct ps_task_iter *iter)
{
	xa_init_flags(&iter->walked, XA_FLAGS_ACCOUNT);
}

/* A table whose thread has ended meanwhile may not have been read to its end. */
static void leave_task(struct ps_task_iter *iter)
{
	if (iter->is_process && !READ_ONCE(iter->task->files))
		iter->process_files = NULL;
	else if (iter->is_process && iter->is_single)
		begin_process(iter, iter->process + 1);
	put_task_struct(iter->task);
	iter->task = NULL;
}

/**
 * ps_task_iter_next() - the next task that has a table to tell
 * @iter: from ps_task_iter_begin()
 *
 * Processes are in the order of their numbers in the initial PID namespace.
 *
 * Context: process, may sleep.
 * Return: true with a task, false when there are no more.
 */
bool ps_task_iter_next(struct ps_task_iter *iter)
{
	if (iter->task)
		leave_task(iter);
	while (take_task(iter)) {
		if (iter->task)
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
static int count_users(struct ps_task_iter *iter)
{
	struct task_struct *task = iter->task;
	int users = 0;

	task_lock(task);
	if (task->files == iter->files)
		users = atomic_read(&task->files->count);
	task_unlock(task);
	return users;
}

/*
 * Whether another thread, or of the process' table another process, may have it.
 * Counted before and after: a thread that comes or goes hides no process.
 */
static bool may_be_shared(struct ps_task_iter *iter)
{
	int users, threads = 1;

	rcu_read_lock();
	users = count_users(iter);
	if (users > 1 && iter->is_process) {
		threads = count_threads(iter->task, iter->files);
		users = max(users, count_users(iter));
	}
	rcu_read_unlock();
	return users > threads;
}

/**
 * ps_task_iter_mark_walked() - the task's table was told, and need not be by others
 * @iter: the walk
 *
 * Processes that share a table (CLONE_FILES) are one owner: the first of them
 * of which the opener may know.
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int ps_task_iter_mark_walked(struct ps_task_iter *iter)
{
	struct task_struct *old;

	if (!may_be_shared(iter))
		return 0;
	get_task_struct(iter->task);
	old = xa_store(&iter->walked, place_of(iter->files), iter->task,
		       PS_GFP);
	if (xa_is_err(old)) {
		put_task_struct(iter->task);
		return xa_err(old);
	}
	if (old)
		put_task_struct(old);
	return 0;
}

/**
 * ps_task_iter_end() - end a walk
 * @iter: from ps_task_iter_begin()
 *
 * Context: process, may sleep.
 */
void ps_task_iter_end(struct ps_task_iter *iter)
{
	struct task_struct *task;
	unsigned long place;

	set_task(&iter->first, NULL);
	set_task(&iter->thread, NULL);
	if (iter->task)
		put_task_struct(iter->task);
	xa_for_each(&iter->walked, place, task)
		put_task_struct(task);
	xa_destroy(&iter->walked);
}
