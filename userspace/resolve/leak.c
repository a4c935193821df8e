// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel remembers in which cgroup and for which user a socket was made,
 * but not by which process.  So what can be known of a leak is:
 *
 * - a process holds it that is in another cgroup (of version 2);
 * - a process holds it that is another user (by its file system uid, which is
 *   the one that a new socket gets);
 * - all who hold it were left behind: none of them leads a session or a
 *   process group, the process that led their group is gone, and init or
 *   another reaper has become their parent.  A child that outlived its server
 *   looks like that.  So does a server that itself was started in the
 *   background by a script that has ended.
 */
#include <string.h>

#include "leak.h"
#include "names.h"

/* A reason, the first process that it applies to, and how many others. */
struct finding {
	const struct ps_owner *who;
	const struct process *process;
	unsigned int others;
};

static void find(struct finding *f, const struct ps_owner *who,
		 const struct process *process)
{
	if (f->who) {
		f->others++;
		return;
	}
	f->who = who;
	f->process = process;
}

/* Begins a reason: "nginx(901) and 3 more". */
static void put_finding(struct buf *t, const struct finding *f)
{
	if (t->len)
		buf_word(t, "; ");
	buf_word(t, f->who->comm);
	buf_char(t, '(');
	buf_u64(t, f->who->pid);
	buf_char(t, ')');
	if (!f->others)
		return;
	buf_word(t, " and ");
	buf_u64(t, f->others);
	buf_word(t, " more");
}

/*
 * A process whose cgroup has too long a path to be printed is elsewhere if the
 * socket's cgroup has a shorter one, or is gone.
 */
static bool is_elsewhere(struct names *n, struct process *p,
			 const struct ps_record *r)
{
	const char *made;

	if (!(r->has & PS_HAS_CGROUP))
		return false;
	switch (process_cgroup(p)) {
	case PROPERTY_KNOWN:
		return p->cgroup != r->cgroup;
	case PROPERTY_UNREADABLE:
		made = names_cgroup(n, r->cgroup);
		return !made || strcmp(made, NAME_UNKNOWN);
	default:
		return false;
	}
}

static bool is_somebody_else(struct process *p, const struct ps_record *r)
{
	return r->has & PS_HAS_UID && process_status(p) &&
		p->fsuid != r->uid;
}

/* A zombie owns nothing and does nothing. */
static bool lives(struct process *p)
{
	return process_stat(p) && p->state != 'Z';
}

static bool is_left_behind(struct names *n, struct process *p)
{
	struct process *parent;

	if (!process_stat(p) || p->group == p->pid ||
	    p->session == p->pid || !p->group ||
	    lives(process(&n->processes, p->group)))
		return false;
	parent = process(&n->processes, p->parent);
	return parent->row == n->row || p->parent == 1 ||
		(process_stat(parent) && parent->session != p->session);
}

static void put_path(struct buf *t, const char *path)
{
	buf_word(t, path ? path : NAME_UNKNOWN);
}

static void put_elsewhere(struct names *n, const struct finding *f, u64 made)
{
	struct buf *t = &n->text;
	const char *path;

	put_finding(t, f);
	buf_word(t, f->others ? " are in cgroup " : " is in cgroup ");
	put_path(t, f->process->in == PROPERTY_KNOWN ?
		 names_cgroup(n, f->process->cgroup) : NULL);
	path = names_cgroup(n, made);
	buf_word(t, path ? ", made in " : ", made in one that is gone");
	if (path)
		put_path(t, path);
}

static void put_somebody(struct buf *t, const struct finding *f, u32 made)
{
	put_finding(t, f);
	buf_word(t, f->others ? " are uid " : " is uid ");
	buf_u64(t, f->process->fsuid);
	buf_word(t, ", made by ");
	buf_u64(t, made);
}

static void put_left(struct buf *t, const struct finding *f, u32 group)
{
	put_finding(t, f);
	buf_word(t, f->others ? " were" : " was");
	buf_word(t, " left behind by process group ");
	buf_u64(t, group);
}

/**
 * struct findings - what is known of a leak
 * @elsewhere: owners in another cgroup
 * @somebody: owners of another user
 * @left: owners that were left behind; a leak only if all of them were
 * @group: process group of the last of them
 */
struct findings {
	struct finding elsewhere;
	struct finding somebody;
	struct finding left;
	u32 group;
};

static void look_at_owner(struct names *n, struct findings *f,
			  const struct ps_owner *o, const struct ps_record *r)
{
	struct process *p = process(&n->processes, o->pid);

	if (is_elsewhere(n, p, r))
		find(&f->elsewhere, o, p);
	if (is_somebody_else(p, r))
		find(&f->somebody, o, p);
	if (is_left_behind(n, p)) {
		find(&f->left, o, p);
		f->group = p->group;
	}
}

/* Whether there is a leak.  Descriptors of one process are side by side. */
static bool look(struct names *n, struct findings *f,
		 const struct row *row)
{
	const struct ps_owner *o = row->owners;
	size_t i, processes = 0;

	*f = (struct findings){};
	if (!n->live)
		return false;
	n->row++;
	for (i = 0; i < row->count; i++)
		if (!i || o[i].pid != o[i - 1].pid)
			process(&n->processes, o[i].pid)->row = n->row;
	for (i = 0; i < row->count; i++) {
		if (i && o[i].pid == o[i - 1].pid)
			continue;
		processes++;
		look_at_owner(n, f, &o[i], &row->record);
	}
	if (f->left.who && f->left.others + 1 != processes)
		f->left.who = NULL;
	return f->elsewhere.who || f->somebody.who || f->left.who;
}

/**
 * leak_found() - whether a process owns a socket and did not make it
 * @n: names
 * @row: socket
 *
 * Return: whether there is one.
 */
bool leak_found(struct names *n, const struct row *row)
{
	struct findings f;

	return look(n, &f, row);
}

/**
 * leak_text() - describe who owns a socket and did not make it
 * @n: names
 * @row: socket
 *
 * Return: the processes and the reasons, valid until the next name is looked
 * up; NULL if there are none.
 */
const char *leak_text(struct names *n, const struct row *row)
{
	struct findings f;

	if (!look(n, &f, row))
		return NULL;
	n->text.len = 0;
	if (f.elsewhere.who)
		put_elsewhere(n, &f.elsewhere, row->record.cgroup);
	if (f.somebody.who)
		put_somebody(&n->text, &f.somebody, row->record.uid);
	if (f.left.who)
		put_left(&n->text, &f.left, f.group);
	buf_char(&n->text, '\0');
	return n->text.data;
}
