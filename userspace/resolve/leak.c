// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel records in which cgroup a socket was made, but not by which
 * process.  The service of a cgroup is its systemd unit or its container, see
 * manager_of_cgroup(); without both it is the cgroup itself.
 *
 * The first line that applies decides about a socket:
 *
 *  1. a manager is an owner (PID 1, systemd of a user or of a container):
 *     not a leak.  It has activated the socket, or stores its fd.
 *  2. a manager has made it (in init.scope or in the cgroup of a .socket):
 *     not a leak.
 *  3. an owner publishes a port of a container, or is in a container while the
 *     socket was made outside: not a leak of this owner.  Engines pass sockets
 *     to their proxies and containers, a user's engine those of that user.
 *  4. the cgroup in which it was made does not exist any more: a leak.
 *  5. an owner is in another service: a leak.
 *  6. all owners were left behind in the same service, which has stopped, or
 *     has started again since: may be a leak.
 *  7. all owners were left behind in the same session, or there are no
 *     services: may be a leak.
 *  8. else: not a leak.  Another uid is not evidence, as daemons drop root.
 *
 * A process is left behind if it leads neither a process group nor a session,
 * their leaders are gone, and its parent is init, a reaper or another owner.  A
 * child that outlived its server looks like that.  So does a server that was
 * started in the background by a script that has ended, therefore line 6 needs
 * systemd's evidence and line 7 is a guess.
 *
 * A cgroup that cannot be looked up is neither gone nor another one.
 */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "leak.h"
#include "proxy.h"
#include "service.h"

#define START_MARGIN	2000	/* milliseconds, for the precision of clocks */

/* The first owner that a reason applies to, and the number of processes. */
struct finding {
	const struct ps_owner *owner;
	const struct process *process;
	unsigned int count;
};

/*
 * The cgroup in which a socket was made: without cgroups, or in one that is
 * known, or gone, or not to be looked up.
 */
struct origin {
	bool absent;
	bool known;
	bool gone;
	u64 id;
	char path[PATH_MAX];
	struct manager manager;
};

static void add_finding(struct finding *f, const struct ps_owner *owner,
			const struct process *process)
{
	if (!f->count++) {
		f->owner = owner;
		f->process = process;
	}
}

static void find_origin(struct origin *o, struct cgroups *c,
			const struct ps_record *r)
{
	const char *path;

	o->absent = !(r->has & PS_HAS_CGROUP);
	o->known = false;
	o->gone = false;
	o->manager = (struct manager){};
	if (o->absent)
		return;
	o->id = r->cgroup;
	path = cgroups_path(c, r->cgroup);
	o->gone = !path;
	o->known = path && strcmp(path, NAME_UNKNOWN);
	if (o->known) {
		memcpy(o->path, path, strlen(path) + 1);
		manager_of_cgroup(&o->manager, path);
	}
}

static bool is_activator(const struct manager *m)
{
	size_t len = strlen(m->unit);

	return m->unit_known == PROPERTY_KNOWN &&
		(!strcmp(m->unit, "init.scope") ||
		 (len > 7 && !strcmp(m->unit + len - 7, ".socket")));
}

/* Check if two cgroups belong to one service. */
static bool is_same_service(const struct origin *o, const char *path,
			    const struct manager *m)
{
	size_t len = m->service_len;

	return len == o->manager.service_len && !strncmp(path, o->path, len) &&
		(len || !strcmp(path, o->path));
}

/*
 * A process with a cgroup path that is too long to be printed is in another
 * cgroup than a socket with a shorter path.
 */
static bool is_in_other_service(const struct origin *o, struct cgroups *c,
				const struct ps_record *r,
				struct process *process)
{
	enum property in = procfs_cgroup(process);
	const char *path;
	struct manager m;

	if (in != PROPERTY_KNOWN || process->cgroup == o->id)
		return in == PROPERTY_UNREADABLE;
	path = cgroups_path(c, process->cgroup);
	if (!path || !strcmp(path, NAME_UNKNOWN))
		return false;
	manager_of_cgroup(&m, path);
	if (o->known && is_same_service(o, path, &m))
		return false;
	if (m.container_known == PROPERTY_MISSING)
		proxy_check(process, &m);
	/* Users choose the names of their processes and containers. */
	if (m.in_unit || (m.container_user != MANAGER_NO_USER &&
			  r->has & PS_HAS_UID && r->uid != m.container_user))
		return true;
	if (m.publishes)
		return false;
	return m.container_known != PROPERTY_KNOWN ||
		m.unit_scope == UNIT_CONTAINER ||
		(o->known && o->manager.container_known == PROPERTY_KNOWN);
}

/* A zombie owns nothing and does nothing. */
static bool is_gone(struct procfs *p, u32 pid)
{
	struct process *process = procfs_process(p, pid);

	return !procfs_stat(process) || process->state == 'Z';
}

static bool is_left_behind(struct procfs *p, struct process *process)
{
	struct process *parent;

	if (!procfs_stat(process) || !process->group ||
	    !process->session || process->group == process->pid ||
	    process->session == process->pid)
		return false;
	if (!is_gone(p, process->group) || !is_gone(p, process->session))
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

static void put_other_service(struct buf *text, const struct finding *f,
			      struct cgroups *c, const struct origin *o)
{
	const char *path = NULL;

	put_finding(text, f, " is in cgroup ", " are in cgroup ");
	if (f->process->in == PROPERTY_KNOWN)
		path = cgroups_path(c, f->process->cgroup);
	buf_word(text, path ? path : NAME_UNKNOWN);
	buf_word(text, o->gone ? ", made in one that is gone" : ", made in ");
	buf_word(text, o->gone ? "" : o->path);
}

/*
 * Check if the owners that were left behind are a leak, and put the reason.  A
 * unit of a user or of a container is taken to live.
 */
static bool has_outlived(const struct origin *o, const struct finding *left,
			 struct buf *text)
{
	const struct manager *m = &o->manager;
	size_t len = strlen(m->unit);
	u64 since = 0, start;
	bool is_service;

	is_service = m->unit_known == PROPERTY_KNOWN && len > 8 &&
		!strcmp(m->unit + len - 8, ".service");
	start = left->process->start * 1000 / sysconf(_SC_CLK_TCK);
	if (m->container_known == PROPERTY_KNOWN ||
	    m->unit_scope != UNIT_SYSTEM)
		return false;
	if (is_service) {
		switch (service_run(m->unit, &since)) {
		case SERVICE_UNKNOWN:
			return false;
		case SERVICE_STOPPED:
			break;
		case SERVICE_RUNS:
			if (!left->process->start ||
			    start + START_MARGIN >= since)
				return false;
			break;
		}
	}
	if (!text)
		return true;
	put_finding(text, left, " may be left behind by ",
		    " may be left behind by ");
	if (is_service) {
		buf_word(text, m->unit);
		buf_word(text, since ? ", which has started again since" :
			 ", which has stopped");
	} else {
		buf_word(text, "session ");
		buf_u64(text, left->process->session);
		buf_word(text, ", which has ended");
	}
	return true;
}

/**
 * leak_find() - Check if a socket has leaked
 * @p: processes
 * @c: cgroups
 * @row: socket
 * @text: empty; the processes and the reasons are put here, unless it is NULL
 *
 * Return: whether it is, or may be, a leak.
 */
bool leak_find(struct procfs *p, struct cgroups *c, const struct row *row,
	       struct buf *text)
{
	struct finding other = {}, left = {};
	const struct ps_owner *owners = row->owners;
	unsigned int processes = 0;
	struct process *process;
	struct manager m;
	struct origin o;
	const char *path;
	size_t i;

	if (!row->count)
		return false;
	find_origin(&o, c, &row->record);
	if (o.known && is_activator(&o.manager))
		return false;
	/* File descriptors of one process are side by side. */
	p->row++;
	for (i = 0; i < row->count; i++) {
		if (i && owners[i].pid == owners[i - 1].pid)
			continue;
		process = procfs_process(p, owners[i].pid);
		process->row = p->row;
		if (process->pid == 1)
			return false;
		if (procfs_cgroup(process) != PROPERTY_KNOWN ||
		    (o.known && process->cgroup == o.id))
			continue;
		path = cgroups_path(c, process->cgroup);
		manager_of_cgroup(&m, path ? path : "/");
		if (is_activator(&m))
			return false;
	}
	for (i = 0; i < row->count; i++) {
		if (i && owners[i].pid == owners[i - 1].pid)
			continue;
		processes++;
		process = procfs_process(p, owners[i].pid);
		if ((o.known || o.gone) &&
		    is_in_other_service(&o, c, &row->record, process))
			add_finding(&other, &owners[i], process);
		else if ((o.known || o.absent) && is_left_behind(p, process))
			add_finding(&left, &owners[i], process);
	}
	if (other.count) {
		if (text)
			put_other_service(text, &other, c, &o);
		return true;
	}
	return left.count == processes && has_outlived(&o, &left, text);
}
