// SPDX-License-Identifier: GPL-2.0
/*
 * Whoever could read the links in /proc/PID/fd may know that process' sockets.
 * That is not emulated but asked of the VFS, with the opener's credentials, on
 * the mount through which the view was opened: hidepid, directory modes, ptrace's
 * rules, dumpability, user namespaces and every LSM have their say.
 *
 * The link that is followed is another one of the same process, by way of its
 * fd: to look at a descriptor in /proc is to hold its file (proc_fd_link()), and
 * whoever closed it meanwhile would have closed nothing until the read ends.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/path.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "access.h"
#include "compat/namei.h"

static int look_up(struct file *view, pid_t nr, const char *link,
		   unsigned int flags, struct path *path)
{
	char name[sizeof("4194304/fd/../ns/uts")];

	snprintf(name, sizeof(name), "%d/fd/../%s", nr, link);
	return vfs_path_lookup(file_inode(view)->i_sb->s_root,
			       view->f_path.mnt, name, flags, path);
}

/* A mount that follows no links (nosymfollow) lets them be read. */
static bool may_read(struct file *view, pid_t nr)
{
	struct path path;
	bool may;

	if (look_up(view, nr, PS_LINK_TO_READ, 0, &path))
		return false;
	may = vfs_readlink(path.dentry, NULL, 0) >= 0;
	path_put(&path);
	return may;
}

static bool may_follow(struct file *view, pid_t nr)
{
	struct path path;
	int err = look_up(view, nr, PS_LINK_TO_FOLLOW, LOOKUP_FOLLOW, &path);

	if (err == -ELOOP)
		return may_read(view, nr);
	if (err)
		return false;
	path_put(&path);
	return true;
}

/**
 * ps_access_allowed() - whether the opener may know a process' descriptors
 * @view: the open /proc/portsock
 * @task: a task that holds a socket; the caller has a reference
 *
 * The verdict is of one moment; a caller that has read the descriptors before
 * compares task->self_exec_id afterwards.
 *
 * Context: process, may sleep (exec_update_lock); no locks.
 * Return: true if the links in /proc/TID/fd can be read.
 */
bool ps_access_allowed(struct file *view, struct task_struct *task)
{
	struct pid_namespace *pid_ns = proc_pid_ns(file_inode(view)->i_sb);
	pid_t nr = task_pid_nr_ns(task, pid_ns);
	const struct cred *old;
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
	old = override_creds(view->f_cred);
	allowed = may_follow(view, nr);
	revert_creds(old);
	/* As long as it has its number nobody else was asked about by it. */
	return allowed && task_pid_nr_ns(task, pid_ns) == nr;
}
