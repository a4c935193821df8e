// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel records in which cgroup and for which user a socket was created,
 * but not by which process.  So three kinds of leak can be detected:
 *
 * - an owner is in another cgroup (of version 2);
 * - an owner is another user (by its file system uid, which is the uid that a
 *   new socket gets);
 * - all owners were left behind: none of them leads a session or a process
 *   group, the leader of their process group is gone, and their parent is init
 *   or another reaper.  A child that outlived its server looks like that.  So
 *   does a server that was started in the background by a script that has
 *   ended.
 */
#include <string.h>

#include "leak.h"

/* The first owner that a reason applies to, and the number of processes. */
struct finding {
	const struct ps_owner *owner;
	const struct process *process;
	unsigned int count;
};

static void add_finding(struct finding *f, const struct ps_owner *owner,
			const struct process *process)
{
	if (!f->count++) {
		f->owner = owner;
		f->process = process;
	}
}

/*
 * A process with a cgroup path that is too long to be printed is in another
 * cgroup than the socket if the path of the socket's cgroup is shorter, or if
 * the socket's cgroup is gone.
 */
static bool in_other_cgroup(struct cgroups *c, struct process *process,
			    const struct ps_record *r)
{
	const char *path;

	if (!(r->has & PS_HAS_CGROUP))
		return false;
	switch (procfs_cgroup(process)) {
	case PROPERTY_KNOWN:
		return process->cgroup != r->cgroup;
	case PROPERTY_UNREADABLE:
		path = cgroups_path(c, r->cgroup);
		return !path || strcmp(path, NAME_UNKNOWN);
	default:
		return false;
	}
}

static bool is_left_behind(struct procfs *p, struct process *process)
{
	struct process *leader, *parent;

	if (!procfs_stat(process) || !process->group ||
	    process->group == process->pid || process->session == process->pid)
		return false;
	/* A zombie owns nothing and does nothing. */
	leader = procfs_process(p, process->group);
	if (procfs_stat(leader) && leader->state != 'Z')
		return false;
	parent = procfs_process(p, process->parent);
	return parent->row == p->row || process->parent == 1 ||
		(procfs_stat(parent) && parent->session != process->session);
}

/* Begin a reason: "nginx(901) and 3 more are ". */
static void put_finding(struct buf *text, const struct finding *f,
			const char *one, const char *many)
{
	if (text->len)
		buf_word(text, "; ");
	buf_word(text, f->owner->comm);
	buf_char(text, '(');
	buf_u64(text, f->process->pid);
	buf_char(text, ')');
	if (f->count > 1) {
		buf_word(text, " and ");
		buf_u64(text, f->count - 1);
		buf_word(text, " more");
	}
	buf_word(text, f->count > 1 ? many : one);
}

static void put_cgroup_finding(struct buf *text, const struct finding *f,
			       struct cgroups *c, u64 created_in)
{
	const char *path = NULL;

	put_finding(text, f, " is in cgroup ", " are in cgroup ");
	if (f->process->in == PROPERTY_KNOWN)
		path = cgroups_path(c, f->process->cgroup);
	buf_word(text, path ? path : NAME_UNKNOWN);
	path = cgroups_path(c, created_in);
	buf_word(text, path ? ", made in " : ", made in one that is gone");
	buf_word(text, path ? path : "");
}

/**
 * leak_find() - Find the owners of a socket that did not create it
 * @p: processes
 * @c: cgroups
 * @row: socket
 * @text: empty; the processes and the reasons are put here, unless it is NULL
 *
 * Return: whether there is such an owner.
 */
bool leak_find(struct procfs *p, struct cgroups *c, const struct row *row,
	       struct buf *text)
{
	struct finding cgroup = {}, user = {}, left = {};
	const struct ps_record *r = &row->record;
	const struct ps_owner *o = row->owners;
	unsigned int processes = 0;
	struct process *process;
	size_t i;

	/* File descriptors of one process are side by side. */
	p->row++;
	for (i = 0; i < row->count; i++)
		if (!i || o[i].pid != o[i - 1].pid)
			procfs_process(p, o[i].pid)->row = p->row;
	for (i = 0; i < row->count; i++) {
		if (i && o[i].pid == o[i - 1].pid)
			continue;
		processes++;
		process = procfs_process(p, o[i].pid);
		if (in_other_cgroup(c, process, r))
			add_finding(&cgroup, &o[i], process);
		if (r->has & PS_HAS_UID && procfs_status(process) &&
		    process->fsuid != r->uid)
			add_finding(&user, &o[i], process);
		if (is_left_behind(p, process))
			add_finding(&left, &o[i], process);
	}
	if (left.count < processes)
		left.count = 0;
	if (text && cgroup.count)
		put_cgroup_finding(text, &cgroup, c, r->cgroup);
	if (text && user.count) {
		put_finding(text, &user, " is uid ", " are uid ");
		buf_u64(text, user.process->fsuid);
		buf_word(text, ", made by ");
		buf_u64(text, r->uid);
	}
	if (text && left.count) {
		put_finding(text, &left, " was", " were");
		buf_word(text, " left behind by process group ");
		buf_u64(text, left.process->group);
	}
	return cgroup.count || user.count || left.count;
}
