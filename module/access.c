// SPDX-License-Identifier: GPL-2.0
/*
 * Access control: an owner is shown if the opener could read the links in
 * /proc/PID/fd.
 *
 * The checks are those that readlink("/proc/PID/fd/N") makes, with the opener's
 * credentials, in the proc instance that the opened file belongs to: search
 * permission for /proc, /proc/PID and /proc/PID/fd (directory modes, hidepid,
 * dumpability, every LSM), then the check in proc_pid_readlink()
 * (PTRACE_MODE_READ_FSCREDS; fs/proc/base.c).
 *
 * They are made on dentries of the proc superblock, never on paths.  Mounts are
 * not crossed, so an opener with a private mount namespace cannot substitute a
 * directory, and a bind mount of the file gives the same results.  A lookup by
 * dentry has no struct filename either, which audit would keep for each process
 * until the system call ends.
 *
 * The link that is read is PID/root.  Reading PID/fd/N would take a reference
 * on the file, and a close() by its owner would take effect only when the read
 * of the view returns to user space.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/pid.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "access.h"
#include "compat/namei.h"
#include "format/put.h"

/*
 * Read a guarded link of /proc/PID.  readlink() calls security_inode_readlink(),
 * which is not exported: inode_permission() with MAY_READ makes the same check
 * in SELinux.  -ENAMETOOLONG is not a denial: the target chooses the length of
 * the link's text.
 */
static int check_ptrace_link(struct dentry *process)
{
	struct dentry *link = ps_lookup_one(process, "root");
	int err;

	if (IS_ERR(link))
		return PTR_ERR(link);
	err = ps_inode_permission(d_inode(link), MAY_READ);
	if (!err)
		err = vfs_readlink(link, NULL, 0);
	dput(link);
	return err == -ENAMETOOLONG ? 0 : min(err, 0);
}

static int check_fd_dir(struct dentry *process)
{
	struct dentry *fd_dir = ps_lookup_one(process, "fd");
	int err;

	if (IS_ERR(fd_dir))
		return PTR_ERR(fd_dir);
	err = ps_inode_permission(d_inode(fd_dir), MAY_EXEC);
	dput(fd_dir);
	return err;
}

/* @nr: number of a process or thread in the PID namespace of @proc. */
static int check_process(struct super_block *proc, pid_t nr)
{
	char name[PS_U32_ROOM + 1];
	struct dentry *process;
	int err;

	*ps_put_u32(name, nr) = '\0';
	process = ps_lookup_one(proc->s_root, name);
	if (IS_ERR(process))
		return PTR_ERR(process);
	err = check_fd_dir(process) ?: check_ptrace_link(process);
	dput(process);
	return err;
}

/**
 * ps_access_check() - Check if the opener may see the sockets of a process
 * @view: the open /proc/portsock; its credentials and its proc instance decide
 * @task: task with a socket; the caller holds a reference
 *
 * The result is valid for one moment and one program.  A caller that has read
 * the file table before therefore compares task->self_exec_id afterwards.
 *
 * Context: process, may sleep; no locks are held.
 * Return: 0 if access is allowed, -EACCES if not, -ENOMEM.
 */
int ps_access_check(struct file *view, struct task_struct *task)
{
	struct super_block *proc = file_inode(view)->i_sb;
	const struct cred *old;
	struct pid *pid;
	bool renumbered;
	int err;

	/*
	 * proc_fd_permission() and ptrace_may_access() always allow access to
	 * the current process, which is the reader and perhaps not the opener.
	 * Only threads of the opener have its struct cred: fork(), exec() and
	 * setuid() make a new one.
	 */
	if (same_thread_group(task, current) && current_cred() != view->f_cred)
		return -EACCES;
	old = override_creds(view->f_cred);
	do {
		pid_t nr;

		pid = get_task_pid(task, PIDTYPE_PID);
		nr = pid_nr_ns(pid, proc_pid_ns(proc));
		err = nr ? check_process(proc, nr) : -EACCES;
		/*
		 * exec() by a thread exchanges its number and the leader's.  A
		 * result for a number that the task has lost is void.  The loop
		 * ends: a task becomes the leader at most once, and a leader
		 * that loses its number is released and has none.
		 */
		rcu_read_lock();
		renumbered = pid && pid_task(pid, PIDTYPE_PID) != task;
		rcu_read_unlock();
		put_pid(pid);
	} while (renumbered);
	revert_creds(old);
	return err && err != -ENOMEM ? -EACCES : err;
}
