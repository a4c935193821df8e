// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/portsock: a read at offset 0 takes a snapshot, later reads of that open
 * file return its text.  write() sets the filter, poll() reports when the
 * snapshot is out of date.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/poll.h>
#include <linux/printk.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/time_namespace.h>
#include <linux/uio.h>
#include <net/net_namespace.h>

#include "filter.h"
#include "gfp.h"
#include "netns.h"
#include "notify.h"
#include "proc.h"
#include "render.h"
#include "snapshot.h"

static int param_set_perm(const char *text, const struct kernel_param *kp)
{
	u16 mode;
	int err = kstrtou16(text, 8, &mode);

	if (!err && mode & ~0777)
		err = -EINVAL;
	if (!err)
		*(u16 *)kp->arg = mode;
	return err;
}

static int param_get_perm(char *text, const struct kernel_param *kp)
{
	return sysfs_emit(text, "%#o\n", *(u16 *)kp->arg);
}

static const struct kernel_param_ops perm_ops = {
	.set = param_set_perm,
	.get = param_get_perm,
};

static u16 perm = 0666;
module_param_cb(perm, &perm_ops, &perm, 0444);
MODULE_PARM_DESC(perm, "Mode of /proc/portsock, octal (0666)");

static unsigned int max_sockets = 4194304;
module_param(max_sockets, uint, 0644);
MODULE_PARM_DESC(max_sockets, "Maximum sockets per read, else EFBIG (4194304)");

/**
 * struct open_view - an open /proc/portsock
 * @lock: held over a whole read, the change of the filter, and the comparison
 *	in poll(); guards @has_snapshot, @snapshot, @render, and the filter and
 *	target of @opener
 * @opener: opener
 * @has_snapshot: @snapshot and @render are valid
 * @snapshot: snapshot of the last read at offset 0
 * @render: text of @snapshot
 * @watcher: reports changes since @snapshot; its PS_WATCHER_CHANGED is set
 *	while @has_snapshot is false
 */
struct open_view {
	struct mutex lock;
	struct ps_opener opener;
	bool has_snapshot;
	struct ps_snapshot snapshot;
	struct ps_render render;
	struct ps_watcher watcher;
};

static void drop_snapshot(struct open_view *view)
{
	if (!view->has_snapshot)
		return;
	ps_render_free(&view->render);
	ps_snapshot_free(&view->snapshot);
	view->has_snapshot = false;
}

static int take_snapshot(struct open_view *view)
{
	int err;

	drop_snapshot(view);
	/* Before the tables are read: a change during the walk is notified. */
	ps_watcher_renew(&view->watcher);
	err = ps_snapshot_take(&view->snapshot, &view->opener,
			       READ_ONCE(max_sockets));
	if (!err) {
		view->has_snapshot = true;
		err = ps_render_init(&view->render, &view->snapshot);
	}
	if (err) {
		drop_snapshot(view);
		ps_watcher_notify(&view->watcher);
	}
	return err;
}

/*
 * Fill the reader's buffer.  An error after some bytes were copied makes the
 * read short; the next read returns it if it persists.
 */
static ssize_t copy_text(struct open_view *view, u64 offset,
			 struct iov_iter *to)
{
	size_t len, copied;
	const char *bytes;
	ssize_t done = 0;
	int err;

	while (iov_iter_count(to)) {
		err = ps_render_at(&view->render, offset + done, &bytes, &len);
		if (err)
			return done ?: err;
		if (!len)
			break;
		len = min(len, iov_iter_count(to));
		copied = copy_to_iter(bytes, len, to);
		done += copied;
		if (copied < len)
			return done ?: -EFAULT;
	}
	return done;
}

static ssize_t proc_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct open_view *view = iocb->ki_filp->private_data;
	ssize_t ret = 0;

	if (!iov_iter_count(to))
		return 0;
	if (mutex_lock_killable(&view->lock))
		return -EINTR;
	if (!iocb->ki_pos || !view->has_snapshot)
		ret = take_snapshot(view);
	if (!ret)
		ret = copy_text(view, iocb->ki_pos, to);
	mutex_unlock(&view->lock);
	if (ret > 0)
		iocb->ki_pos += ret;
	return ret;
}

/* The credentials are those of open(), not those of the writing task. */
static bool opener_is_net_admin(const struct open_view *view,
				struct user_namespace *user_ns)
{
	return file_ns_capable(view->opener.file, user_ns, CAP_NET_ADMIN);
}

/*
 * Look up the network namespace that the filter selects and take a reference;
 * @inum 0 selects all, for which *@target is NULL.  An opener without
 * CAP_NET_ADMIN in init_user_ns gets -EPERM also if the namespace does not
 * exist, so that it cannot probe for inode numbers.
 */
static int get_target(const struct open_view *view, u32 inum,
		      struct net **target)
{
	bool sees_all = opener_is_net_admin(view, &init_user_ns);
	struct net *net;

	*target = NULL;
	if (!inum)
		return sees_all ? 0 : -EPERM;
	if (inum == view->opener.net->ns.inum) {
		*target = get_net(view->opener.net);
		return 0;
	}
	net = ps_netns_find(inum);
	if (!net)
		return sees_all ? -ENOENT : -EPERM;
	if (!opener_is_net_admin(view, net->user_ns)) {
		put_net(net);
		return -EPERM;
	}
	*target = net;
	return 0;
}

static void put_target(struct net *target)
{
	if (target)
		put_net(target);
}

/* On success the view owns @filter. */
static int set_filter(struct open_view *view, struct ps_filter *filter)
{
	u32 inum = view->opener.net->ns.inum;
	struct net *target;
	int err;

	if (ps_filter_has(filter, PS_KEY_NETNS))
		inum = filter->netns;
	err = get_target(view, inum, &target);
	if (err)
		return err;
	if (mutex_lock_killable(&view->lock)) {
		put_target(target);
		return -EINTR;
	}
	/* The channel's work reads the old filter until the watcher stops. */
	ps_watcher_stop(&view->watcher);
	drop_snapshot(view);
	put_target(view->opener.target);
	kvfree(view->opener.filter);
	view->opener.target = target;
	view->opener.filter = filter;
	ps_watcher_notify(&view->watcher);
	mutex_unlock(&view->lock);
	return 0;
}

/*
 * A write() is one line.  It sets the offset to 0, so that the next read
 * takes a snapshot: 'exec 3<>/proc/portsock; echo port=80 >&3; cat <&3'.
 */
static ssize_t proc_write(struct file *file, const char __user *text,
			  size_t len, loff_t *pos)
{
	struct ps_filter *filter;
	char *line;
	int err;

	if (len > PS_FILTER_LINE_MAX)
		return -E2BIG;
	line = memdup_user(text, len);
	if (IS_ERR(line))
		return PTR_ERR(line);
	filter = kvmalloc(sizeof(*filter), PS_GFP);
	err = filter ? ps_filter_parse(filter, line, len) : -ENOMEM;
	kfree(line);
	if (!err)
		err = set_filter(file->private_data, filter);
	if (err) {
		pr_debug("filter of %zu bytes refused: %d\n", len, err);
		kvfree(filter);
		return err;
	}
	*pos = 0;
	return len;
}

/*
 * A read never waits for an event, so EPOLLIN and EPOLLOUT are always set.
 * EPOLLPRI reports that the snapshot is out of date.
 */
static __poll_t proc_poll(struct file *file, struct poll_table_struct *table)
{
	struct open_view *view = file->private_data;
	struct ps_watcher *w = &view->watcher;

	poll_wait(file, &w->wait, table);
	if (ps_watcher_needs_check(w) && !mutex_lock_killable(&view->lock)) {
		ps_watcher_check(w, &view->snapshot, READ_ONCE(max_sockets));
		mutex_unlock(&view->lock);
	}
	return DEFAULT_POLLMASK | (ps_watcher_changed(w) ? EPOLLPRI : 0);
}

/*
 * An open file holds a reference on the module: proc_remove() releases open
 * files by force, while a poller may sleep on the wait queue that is freed.
 */
static int proc_open(struct inode *inode, struct file *file)
{
	struct timespec64 boottime_offset = {};
	struct open_view *view;

	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	view = kzalloc(sizeof(*view), PS_GFP);
	if (!view) {
		module_put(THIS_MODULE);
		return -ENOMEM;
	}
	timens_add_boottime(&boottime_offset);
	mutex_init(&view->lock);
	view->opener.file = file;
	view->opener.net = get_net(current->nsproxy->net_ns);
	view->opener.target = get_net(view->opener.net);
	view->opener.user_ns = file->f_cred->user_ns;
	view->opener.pid_ns = proc_pid_ns(inode->i_sb);
	view->opener.boottime_offset = timespec64_to_ns(&boottime_offset);
	ps_watcher_init(&view->watcher, &view->opener);
	file->private_data = view;
	return 0;
}

static int proc_release(struct inode *inode, struct file *file)
{
	struct open_view *view = file->private_data;

	ps_watcher_stop(&view->watcher);
	drop_snapshot(view);
	kvfree(view->opener.filter);
	put_target(view->opener.target);
	put_net(view->opener.net);
	kfree(view);
	module_put(THIS_MODULE);
	return 0;
}

static const struct proc_ops proc_ops = {
	.proc_open	= proc_open,
	.proc_read_iter	= proc_read_iter,
	.proc_write	= proc_write,
	.proc_poll	= proc_poll,
	.proc_lseek	= no_seek_end_llseek,
	.proc_release	= proc_release,
};

/* Create /proc/portsock.  May sleep.  Return 0 or -ENOMEM. */
int ps_proc_create(void)
{
	if (!proc_create("portsock", perm, NULL, &proc_ops))
		return -ENOMEM;
	return 0;
}

/* Remove /proc/portsock.  Sleeps until no task is inside its functions. */
void ps_proc_remove(void)
{
	remove_proc_entry("portsock", NULL);
}
