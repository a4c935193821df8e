// SPDX-License-Identifier: GPL-2.0
/*
 * Iterator over tasks, one for each file table.
 *
 * Processes are visited in the order of their numbers, as in /proc
 * (fs/proc/base.c) and in BPF's task iterator (kernel/bpf/task_iter.c): the
 * iterator sleeps between two tasks, so it resumes by number.  Of each process
 * it returns a task with the file table of the process, then each thread with a
 * private file table (unshare(CLONE_FILES)).
 *
 * Lists of threads are only walked under RCU, from a task that was found in the
 * same RCU section.  task->files is compared without a lock, and followed only
 * under task_lock(), which exit and unshare() take to change it.
 */
#include <linux/fdtable.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "compat/pid.h"
#include "filter.h"
#include "gfp.h"
#include "task_iter.h"

/* How many tables may be returned as that of one process. */
#define PROCESS_TRIES	8
/* How often the list of threads is restarted if the last thread has exited. */
#define THREAD_RESTARTS	8
/* Threads that are checked between two reschedule points. */
#define THREADS_AT_ONCE	1024

/* Replace the task in @slot and its reference. */
static void replace_task(struct task_struct **slot, struct task_struct *task)
{
	if (*slot == task)
		return;
	if (task)
		get_task_struct(task);
	if (*slot)
		put_task_struct(*slot);
	*slot = task;
}

static void begin_process(struct ps_task_iter *iter, u32 tgid)
{
	iter->tgid = tgid;
	iter->tries = 0;
	iter->process_files = NULL;
	replace_task(&iter->first, NULL);
	replace_task(&iter->thread, NULL);
	iter->highest = 0;
	iter->restarts = 0;
}

static u32 thread_count(struct task_struct *leader)
{
	/* Written under siglock; a value of any moment will do. */
	return data_race(leader->signal->nr_threads);
}

/*
 * Return the task with the file table of a process, and set @iter->files: the
 * leader, or the first live thread if the leader has exited.  Called under RCU.
 * The result is cached in @iter->first: thousands of traced zombies may precede
 * it in the list.
 */
static struct task_struct *first_with_files(struct ps_task_iter *iter,
					    struct task_struct *leader)
{
	struct task_struct *t = iter->first;

	iter->is_single = thread_count(leader) <= 1;
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
			replace_task(&iter->first, t);
		return t;
	}
	return NULL;
}

/* Return the thread after @t, the first for NULL; NULL at the end. */
static struct task_struct *thread_after(struct task_struct *leader,
					struct task_struct *t)
{
	struct list_head *head = &leader->signal->thread_head;
	struct list_head *next = t ? &t->thread_node : head;

	next = rcu_dereference(list_next_rcu(next));
	return next == head ? NULL :
		list_entry(next, struct task_struct, thread_node);
}

/*
 * Return the thread with the lowest number above @nr.  This walks the whole
 * list for each thread, so it is used only if the last threads keep exiting.
 */
static struct task_struct *thread_above(struct task_struct *leader, u32 nr)
{
	struct task_struct *t, *found = NULL;

	for_each_thread(leader, t)
		if (task_pid_nr(t) > nr &&
		    (!found || task_pid_nr(t) < task_pid_nr(found)))
			found = t;
	return found;
}

/*
 * Return the next thread with a private file table.  Return NULL after
 * THREADS_AT_ONCE threads, and at the last thread, where the next process
 * begins.  If two threads share a private table, files_walked() skips the
 * second.
 *
 * New threads are appended to the list, so a (re)start from the head limits the
 * number of threads to those that exist now.  Otherwise a process that creates
 * threads all the time would never end.
 */
static struct task_struct *next_private_files(struct ps_task_iter *iter,
					      struct task_struct *leader)
{
	struct task_struct *t = iter->thread, *last = NULL;
	u32 n;

	if (t && pid_alive(t) && same_thread_group(t, leader)) {
		/*
		 * __unhash_process() detaches the number before it removes the
		 * thread: a thread with a number is in the list.
		 */
		t = thread_after(leader, t);
	} else if (t && iter->restarts++ >= THREAD_RESTARTS) {
		t = thread_above(leader, iter->highest);
	} else {
		iter->left = thread_count(leader);
		t = thread_after(leader, NULL);
	}
	for (n = 0; t && iter->left && n < THREADS_AT_ONCE; n++) {
		last = t;
		iter->left--;
		iter->highest = max_t(u32, iter->highest, task_pid_nr(t));
		iter->files = READ_ONCE(t->files);
		if (iter->files && iter->files != iter->process_files)
			break;
		t = thread_after(leader, t);
	}
	if (last)
		replace_task(&iter->thread, last);
	if (last && t == last)	/* a private file table ended the loop */
		return t;
	if (!t || !iter->left)
		begin_process(iter, iter->tgid + 1);
	return NULL;
}

/*
 * Return the task with the next file table of a process: first that of the
 * process, then those of its threads.  Called under RCU, in the section that
 * looked up the leader by its number.
 *
 * The first thread may exit during the walk of its table.  The table of the
 * process is then that of the next thread, or of the thread that called exec()
 * and took the leader's number.  In both cases the process begins again, and
 * ps_rows_make() removes the duplicate owners.
 */
static struct task_struct *next_files(struct ps_task_iter *iter,
				      struct task_struct *leader)
{
	struct task_struct *task = first_with_files(iter, leader);

	iter->is_process = task && iter->files != iter->process_files &&
		iter->tries++ < PROCESS_TRIES;
	if (iter->is_process) {
		iter->process_files = iter->files;
		return task;
	}
	if (task && !iter->is_single)
		return next_private_files(iter, leader);
	begin_process(iter, iter->tgid + 1);
	return NULL;
}

/*
 * Return the index of a file table in @walked.  If two tables have the same
 * index, the later one replaces the earlier one, which may be walked twice
 * then.
 */
static unsigned long files_key(const struct files_struct *files)
{
	return (unsigned long)files / L1_CACHE_BYTES;
}

/*
 * Return true if the file table of the iterator was walked for another task.  A
 * table lives as long as a task uses it.  While the recorded task still uses
 * this address, it is the same table, and not a new one in reused memory.
 */
static bool files_walked(struct ps_task_iter *iter)
{
	const struct task_struct *other = xa_load(&iter->walked,
						  files_key(iter->files));

	return other && READ_ONCE(other->files) == iter->files;
}

/*
 * Move on to the next file table.  @iter->task remains NULL if the table was
 * walked before, or if the process has no further one.  Return false
 * after the last process.
 */
static bool iter_advance(struct ps_task_iter *iter)
{
	struct task_struct *leader, *task = NULL;
	struct pid *pid;

	rcu_read_lock();
	pid = ps_find_ge_pid(iter->tgid, &init_pid_ns);
	if (!pid)
		goto unlock;
	if (pid_nr(pid) != iter->tgid)
		begin_process(iter, pid_nr(pid));
	leader = pid_task(pid, PIDTYPE_TGID);
	/*
	 * The task may change its other flags at any time.  PF_KTHREAD changes
	 * only if a kernel thread calls exec(); until then it owns no fds.
	 */
	if (leader && !(READ_ONCE(leader->flags) & PF_KTHREAD) &&
	    (!ps_filter_has(iter->filter, PS_KEY_PID) ||
	     ps_filter_wants_pid(iter->filter,
				 task_tgid_nr_ns(leader, iter->pid_ns))))
		task = next_files(iter, leader);
	else
		begin_process(iter, iter->tgid + 1);
	if (task && !files_walked(iter))
		iter->task = get_task_struct(task);
unlock:
	rcu_read_unlock();
	return pid;
}

/**
 * ps_task_iter_begin() - Begin an iteration
 * @iter: zeroed, except for @pid_ns and @filter
 *
 * ps_task_iter_end() has to be called in any case.
 */
void ps_task_iter_begin(struct ps_task_iter *iter)
{
	xa_init_flags(&iter->walked, XA_FLAGS_ACCOUNT);
}

/**
 * ps_task_iter_next() - Look up the next task with a file table
 * @iter: from ps_task_iter_begin()
 *
 * Processes are returned in the order of their numbers in the initial PID
 * namespace.
 *
 * Context: process, may sleep.
 * Return: true if @iter->task is the next task, which the iterator keeps until
 * the next call; false at the end.
 */
bool ps_task_iter_next(struct ps_task_iter *iter)
{
	if (iter->task) {
		/* The task has exited: its table may have been read in part. */
		if (iter->is_process && !READ_ONCE(iter->task->files))
			iter->process_files = NULL;
		else if (iter->is_process && iter->is_single)
			begin_process(iter, iter->tgid + 1);
		put_task_struct(iter->task);
		iter->task = NULL;
	}
	while (iter_advance(iter)) {
		if (iter->task)
			return true;
		cond_resched();
	}
	return false;
}

/* Under task_lock() the file table belongs to the task and cannot be freed. */
static int files_users(struct ps_task_iter *iter)
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
 * Return true if another process may share the file table of the process, or
 * another thread the private table of a thread.  The users are counted before
 * and after the threads.  A thread that is created or exits in between may
 * cause a needless record, but a shared table is always recorded.
 */
static bool files_shared(struct ps_task_iter *iter)
{
	struct task_struct *t;
	int users, threads = 1;

	rcu_read_lock();
	users = files_users(iter);
	if (users > 1 && iter->is_process) {
		threads = 0;
		/* A task with a table, seen under RCU, has a leader. */
		for_each_thread(iter->task->group_leader, t)
			if (READ_ONCE(t->files) == iter->files)
				threads++;
		users = max(users, files_users(iter));
	}
	rcu_read_unlock();
	return users > threads;
}

/**
 * ps_task_iter_mark_walked() - Skip other tasks with this file table
 * @iter: with a current task
 *
 * Processes that share a file table (CLONE_FILES) are one owner: the first of
 * them that the opener may see.
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int ps_task_iter_mark_walked(struct ps_task_iter *iter)
{
	struct task_struct *old;

	if (!files_shared(iter))
		return 0;
	get_task_struct(iter->task);
	old = xa_store(&iter->walked, files_key(iter->files), iter->task,
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
 * ps_task_iter_end() - End an iteration
 * @iter: from ps_task_iter_begin()
 *
 * Drops all references on tasks.
 *
 * Context: process, may sleep.
 */
void ps_task_iter_end(struct ps_task_iter *iter)
{
	struct task_struct *task;
	unsigned long key;

	replace_task(&iter->first, NULL);
	replace_task(&iter->thread, NULL);
	if (iter->task)
		put_task_struct(iter->task);
	xa_for_each(&iter->walked, key, task)
		put_task_struct(task);
	xa_destroy(&iter->walked);
}
