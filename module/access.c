// SPDX-License-Identifier: GPL-2.0
/*
 * Whoever could read the link /proc/PID/fd/N may know that process' sockets.
 * That is not emulated but asked of the VFS, with the opener's credentials, on
 * the mount through which the view was opened: hidepid, directory modes, ptrace's
 * rules, dumpability, user namespaces and every LSM have their say.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/path.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "access.h"
#include "compat/namei.h"
#include "core/put.h"

static int look_up(struct file *view, const char *name, unsigned int flags,
		   struct path *path)
{
	return vfs_path_lookup(file_inode(view)->i_sb->s_root,
			       view->f_path.mnt, name, flags, path);
}

/* A mount that follows no links (nosymfollow) lets them be read. */
static bool may_read_link(struct file *view, const char *name)
{
	struct path path;
	bool may;

	if (look_up(view, name, 0, &path))
		return false;
	may = vfs_readlink(path.dentry, NULL, 0) >= 0;
	path_put(&path);
	return may;
}

static bool may_follow(struct file *view, const char *name, u64 inode)
{
	struct path path;
	bool may;
	int err;

	err = look_up(view, name, LOOKUP_FOLLOW, &path);
	if (err == -ELOOP)
		return may_read_link(view, name);
	if (err)
		return false;
	may = d_backing_inode(path.dentry)->i_ino == inode;
	path_put(&path);
	return may;
}

static char *write_name(char *p, u32 nr, u32 fd)
{
	return ps_put_u32(ps_put_literal(ps_put_u32(p, nr), "/fd/"), fd);
}

/**
 * ps_access_allowed() - whether the opener may know a process' descriptors
 * @view: the open /proc/portsock
 * @task: a task that holds a socket; the caller has a reference
 * @fd: at this descriptor
 * @inode: of the socket
 *
 * The verdict is of one moment; a caller that has read the descriptors before
 * compares task->self_exec_id afterwards.
 *
 * Context: process, may sleep (exec_update_lock); no locks.
 * Return: true if readlink("/proc/TID/fd/FD") would tell this socket.
 */
bool ps_access_allowed(struct file *view, struct task_struct *task, u32 fd,
		       u64 inode)
{
	struct pid_namespace *pid_ns = proc_pid_ns(file_inode(view)->i_sb);
	pid_t nr = task_pid_nr_ns(task, pid_ns);
	const struct cred *old;
	char name[32];
	bool allowed;

	if (!nr)
		return false;
	/*
	 * ptrace always lets a reader look into itself.  Only a process that
	 * opened the view, and is what it was then, has these credentials:
	 * fork(), exec() and setuid() make new ones.
	 */
	if (same_thread_group(task, current) && current_cred() != view->f_cred)
		return false;
	*write_name(name, nr, fd) = '\0';
	old = override_creds(view->f_cred);
	allowed = may_follow(view, name, inode);
	revert_creds(old);
	return allowed;
}
