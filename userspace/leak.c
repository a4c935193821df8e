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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cgroup.h"
#include "leak.h"
#include "lookup.h"
#include "process.h"
#include "../module/core/format.h"

/* A reason, and the first process that it is true of. */
struct finding {
	const struct ps_owner *who;
	unsigned int others;
};

static void find(struct finding *f, const struct ps_owner *who)
{
	if (f->who)
		f->others++;
	else
		f->who = who;
}

/* Begins a reason: "nginx(901) and 3 more". */
static void put_finding(struct ps_text *t, const struct finding *f)
{
	if (t->len)
		ps_text_word(t, "; ");
	ps_text_word(t, f->who->comm);
	ps_text_char(t, '(');
	ps_text_u64(t, f->who->pid);
	ps_text_char(t, ')');
	if (!f->others)
		return;
	ps_text_word(t, " and ");
	ps_text_u64(t, f->others);
	ps_text_word(t, " more");
}

/* The path of a process' cgroup of version 2, relative to our root. */
static bool cgroup_of(u32 pid, char *path, size_t size)
{
	char text[8192], *line, *end;

	if (!ps_process_text(pid, "cgroup", text, sizeof(text)))
		return false;
	line = strncmp(text, "0::", 3) ? strstr(text, "\n0::") : text - 1;
	if (!line)
		return false;
	line += 4;
	end = strchr(line, '\n');
	if (!end || (size_t)(end - line) >= size)
		return false;
	memcpy(path, line, end - line);
	path[end - line] = '\0';
	return true;
}

static bool is_elsewhere(u32 pid, const struct ps_record *r)
{
	char path[4096];
	u64 id;

	return r->has & PS_HAS_CGROUP && cgroup_of(pid, path, sizeof(path)) &&
		ps_cgroup_id(path, &id) && id != r->cgroup;
}

/* A number that stands in a line of /proc/PID/status. */
static bool fsuid_of(u32 pid, u32 *uid)
{
	char text[4096], *line;

	if (!ps_process_text(pid, "status", text, sizeof(text)))
		return false;
	line = strstr(text, "\nUid:");
	return line && sscanf(line, "\nUid: %*u %*u %*u %u", uid) == 1;
}

static bool is_somebody_else(u32 pid, const struct ps_record *r)
{
	u32 uid;

	return r->has & PS_HAS_UID && fsuid_of(pid, &uid) && uid != r->uid;
}

struct family {
	char state;
	u32 parent;
	u32 group;
	u32 session;
};

static bool family_of(u32 pid, struct family *f)
{
	char text[1024], *behind;

	if (!ps_process_text(pid, "stat", text, sizeof(text)))
		return false;
	behind = strrchr(text, ')');
	return behind && sscanf(behind, ") %c %u %u %u", &f->state, &f->parent,
				&f->group, &f->session) == 4;
}

/* One that has ended and was not waited for holds nothing and does nothing. */
static bool lives(u32 pid)
{
	struct family f;

	return family_of(pid, &f) && f.state != 'Z';
}

static bool holds(const struct ps_row *row, u32 pid)
{
	size_t i;

	for (i = 0; i < row->count; i++)
		if (row->owners[i].pid == pid)
			return true;
	return false;
}

static bool is_left_behind(const struct ps_row *row, u32 pid, u32 *group)
{
	struct family own, other;

	if (!family_of(pid, &own) || own.group == pid || own.session == pid ||
	    !own.group || lives(own.group))
		return false;
	*group = own.group;
	return holds(row, own.parent) || own.parent == 1 ||
		(family_of(own.parent, &other) &&
		 other.session != own.session);
}

static void put_elsewhere(struct ps_text *t, const struct finding *f,
			  const char *made)
{
	char path[4096];

	put_finding(t, f);
	ps_text_word(t, f->others ? " are in cgroup " : " is in cgroup ");
	ps_text_word(t, cgroup_of(f->who->pid, path, sizeof(path)) ? path : "?");
	if (made) {
		ps_text_word(t, ", made in ");
		ps_text_word(t, made);
	} else {
		ps_text_word(t, ", made in one that is gone");
	}
}

static void put_somebody(struct ps_text *t, const struct finding *f, u32 made)
{
	u32 uid = 0;

	put_finding(t, f);
	ps_text_word(t, f->others ? " are uid " : " is uid ");
	fsuid_of(f->who->pid, &uid);
	ps_text_u64(t, uid);
	ps_text_word(t, ", made by ");
	ps_text_u64(t, made);
}

static void put_left(struct ps_text *t, const struct finding *f, u32 group)
{
	put_finding(t, f);
	ps_text_word(t, f->others ? " were" : " was");
	ps_text_word(t, " left behind by process group ");
	ps_text_u64(t, group);
}

/**
 * ps_leak() - who holds a socket and is not who made it
 * @n: names
 * @row: socket
 *
 * Return: who, and why so, valid until the next name is asked for; NULL if
 * there is nobody.
 */
const char *ps_leak(struct ps_names *n, const struct ps_row *row)
{
	struct finding elsewhere = {}, somebody = {}, left = {};
	const struct ps_record *r = &row->record;
	size_t i, processes = 0;
	const char *made;
	u32 group = 0;

	for (i = 0; n->live && i < row->count; i++) {
		const struct ps_owner *o = &row->owners[i];

		if (i && o->pid == o[-1].pid)
			continue;
		processes++;
		if (is_elsewhere(o->pid, r))
			find(&elsewhere, o);
		if (is_somebody_else(o->pid, r))
			find(&somebody, o);
		if (is_left_behind(row, o->pid, &group))
			find(&left, o);
	}
	made = elsewhere.who ? ps_names_cgroup(n, r->cgroup) : NULL;
	n->text.len = 0;
	if (elsewhere.who)
		put_elsewhere(&n->text, &elsewhere, made);
	if (somebody.who)
		put_somebody(&n->text, &somebody, r->uid);
	if (left.who && left.others + 1 == processes)
		put_left(&n->text, &left, group);
	if (!n->text.len)
		return NULL;
	ps_text_char(&n->text, '\0');
	return n->text.data;
}
