// SPDX-License-Identifier: GPL-2.0
/*
 * The descriptor walk.  A table is read in sections, under task_lock() - the
 * table cannot be freed - and its file_lock: a file that stands in it cannot be
 * released, so its socket and sock are there.
 */
#include <linux/fdtable.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <net/sock.h>

#include "access.h"
#include "compat/net.h"
#include "proto.h"
#include "gfp.h"
#include "fd_walk.h"
#include "task_iter.h"

/* Under the locks at once: descriptors, and places of the table. */
#define SECTION_FILES	256U
#define SECTION_PLACES	16384U
/* How often one that begins program after program is read again. */
#define EXEC_TRIES	8

/* A socket that a descriptor of this section refers to. */
struct fd_ref {
	struct ps_record *record;	/* in the store, or NULL: */
	u32 added;			/* index in the batch */
	u32 fd;
};

enum verdict {
	VERDICT_UNKNOWN,
	VERDICT_ALLOWED,
	VERDICT_DENIED,
};

/**
 * struct fd_walk - state of the walk
 * @store: where owners go
 * @batch: new sockets of the section
 * @opener: whose view it is
 * @second: the second look, at the doubtful sockets only
 * @task: whose table is read; a reference is held
 * @is_process: the table counts as the process', not as a thread's own
 * @verdict: whether the opener may know the task's descriptors
 * @exec_id: of the program that @verdict and the section are about
 * @comm: name of the task
 * @index: of the task in the store, NO_TASK until it owns a socket
 * @tries: sections that were read again, since the task began another program
 * @count: of @refs
 * @first: of @refs that was not closed meanwhile
 * @socket_ops: what the files of sockets have in common, once one was seen
 * @refs: sockets of the section
 */
struct fd_walk {
	struct ps_store *store;
	struct ps_batch *batch;
	const struct ps_opener *opener;
	bool second;
	struct task_struct *task;
	bool is_process;
	enum verdict verdict;
	u64 exec_id;
	char comm[PS_COMM_SIZE];
	u32 index;
	u32 tries;
	u32 count;
	u32 first;
	const struct file_operations *socket_ops;
	struct fd_ref refs[SECTION_FILES];
};

#define NO_TASK		U32_MAX

/*
 * A socket that had no file when its table was walked was accepted since: its
 * row is told anew.
 */
static bool is_outdated(const struct ps_record *r)
{
	return !(r->observed & PS_OBS_FILE);
}

/* A known socket costs a look into the hash; others are told in full. */
static void note_sock(struct fd_walk *walk, struct sock *sk, u32 fd)
{
	struct fd_ref *ref = &walk->refs[walk->count];
	struct ps_record *r = ps_store_find_full(walk->store, ps_cookie(sk));

	if (walk->second && !(r && r->walk & PS_WALK_UNCONFIRMED))
		return;
	ref->fd = fd;
	ref->record = r;
	if (likely(r && !is_outdated(r))) {
		walk->count++;
		return;
	}
	ref->record = NULL;
	ref->added = walk->batch->count;
	r = ps_batch_add(walk->batch);
	if (!r)
		return;
	ps_protos_fill(walk->batch, sk, r);
	walk->count++;
}

/* Once a socket's operations are known: a call less for each file that is none. */
static struct socket *first_socket(struct fd_walk *walk, struct file *file)
{
	struct socket *socket = ps_sock_from_file(file);

	if (socket)
		walk->socket_ops = file->f_op;
	return socket;
}

/*
 * The sock behind a file, if it is a socket's.  sock_from_file() goes by the
 * operations, of which sockets have the same, and so does this once it has seen
 * some.
 */
static __always_inline struct sock *sock_of(struct fd_walk *walk,
					    struct file *file)
{
	struct socket *socket;

	if (unlikely(!file))
		return NULL;
	if (file->f_op == walk->socket_ops)
		socket = file->private_data;
	else
		socket = walk->socket_ops ? NULL : first_socket(walk, file);
	return socket ? READ_ONCE(socket->sk) : NULL;
}

/* Called under file_lock; places that are reserved have no file yet. */
static __always_inline void note_place(struct fd_walk *walk, const struct fdtable *fdt, u32 fd)
{
	struct sock *sk = sock_of(walk, rcu_dereference_raw(fdt->fd[fd]));

	if (sk && ps_protos_want(walk->batch->filter, sk) &&
	    ps_batch_wants_net(walk->batch, sock_net(sk)))
		note_sock(walk, sk, fd);
}

/*
 * Read a section of a file table.  Return the fd to go on from, 0 at the end of
 * the table.  A table has a multiple of BITS_PER_LONG entries, and a section
 * begins at such a multiple; it ends where the sockets of one more word might not
 * fit.  noinline: keeps the per-fd loop's variables in registers.
 */
static noinline u32 read_section(struct fd_walk *walk, struct files_struct *files, u32 fd)
{
	u32 seen = 0, end = fd + SECTION_PLACES;
	struct fdtable *fdt;
	unsigned long bits;

	spin_lock(&files->file_lock);
	fdt = files_fdtable(files);
	end = min(end, fdt->max_fds);
	for (; fd < end && seen <= SECTION_FILES - BITS_PER_LONG &&
	     ps_batch_has_room(walk->batch, BITS_PER_LONG) &&
	     ps_batch_has_text_room(walk->batch, BITS_PER_LONG);
	     fd += BITS_PER_LONG) {
		bits = fdt->open_fds[fd / BITS_PER_LONG];
		seen += hweight_long(bits);
		for (; bits; bits &= bits - 1)
			note_place(walk, fdt, fd + __ffs(bits));
	}
	end = fdt->max_fds;
	spin_unlock(&files->file_lock);
	return fd < end ? fd : 0;
}

/* A task that has ended meanwhile has no number any more, and owns nothing. */
static int name_task(struct fd_walk *walk)
{
	u32 pid = task_tgid_nr_ns(walk->task, walk->opener->pid_ns);
	u32 tid = walk->is_process ? pid :
		task_pid_nr_ns(walk->task, walk->opener->pid_ns);

	if (!pid || !tid) {
		walk->first = walk->count;
		return 0;
	}
	return ps_store_add_task(walk->store, pid, tid, walk->comm, &walk->index);
}

static const struct ps_record *held_record(const struct fd_walk *walk,
					   const struct fd_ref *ref)
{
	return ref->record ?: &walk->batch->records[ref->added];
}

static struct sock *sock_at(struct fd_walk *walk, const struct fdtable *fdt,
			    u32 fd)
{
	if (fd >= fdt->max_fds)
		return NULL;
	return sock_of(walk, rcu_dereference_raw(fdt->fd[fd]));
}

/* Whether the socket that was read there stands at the descriptor still. */
static bool still_holds(struct fd_walk *walk, const struct fd_ref *ref)
{
	struct files_struct *files;
	struct sock *sk;
	bool still = false;

	task_lock(walk->task);
	files = walk->task->files;
	if (files) {
		spin_lock(&files->file_lock);
		sk = sock_at(walk, files_fdtable(files), ref->fd);
		still = sk && ps_cookie(sk) == held_record(walk, ref)->cookie;
		spin_unlock(&files->file_lock);
	}
	task_unlock(walk->task);
	return still;
}

/* Where the first one is that was not closed meanwhile. */
static u32 first_that_stands(struct fd_walk *walk)
{
	u32 i;

	for (i = 0; i < walk->count; i++)
		if (still_holds(walk, &walk->refs[i]))
			break;
	return i;
}

/*
 * Check access once for each program that a task runs.  A denial counts only if
 * one of the section's sockets is still open: after close() the result was about
 * another set of sockets, and those already closed hide nothing.
 *
 * Return: 0; -EAGAIN if the task began another program during the check, and
 * the section has to be read again; -ENOMEM.
 */
static int check_access(struct fd_walk *walk)
{
	int err = ps_access_check(walk->opener->file, walk->task);

	if (err == -ENOMEM)
		return err;
	if (!err) {
		walk->verdict = VERDICT_ALLOWED;
	} else {
		walk->first = first_that_stands(walk);
		if (walk->first < walk->count)
			walk->verdict = VERDICT_DENIED;
	}
	if (READ_ONCE(walk->task->self_exec_id) == walk->exec_id)
		return 0;
	walk->verdict = VERDICT_UNKNOWN;
	return -EAGAIN;
}

/* What a hidden process alone tells of, and has no port, is left out. */
static bool may_be_told(const struct fd_walk *walk, const struct fd_ref *ref)
{
	const struct ps_record *r;

	if (walk->verdict == VERDICT_ALLOWED)
		return true;
	r = held_record(walk, ref);
	return r->has & PS_HAS_PORT ||
		ps_store_find(walk->store, r->cookie);
}

static int settle_hold(struct fd_walk *walk, struct fd_ref *ref)
{
	int err = 0;

	if (!may_be_told(walk, ref))
		return 0;
	if (!ref->record)
		err = ps_store_add(walk->store,
				   &walk->batch->records[ref->added],
				   &ref->record);
	if (err || !ref->record)
		return err;
	if (walk->verdict == VERDICT_ALLOWED)
		return ps_store_add_owner(walk->store, ref->record, walk->index,
				    ref->fd);
	ref->record->walk |= PS_WALK_HIDDEN;
	return 0;
}

/* Locks dropped: the section's new sockets and its owners into the store. */
static int settle_section(struct fd_walk *walk)
{
	u32 i;
	int err = 0;

	walk->first = 0;
	if (walk->count && walk->verdict == VERDICT_UNKNOWN)
		err = check_access(walk);
	if (err == -EAGAIN) {
		if (walk->tries++ < EXEC_TRIES) {
			ps_batch_reset(walk->batch);
			return -EAGAIN;
		}
		walk->verdict = VERDICT_DENIED;
		err = 0;
	}
	if (err)
		return err;
	if (walk->verdict == VERDICT_ALLOWED && walk->index == NO_TASK)
		err = name_task(walk);
	for (i = walk->first; i < walk->count && !err; i++)
		err = settle_hold(walk, &walk->refs[i]);
	ps_batch_reset(walk->batch);
	return err;
}

/*
 * A verdict is of one program.  One that was begun while the section was read
 * may have opened some of it: self_exec_id changes before it runs, and it takes
 * file_lock to open anything, so that the second look at it tells.
 */
static u32 gather_section(struct fd_walk *walk, u32 fd)
{
	struct task_struct *task = walk->task;
	u64 exec_id = READ_ONCE(task->self_exec_id);
	u32 next = 0;

	if (walk->exec_id != exec_id)
		walk->verdict = VERDICT_UNKNOWN;
	walk->exec_id = exec_id;
	walk->count = 0;
	task_lock(task);
	if (task->files)
		next = read_section(walk, task->files, fd);
	task_unlock(task);
	if (READ_ONCE(task->self_exec_id) != exec_id)
		walk->verdict = VERDICT_UNKNOWN;
	return next;
}

/* The name of the process, even if its leader is gone. */
static void note_comm(struct fd_walk *walk)
{
	const struct task_struct *task = walk->task;

	rcu_read_lock();
	/* Our reference keeps the task, not the leader of one that has exited. */
	if (walk->is_process && pid_alive(task))
		task = task->group_leader;
	/* Always terminated; a new name that is being written may be torn. */
	data_race(memcpy(walk->comm, task->comm, sizeof(walk->comm)));
	rcu_read_unlock();
}

static int walk_table(struct fd_walk *walk)
{
	u32 fd = 0, next;
	int err;

	walk->index = NO_TASK;
	walk->tries = 0;
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

static int walk_tasks(struct fd_walk *walk)
{
	struct ps_task_iter iter = {
		.pid_ns = walk->opener->pid_ns,
		.filter = walk->batch->filter,
	};
	int err = 0;

	ps_task_iter_begin(&iter);
	while (!err && ps_task_iter_next(&iter)) {
		walk->task = iter.task;
		walk->is_process = iter.is_process;
		err = walk_table(walk);
		if (!err && walk->index != NO_TASK)
			err = ps_task_iter_mark_walked(&iter);
	}
	ps_task_iter_end(&iter);
	return err;
}

/**
 * ps_fd_walk() - find the owners of all sockets of a network namespace
 * @store: what the tables told; owners, and the sockets that no table has, are
 *	added
 * @batch: empty; says which network namespace is looked at
 * @opener: whose view it is; decides which owners are told, and how
 * @second: the second look, at the sockets that are in doubt only
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -EFBIG, -EINTR on a fatal signal.
 */
int ps_fd_walk(struct ps_store *store, struct ps_batch *batch,
		   const struct ps_opener *opener, bool second)
{
	struct fd_walk *walk = kvzalloc(sizeof(*walk), PS_GFP);
	int err;

	if (!walk)
		return -ENOMEM;
	walk->store = store;
	walk->batch = batch;
	walk->opener = opener;
	walk->second = second;
	err = walk_tasks(walk);
	kvfree(walk);
	return err;
}
