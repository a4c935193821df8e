// SPDX-License-Identifier: GPL-2.0
/*
 * Whoever could read the links in /proc/PID/fd may know that process' sockets.
 * That is not emulated but asked of the VFS, with the opener's credentials, on
 * the mount through which the view was opened: hidepid, directory modes, ptrace's
 * rules, dumpability, user namespaces and every LSM have their say.
 *
 * The link that is followed is another one of the same process, by way of its
 * fd: to look at a descriptor in /proc is to hold its file (proc_fd_link()), and
 * whoever closed it meanwhile would have closed nothing until the read ends.  Who
 * holds a namespace is in nobody's way.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/path.h>
#include <linux/pid.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "access.h"
#include "compat/namei.h"
#include "core/put.h"

/* By way of its fd, whose directory is guarded, too. */
#define BELOW_ROOM	sizeof("/fd/../ns/uts")

static int look_up(struct file *view, pid_t nr, const char *below,
		   unsigned int flags, struct path *path)
{
	char name[PS_U32_ROOM + BELOW_ROOM];

	strscpy(ps_put_u32(name, nr), below, BELOW_ROOM);
	return vfs_path_lookup(file_inode(view)->i_sb->s_root,
			       view->f_path.mnt, name, flags, path);
}

/* A mount that follows no links (nosymfollow) lets them be read. */
static bool may_read(struct file *view, pid_t nr)
{
	struct path path;
	bool may;

	if (look_up(view, nr, "/fd/../root", 0, &path))
		return false;
	may = vfs_readlink(path.dentry, NULL, 0) >= 0;
	path_put(&path);
	return may;
}

static bool may_follow(struct file *view, pid_t nr, struct path *kept)
{
	struct path path;
	int err = look_up(view, nr, "/fd/../ns/uts", LOOKUP_FOLLOW, &path);

	if (err == -ELOOP || !ps_namespaces_are_linked)
		return may_read(view, nr);
	if (err)
		return false;
	path_put(kept);
	*kept = path;
	return ps_namespaces_are_guarded || may_read(view, nr);
}

static bool may_look(struct file *view, struct pid *pid, struct path *kept)
{
	pid_t nr = pid_nr_ns(pid, proc_pid_ns(file_inode(view)->i_sb));

	return nr && may_follow(view, nr, kept);
}

/* exec() gives a thread that is not the first one the number of the first. */
static bool has_number(struct pid *pid, const struct task_struct *task)
{
	bool has;

	rcu_read_lock();
	has = pid_task(pid, PIDTYPE_PID) == task;
	rcu_read_unlock();
	return has;
}

/**
 * ps_access_allowed() - whether the opener may know a process' descriptors
 * @view: the open /proc/portsock
 * @task: a task that holds a socket; the caller has a reference
 * @kept: zeroed before the first question, put after the last: the namespace of
 *	who was asked about before; the next one's is most often the same, whose
 *	inode need not be made anew
 *
 * The verdict is of one moment; a caller that has read the descriptors before
 * compares task->self_exec_id afterwards.
 *
 * Context: process, may sleep (exec_update_lock); no locks.
 * Return: true if the links in /proc/TID/fd can be read.
 */
bool ps_access_allowed(struct file *view, struct task_struct *task,
		       struct path *kept)
{
	const struct cred *old;
	bool allowed, again;
	struct pid *pid;

	/*
	 * ptrace always lets a reader look into itself.  Only a process that
	 * opened the view, and is what it was then, has these credentials:
	 * fork(), exec() and setuid() make new ones.
	 */
	if (same_thread_group(task, current) && current_cred() != view->f_cred)
		return false;
	old = override_creds(view->f_cred);
	do {
		pid = get_task_pid(task, PIDTYPE_PID);
		allowed = pid && may_look(view, pid, kept);
		/* As long as it has its number nobody else was asked about by it. */
		again = pid && !has_number(pid, task);
		put_pid(pid);
	} while (again);	/* its number changes once, then it has none */
	revert_creds(old);
	return allowed;
}
