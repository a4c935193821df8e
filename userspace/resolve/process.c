// SPDX-License-Identifier: GPL-2.0
/*
 * To print stat, status and cgroup the kernel needs neither the mmap_lock nor
 * the memory of a process: no process can delay them for long.  For cmdline it
 * needs both, see worker.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "../util/error.h"
#include "process.h"

#define FIRST_SIZE	64
#define NO_UID		((u32)-1)

/* Read a file of /proc/PID as a string; its length, -1 without one. */
static ssize_t read_text(u32 pid, const char *file, char *text, size_t size)
{
	char path[64];
	ssize_t len;
	int fd, err;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	len = read(fd, text, size - 1);
	err = errno;
	close(fd);
	errno = err;
	text[len > 0 ? len : 0] = '\0';
	return len > 0 ? len : -1;
}

static struct process **find_slot(const struct processes *ps, u32 pid)
{
	size_t at = pid * 2654435761U & (ps->size - 1);

	while (ps->slots[at] && ps->slots[at]->pid != pid)
		at = (at + 1) & (ps->size - 1);
	return &ps->slots[at];
}

static void grow(struct processes *ps)
{
	struct process **old = ps->slots;
	size_t i, old_size = ps->size, size;

	ps->size = old_size ? 2 * old_size : FIRST_SIZE;
	size = ps->size * sizeof(*ps->slots);
	ps->slots = memset(xrealloc(NULL, size), 0, size);
	for (i = 0; i < old_size; i++)
		if (old[i])
			*find_slot(ps, old[i]->pid) = old[i];
	free(old);
}

/**
 * process() - find a process of the snapshot
 * @ps: processes; a new one is added
 * @pid: its PID
 *
 * Return: the process, of which nothing may be known yet.
 */
struct process *process(struct processes *ps, u32 pid)
{
	struct process **slot;

	if (2 * ps->count >= ps->size)
		grow(ps);
	slot = find_slot(ps, pid);
	if (*slot)
		return *slot;
	*slot = xrealloc(NULL, sizeof(**slot));
	**slot = (struct process){ .pid = pid };
	ps->count++;
	return *slot;
}

/**
 * process_stat() - read /proc/PID/stat
 * @p: process
 *
 * Return: whether its state, parent, group and session are known.
 */
bool process_stat(struct process *p)
{
	char text[1024], *behind;

	if (p->stat)
		return p->stat == PROPERTY_KNOWN;
	p->stat = PROPERTY_MISSING;
	if (read_text(p->pid, "stat", text, sizeof(text)) < 0)
		return false;
	behind = strrchr(text, ')');
	if (behind && sscanf(behind, ") %c %u %u %u", &p->state, &p->parent,
			     &p->group, &p->session) == 4)
		p->stat = PROPERTY_KNOWN;
	return p->stat == PROPERTY_KNOWN;
}

/**
 * process_status() - read /proc/PID/status
 * @p: process
 *
 * Return: whether its UIDs are known.
 */
bool process_status(struct process *p)
{
	char text[4096], *line;

	if (p->status)
		return p->status == PROPERTY_KNOWN;
	p->status = PROPERTY_MISSING;
	if (read_text(p->pid, "status", text, sizeof(text)) < 0)
		return false;
	line = strstr(text, "\nUid:");
	if (line && sscanf(line, "\nUid: %u %*u %*u %u", &p->uid,
			   &p->fsuid) == 2)
		p->status = PROPERTY_KNOWN;
	return p->status == PROPERTY_KNOWN;
}

/* The path of cgroup v2 in /proc/PID/cgroup, relative to our root. */
static char *find_cgroup(char *text)
{
	char *line = text, *end;

	if (strncmp(text, "0::", 3)) {
		line = strstr(text, "\n0::");
		if (!line)
			return NULL;
		line++;
	}
	end = strchr(line, '\n');
	if (!end)
		return NULL;
	*end = '\0';
	return line + 3;
}

/**
 * process_cgroup() - read /proc/PID/cgroup
 * @p: process
 *
 * Where a path is too long, some kernels fail (6.12), others print its
 * beginning (6.1), which may be the path of another cgroup.
 *
 * Return: PROPERTY_KNOWN with its cgroup in @p->cgroup; PROPERTY_UNREADABLE if its path is
 * too long.
 */
enum property process_cgroup(struct process *p)
{
	char text[8192], *path;

	if (p->in)
		return p->in;
	p->in = PROPERTY_MISSING;
	if (read_text(p->pid, "cgroup", text, sizeof(text)) < 0) {
		if (errno == ENAMETOOLONG)
			p->in = PROPERTY_UNREADABLE;
		return p->in;
	}
	path = find_cgroup(text);
	if (path && strlen(path) >= PATH_MAX - 1)
		p->in = PROPERTY_UNREADABLE;
	else if (path && cgroup_id(path, &p->cgroup))
		p->in = PROPERTY_KNOWN;
	return p->in;
}

/*
 * After a missed deadline the other processes of that user are not read, so one
 * user cannot use up the time for all the others.
 */
static bool is_read(struct processes *ps, struct process *p)
{
	unsigned int i;

	if (ps->nlate == PROCESS_LATE_MAX)
		return false;
	if (ps->nlate && !process_status(p))
		return true;	/* it is gone */
	for (i = 0; i < ps->nlate; i++)
		if (ps->late[i] == p->uid)
			return false;
	return true;
}

/* Arguments end with a NUL each; a process may write anything there. */
static size_t join_arguments(char *text, size_t len)
{
	size_t i;

	while (len && (!text[len - 1] || text[len - 1] == ' '))
		len--;
	for (i = 0; i < len; i++)
		if (!text[i])
			text[i] = ' ';
	return len;
}

static void read_command(struct processes *ps, struct process *p)
{
	char text[WORKER_TEXT_MAX];
	ssize_t len = WORKER_LATE;

	p->line = PROPERTY_MISSING;
	if (is_read(ps, p)) {
		len = worker_read(&ps->worker, p->pid, text);
		if (len == WORKER_LATE)
			ps->late[ps->nlate++] = process_status(p) ?
				p->uid : NO_UID;
	}
	if (len == WORKER_LATE) {
		p->line = PROPERTY_UNREADABLE;
		return;
	}
	if (len > 0)
		len = join_arguments(text, len);
	if (len <= 0)
		return;
	p->line = PROPERTY_KNOWN;
	p->command = xrealloc(NULL, len + 1);
	memcpy(p->command, text, len);
	p->command[len] = '\0';
}

/**
 * process_command() - the command line of a process
 * @ps: processes
 * @pid: PID
 *
 * Return: the arguments with blanks between them, NAME_UNKNOWN if they could not
 * be read in time, NULL if there are none.
 */
const char *process_command(struct processes *ps, u32 pid)
{
	struct process *p = process(ps, pid);

	if (!p->line)
		read_command(ps, p);
	return p->line == PROPERTY_UNREADABLE ? NAME_UNKNOWN : p->command;
}

/**
 * processes_renew() - begin another snapshot
 * @ps: processes, none afterwards
 */
void processes_renew(struct processes *ps)
{
	size_t i;

	for (i = 0; i < ps->size; i++) {
		if (ps->slots[i])
			free(ps->slots[i]->command);
		free(ps->slots[i]);
	}
	free(ps->slots);
	ps->slots = NULL;
	ps->size = ps->count = 0;
	ps->nlate = 0;
}

/**
 * processes_free() - end the worker and free everything
 * @ps: processes
 */
void processes_free(struct processes *ps)
{
	processes_renew(ps);
	worker_end(&ps->worker);
}
