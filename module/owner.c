// SPDX-License-Identifier: GPL-2.0
/*
 * The descriptor walk.  Every task is visited by its number, like the files of
 * /proc (fs/proc/base.c) and BPF's task iterator (kernel/bpf/task_iter.c); of
 * the tasks that share a table one is.  A table is read in sections, under
 * task_lock() - the table cannot be freed - and its file_lock: a file that
 * stands in it cannot be released, so its socket and sock are there.
 */
#include <linux/fdtable.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <net/sock.h>

#include "access.h"
#include "family.h"
#include "gfp.h"
#include "owner.h"

/* Under the locks at once: descriptors, and places of the table. */
#define SECTION_FILES	256U
#define SECTION_PLACES	16384U
/* Descriptors that are tried to learn whether a process may be told. */
#define QUESTIONS	4U

/* A socket that a descriptor of this section refers to. */
struct hold {
	u32 record;	/* index in the store, or PS_NO_RECORD: */
	u32 added;	/* index in the batch */
	u32 fd;
};

enum verdict {
	VERDICT_UNKNOWN,
	VERDICT_ALLOWED,
	VERDICT_DENIED,
};

/**
 * struct walk - state of the walk
 * @store: where owners go
 * @batch: new sockets of the section
 * @viewer: whose view it is
 * @second: the second look, at the doubtful sockets only
 * @task: whose table is read; a reference is held
 * @is_process: the table counts as the process', not as a thread's own
 * @verdict: whether the viewer may know the task's descriptors
 * @exec_id: of the program that @verdict and the section are about
 * @comm: name of the task
 * @index: of the task in the store, NO_TASK until it owns a socket
 * @count: of @holds
 * @holds: sockets of the section
 */
struct walk {
	struct ps_store *store;
	struct ps_batch *batch;
	const struct ps_viewer *viewer;
	bool second;
	struct task_struct *task;
	bool is_process;
	enum verdict verdict;
	u64 exec_id;
	char comm[PS_COMM_SIZE];
	u32 index;
	u32 count;
	struct hold holds[SECTION_FILES];
};

#define NO_TASK		U32_MAX

/*
 * A socket that had no file when its table was walked was accepted since: its
 * row is told anew.
 */
static bool is_outdated(const struct ps_record *r)
{
	return !(r->evidence & PS_EV_FILE);
}

/* A known socket costs a look into the hash; others are told in full. */
static void note_sock(struct walk *walk, struct sock *sk, u32 fd)
{
	struct hold *hold = &walk->holds[walk->count];
	const struct ps_record *known = NULL;
	struct ps_record *r;

	hold->fd = fd;
	hold->record = ps_store_find(walk->store, ps_cookie(sk), true);
	if (hold->record != PS_NO_RECORD)
		known = ps_store_record(walk->store, hold->record);
	if (walk->second && !(known && known->evidence & PS_EV_DOUBT))
		return;
	if (known && !is_outdated(known)) {
		walk->count++;
		return;
	}
	hold->record = PS_NO_RECORD;
	hold->added = walk->batch->count;
	r = ps_batch_add(walk->batch);
	if (!r)
		return;
	ps_families_fill(walk->batch, sk, r);
	walk->count++;
}

static void note_file(struct walk *walk, struct file *file, u32 fd)
{
	struct socket *socket = sock_from_file(file);
	struct sock *sk = socket ? READ_ONCE(socket->sk) : NULL;

	if (sk && net_eq(sock_net(sk), walk->batch->net))
		note_sock(walk, sk, fd);
}

/* Returns the place to go on from, 0 at the end of the table. */
static u32 read_section(struct walk *walk, struct files_struct *files, u32 fd)
{
	u32 seen = 0, end = fd + SECTION_PLACES, max;
	struct fdtable *fdt;
	struct file *file;

	spin_lock(&files->file_lock);
	fdt = files_fdtable(files);
	max = fdt->max_fds;
	end = min(end, max);
	for (; seen < SECTION_FILES; fd++) {
		fd = find_next_bit(fdt->open_fds, end, fd);
		if (fd >= end)
			break;
		seen++;
		/* Reserved places have no file yet. */
		file = rcu_dereference_check_fdtable(files, fdt->fd[fd]);
		if (file)
			note_file(walk, file, fd);
	}
	spin_unlock(&files->file_lock);
	return fd < max ? fd : 0;
}

static int name_task(struct walk *walk)
{
	u32 pid = task_tgid_nr_ns(walk->task, walk->viewer->pid_ns);
	u32 tid = walk->is_process ? pid :
		task_pid_nr_ns(walk->task, walk->viewer->pid_ns);

	return ps_store_task(walk->store, pid, tid, walk->comm, &walk->index);
}

static const struct ps_record *held_record(const struct walk *walk,
					   const struct hold *hold)
{
	if (hold->record != PS_NO_RECORD)
		return ps_store_record(walk->store, hold->record);
	return &walk->batch->records[hold->added];
}

/*
 * Asked once for each program that a task runs; of a descriptor that was closed
 * meanwhile nothing can be learnt, so the next one is tried.  A program that
 * was begun during the question may not be known.
 */
static void ask_verdict(struct walk *walk)
{
	const struct ps_viewer *viewer = walk->viewer;
	const struct hold *hold;
	bool allowed = false;
	u32 i;

	for (i = 0; i < min(walk->count, QUESTIONS) && !allowed; i++) {
		hold = &walk->holds[i];
		allowed = ps_access_allowed(viewer->file, viewer->opener,
					    walk->task, hold->fd,
					    held_record(walk, hold)->inode);
	}
	if (READ_ONCE(walk->task->self_exec_id) != walk->exec_id)
		allowed = false;
	walk->verdict = allowed ? VERDICT_ALLOWED : VERDICT_DENIED;
}

/* What a hidden process alone tells of, and has no port, is left out. */
static bool may_be_told(const struct walk *walk, const struct hold *hold)
{
	const struct ps_record *r = held_record(walk, hold);

	return walk->verdict == VERDICT_ALLOWED || r->has & PS_HAS_PORT ||
		ps_store_find(walk->store, r->cookie, false) != PS_NO_RECORD;
}

static int settle_hold(struct walk *walk, struct hold *hold)
{
	int err = 0;

	if (!may_be_told(walk, hold))
		return 0;
	if (hold->record == PS_NO_RECORD)
		err = ps_store_add(walk->store,
				   &walk->batch->records[hold->added],
				   &hold->record);
	if (err)
		return err;
	if (walk->verdict == VERDICT_ALLOWED)
		return ps_store_own(walk->store, hold->record, walk->index,
				    hold->fd);
	ps_store_record(walk->store, hold->record)->evidence |= PS_EV_HIDDEN;
	return 0;
}

/* Locks dropped: the section's new sockets and its owners into the store. */
static int settle_section(struct walk *walk)
{
	u32 i;
	int err = 0;

	if (ps_batch_is_short(walk->batch))
		return ps_batch_done(walk->batch);
	if (walk->count && walk->verdict == VERDICT_UNKNOWN)
		ask_verdict(walk);
	if (walk->verdict == VERDICT_ALLOWED && walk->index == NO_TASK)
		err = name_task(walk);
	for (i = 0; i < walk->count && !err; i++)
		err = settle_hold(walk, &walk->holds[i]);
	ps_batch_reset(walk->batch);
	return err;
}

static u32 gather_section(struct walk *walk, u32 fd)
{
	struct task_struct *task = walk->task;
	u32 next = 0;

	walk->count = 0;
	task_lock(task);
	if (walk->exec_id != task->self_exec_id)
		walk->verdict = VERDICT_UNKNOWN;
	walk->exec_id = task->self_exec_id;
	if (task->files)
		next = read_section(walk, task->files, fd);
	task_unlock(task);
	return next;
}

/* The name of the process, even if its leader is gone. */
static void note_comm(struct walk *walk)
{
	const struct task_struct *task = walk->task;

	rcu_read_lock();
	if (walk->is_process)
		task = task->group_leader;
	/* Always terminated; a new name that is being written may be torn. */
	data_race(memcpy(walk->comm, task->comm, sizeof(walk->comm)));
	rcu_read_unlock();
}

static int walk_table(struct walk *walk)
{
	u32 fd = 0, next;
	int err;

	walk->index = NO_TASK;
	walk->verdict = VERDICT_UNKNOWN;
	note_comm(walk);
	do {
		next = gather_section(walk, fd);
		err = settle_section(walk);
		if (err != -EAGAIN)
			fd = next;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	} while (err == -EAGAIN || (!err && fd));
	return err;
}

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

/* The task of that number, or the next one: false if there is none. */
static bool take_task(struct walk *walk, u32 *nr)
{
	enum table table = TABLE_SHARED;
	struct task_struct *task;
	struct pid *pid;

	walk->task = NULL;
	rcu_read_lock();
	pid = find_ge_pid(*nr, &init_pid_ns);
	if (pid) {
		*nr = pid_nr(pid) + 1;
		task = pid_task(pid, PIDTYPE_PID);
		if (task)
			table = classify_table(task);
		if (table != TABLE_SHARED)
			walk->task = get_task_struct(task);
		walk->is_process = table == TABLE_PROCESS;
	}
	rcu_read_unlock();
	return pid;
}

static int walk_tasks(struct walk *walk)
{
	u32 nr = 1;
	int err = 0;

	while (!err && take_task(walk, &nr)) {
		if (!walk->task) {
			cond_resched();
			continue;
		}
		err = walk_table(walk);
		put_task_struct(walk->task);
	}
	return err;
}

/**
 * ps_owners_walk() - find the owners of all sockets of a network namespace
 * @store: what the tables told; owners, and the sockets that no table has, are
 *	added
 * @batch: empty; says which network namespace is looked at
 * @viewer: whose view it is; decides which owners are told, and how
 * @second: the second look, at the sockets that are in doubt only
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -EFBIG, -EINTR on a fatal signal.
 */
int ps_owners_walk(struct ps_store *store, struct ps_batch *batch,
		   const struct ps_viewer *viewer, bool second)
{
	struct walk *walk = kvzalloc(sizeof(*walk), PS_GFP);
	int err;

	if (!walk)
		return -ENOMEM;
	walk->store = store;
	walk->batch = batch;
	walk->viewer = viewer;
	walk->second = second;
	err = walk_tasks(walk);
	kvfree(walk);
	return err;
}
