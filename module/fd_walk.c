// SPDX-License-Identifier: GPL-2.0
/*
 * The walk over file tables, which finds the owners of sockets.
 *
 * A file table is read in sections.  Each section is read under task_lock(),
 * which keeps the table, and the table's file_lock: a file in the table cannot
 * be released, so its struct socket and its struct sock exist.  After the locks
 * are dropped, access to the task is checked, and the owners of the section are
 * added to the store.
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
#include "fd_walk.h"
#include "gfp.h"
#include "proto.h"
#include "task_iter.h"

/* Limits of a section: open fds, and entries of the file table. */
#define SECTION_FDS	256U
#define SECTION_ENTRIES	16384U
/* How often sections are read again because the task called exec(). */
#define EXEC_RETRIES	8

#define NO_TASK		U32_MAX

/**
 * struct fd_ref - an fd of the section that refers to a socket
 * @record: the socket's record in the store, NULL if it is in the batch
 * @added: index of the record in the batch
 * @fd: file descriptor
 */
struct fd_ref {
	struct ps_record *record;
	u32 added;
	u32 fd;
};

enum access {
	ACCESS_UNKNOWN,
	ACCESS_ALLOWED,
	ACCESS_DENIED,
};

/**
 * struct fd_walk - state of the walk
 * @store: where owners are added
 * @batch: records of the section's sockets that are not in the store
 * @opener: the opener of the view
 * @recheck: the walk finds only owners of unconfirmed sockets
 * @task: task with the file table; a reference
 * @is_process: the table is that of the process, not private to a thread
 * @access: whether the opener may see the task's fds
 * @exec_id: self_exec_id of @task to which @access and the section belong
 * @comm: name of the process or thread
 * @owner: index of the task in the store, NO_TASK until it owns a socket
 * @exec_retries: how often sections of this task were read again after exec()
 * @nrefs: number of @refs in use
 * @first: index in @refs of the first one to be committed
 * @socket_fops: file_operations of sockets, NULL until one was found
 * @refs: sockets of the section
 */
struct fd_walk {
	struct ps_store *store;
	struct ps_batch *batch;
	const struct ps_opener *opener;
	bool recheck;
	struct task_struct *task;
	bool is_process;
	enum access access;
	u64 exec_id;
	char comm[PS_COMM_SIZE];
	u32 owner;
	u32 exec_retries;
	u32 nrefs;
	u32 first;
	const struct file_operations *socket_fops;
	struct fd_ref refs[SECTION_FDS];
};

/*
 * Add a socket to the section.  A socket that is in the store costs one lookup.
 * A record without a file is filled again: its socket was accepted after the
 * record was made.
 */
static void add_fd_sock(struct fd_walk *walk, struct sock *sk, u32 fd)
{
	struct fd_ref *ref = &walk->refs[walk->nrefs];
	struct ps_record *r = ps_store_find_full(walk->store, ps_cookie(sk));

	if (walk->recheck && !(r && r->walk & PS_WALK_UNCONFIRMED))
		return;
	ref->fd = fd;
	ref->record = r;
	if (likely(r && r->observed & PS_OBS_FILE)) {
		walk->nrefs++;
		return;
	}
	ref->record = NULL;
	ref->added = walk->batch->count;
	r = ps_batch_add(walk->batch);
	if (!r)
		return;
	ps_protos_fill(walk->batch, sk, r);
	walk->nrefs++;
}

/*
 * Return the sock of an fd, NULL if the fd does not refer to a socket.  A
 * reserved fd has no file yet.  sock_from_file() compares file->f_op with
 * net/socket.c's own operations.  These are not exported, so they are recorded
 * from the first socket, which saves the call for all other files.
 */
static __always_inline struct sock *fd_sock(struct fd_walk *walk,
					    const struct fdtable *fdt, u32 fd)
{
	struct file *file = rcu_dereference_raw(fdt->fd[fd]);
	struct socket *socket = NULL;

	if (unlikely(!file))
		return NULL;
	if (file->f_op == walk->socket_fops) {
		socket = file->private_data;
	} else if (!walk->socket_fops) {
		socket = ps_sock_from_file(file);
		if (socket)
			walk->socket_fops = file->f_op;
	}
	return socket ? READ_ONCE(socket->sk) : NULL;
}

/*
 * Read a section of a file table.  Return the fd to resume at, 0 at the end of
 * the table.  The size of a table is a multiple of BITS_PER_LONG, and sections
 * begin at such multiples.  A section ends if the sockets of one more word of
 * the bitmap might not fit.
 *
 * noinline: keeps the per-fd loop's variables in registers.
 */
static noinline u32 read_section(struct fd_walk *walk,
				 struct files_struct *files, u32 fd)
{
	u32 seen = 0, end = fd + SECTION_ENTRIES;
	struct fdtable *fdt;
	struct sock *sk;
	unsigned long bits;

	spin_lock(&files->file_lock);
	fdt = files_fdtable(files);
	end = min(end, fdt->max_fds);
	for (; fd < end && seen <= SECTION_FDS - BITS_PER_LONG &&
	     ps_batch_has_room(walk->batch, BITS_PER_LONG) &&
	     ps_batch_has_text_room(walk->batch, BITS_PER_LONG);
	     fd += BITS_PER_LONG) {
		bits = fdt->open_fds[fd / BITS_PER_LONG];
		seen += hweight_long(bits);
		for (; bits; bits &= bits - 1) {
			sk = fd_sock(walk, fdt, fd + __ffs(bits));
			if (sk && ps_protos_want(walk->batch->filter, sk) &&
			    ps_batch_wants_net(walk->batch, sock_net(sk)))
				add_fd_sock(walk, sk, fd + __ffs(bits));
		}
	}
	end = fdt->max_fds;
	spin_unlock(&files->file_lock);
	return fd < end ? fd : 0;
}

/*
 * Collect a section, and check that the section and the result of the access
 * check belong to the same program.  A program that starts during the read may
 * have opened some of the fds.  self_exec_id changes before the new program
 * runs, and the program takes file_lock to open a file, so reading self_exec_id
 * once more after the section detects it.
 *
 * Return: the fd to resume at, 0 at the end of the table.
 */
static u32 collect_section(struct fd_walk *walk, u32 fd)
{
	struct task_struct *task = walk->task;
	u64 exec_id = READ_ONCE(task->self_exec_id);
	u32 next = 0;

	if (walk->exec_id != exec_id)
		walk->access = ACCESS_UNKNOWN;
	walk->exec_id = exec_id;
	walk->nrefs = 0;
	task_lock(task);
	if (task->files)
		next = read_section(walk, task->files, fd);
	task_unlock(task);
	if (READ_ONCE(task->self_exec_id) != exec_id)
		walk->access = ACCESS_UNKNOWN;
	return next;
}

static const struct ps_record *ref_record(const struct fd_walk *walk,
					  const struct fd_ref *ref)
{
	return ref->record ?: &walk->batch->records[ref->added];
}

/* Return true if the fd still refers to the socket of the section. */
static bool ref_is_open(struct fd_walk *walk, const struct fd_ref *ref)
{
	struct files_struct *files;
	struct fdtable *fdt;
	struct sock *sk = NULL;
	bool open = false;

	task_lock(walk->task);
	files = walk->task->files;
	if (files) {
		spin_lock(&files->file_lock);
		fdt = files_fdtable(files);
		if (ref->fd < fdt->max_fds)
			sk = fd_sock(walk, fdt, ref->fd);
		open = sk && ps_cookie(sk) == ref_record(walk, ref)->cookie;
		spin_unlock(&files->file_lock);
	}
	task_unlock(walk->task);
	return open;
}

/*
 * Check access once per exec.  A denial is final only if one of the section's
 * sockets is still open: after close() the result was about another set of
 * sockets.  Sockets that were closed in the meantime are not marked as hidden.
 *
 * Return: 0; -EAGAIN if the task called exec() during the check, and the
 * section has to be read again; -ENOMEM.
 */
static int check_access(struct fd_walk *walk)
{
	int err = ps_access_check(walk->opener->file, walk->task);

	if (err == -ENOMEM)
		return err;
	if (!err) {
		walk->access = ACCESS_ALLOWED;
	} else {
		while (walk->first < walk->nrefs &&
		       !ref_is_open(walk, &walk->refs[walk->first]))
			walk->first++;
		if (walk->first < walk->nrefs)
			walk->access = ACCESS_DENIED;
	}
	if (READ_ONCE(walk->task->self_exec_id) == walk->exec_id)
		return 0;
	walk->access = ACCESS_UNKNOWN;
	return -EAGAIN;
}

/* Add the owner of one socket to the store, and the socket if it is new. */
static int commit_ref(struct fd_walk *walk, struct fd_ref *ref)
{
	const struct ps_record *r = ref_record(walk, ref);
	bool allowed = walk->access == ACCESS_ALLOWED;
	int err;

	/* Skip a socket without a port that only hidden owners have. */
	if (!allowed && !(r->has & PS_HAS_PORT) &&
	    !ps_store_find(walk->store, r->cookie))
		return 0;
	if (!ref->record) {
		err = ps_store_add(walk->store, r, &ref->record);
		if (err || !ref->record)
			return err;
	}
	if (allowed)
		return ps_store_add_owner(walk->store, ref->record,
					  walk->owner, ref->fd);
	ref->record->walk |= PS_WALK_HIDDEN;
	return 0;
}

/*
 * Add the task to the store.  A task that has exited has no number: its refs
 * are dropped.
 */
static int add_task(struct fd_walk *walk)
{
	struct pid_namespace *ns = walk->opener->pid_ns;
	u32 pid = task_tgid_nr_ns(walk->task, ns);
	u32 tid = walk->is_process ? pid : task_pid_nr_ns(walk->task, ns);

	if (!pid || !tid) {
		walk->first = walk->nrefs;
		return 0;
	}
	return ps_store_add_task(walk->store, pid, tid, walk->comm,
				 &walk->owner);
}

/*
 * Add the section's owners and new sockets to the store.  No locks are held.
 *
 * Return: 0; -EAGAIN if the section has to be read again; -ENOMEM, -EFBIG.
 */
static int commit_section(struct fd_walk *walk)
{
	int err = 0;
	u32 i;

	walk->first = 0;
	if (walk->nrefs && walk->access == ACCESS_UNKNOWN)
		err = check_access(walk);
	if (err == -EAGAIN) {
		if (walk->exec_retries++ < EXEC_RETRIES) {
			ps_batch_reset(walk->batch);
			return -EAGAIN;
		}
		walk->access = ACCESS_DENIED;
		err = 0;
	}
	if (err)
		return err;
	if (walk->access == ACCESS_ALLOWED && walk->owner == NO_TASK)
		err = add_task(walk);
	for (i = walk->first; i < walk->nrefs && !err; i++)
		err = commit_ref(walk, &walk->refs[i]);
	ps_batch_reset(walk->batch);
	return err;
}

/* Walk the file table of @walk->task. */
static int walk_files(struct fd_walk *walk)
{
	const struct task_struct *named = walk->task;
	u32 fd = 0, next;
	int err;

	walk->owner = NO_TASK;
	walk->exec_retries = 0;
	walk->access = ACCESS_UNKNOWN;

	/*
	 * The leader has the name of the process, even after it has exited.  A
	 * task keeps its leader only while the task is alive.
	 */
	rcu_read_lock();
	if (walk->is_process && pid_alive(named))
		named = named->group_leader;
	/* A concurrent change may tear the copy; comm is always terminated. */
	data_race(memcpy(walk->comm, named->comm, sizeof(walk->comm)));
	rcu_read_unlock();

	do {
		next = collect_section(walk, fd);
		err = commit_section(walk);
		if (err != -EAGAIN)
			fd = next;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	} while (err == -EAGAIN || (!err && fd));
	return err;
}

/**
 * ps_fd_walk() - Find the owners of sockets
 * @store: sockets that the tables contain; owners are added, and sockets that
 *	are only reachable through an fd
 * @batch: empty; selects network namespaces and sockets.  If batch->recheck,
 *	only owners of unconfirmed sockets are added
 * @opener: decides which owners are visible, and in which PID namespace
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -EFBIG, -EINTR on a fatal signal.
 */
int ps_fd_walk(struct ps_store *store, struct ps_batch *batch,
	       const struct ps_opener *opener)
{
	struct fd_walk *walk = kvzalloc(sizeof(*walk), PS_GFP);
	struct ps_task_iter iter = {
		.pid_ns = opener->pid_ns,
		.filter = batch->filter,
	};
	int err = 0;

	if (!walk)
		return -ENOMEM;
	walk->store = store;
	walk->batch = batch;
	walk->opener = opener;
	walk->recheck = batch->recheck;

	ps_task_iter_begin(&iter);
	while (!err && ps_task_iter_next(&iter)) {
		walk->task = iter.task;
		walk->is_process = iter.is_process;
		err = walk_files(walk);
		if (!err && walk->owner != NO_TASK)
			err = ps_task_iter_mark_walked(&iter);
	}
	ps_task_iter_end(&iter);
	kvfree(walk);
	return err;
}
