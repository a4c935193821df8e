// SPDX-License-Identifier: GPL-2.0
/*
 * To print stat, status and cgroup the kernel needs neither the mmap_lock nor
 * the memory of a process: no process can delay them for long.
 *
 * To print cmdline it takes the mmap_lock and may fault in a page.  The process
 * can keep the lock, and can make the fault wait for a file server (FUSE) of
 * its own.  The read may then last for ever and ignore even SIGKILL.  So a
 * child reads cmdline.  If it misses the deadline, it is killed and replaced.
 * A child that ignores SIGKILL is left behind: init reaps it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../util/clock.h"
#include "cgroup.h"
#include "procfs.h"

#define DEADLINE	500	/* milliseconds for a command line */
#define NO_UID		((u32)-1)
#define CGROUP_FILE_MAX	65536	/* cgroup v1 has up to 13 paths of 4 kB */

#ifndef SYS_close_range
#define SYS_close_range	436	/* Linux 5.9 */
#endif

/* Answer of the child: a byte, so that no answer is empty, and the text. */
struct answer {
	char found;
	char text[PROCFS_COMMAND_MAX];
};

/* Return the length, or -1 with errno. */
static ssize_t read_file(u32 pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t len;
	int fd, err;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	len = read(fd, text, size);
	err = errno;
	close(fd);
	errno = err;
	return len;
}

/* Read a file as a string. */
static bool read_string(u32 pid, const char *name, char *text, size_t size)
{
	ssize_t len = read_file(pid, name, text, size - 1);

	text[len > 0 ? len : 0] = '\0';
	return len > 0;
}

/**
 * procfs_process() - Look up a process of the snapshot
 * @p: processes; a new one is added
 * @pid: PID
 *
 * Return: the process, of which nothing may have been read yet.
 */
struct process *procfs_process(struct procfs *p, u32 pid)
{
	const struct hash_key key = { .low = pid };
	struct process *process = hash_find(&p->processes, &key);

	if (!process) {
		process = hash_add(&p->processes, &key, sizeof(*process));
		process->pid = pid;
	}
	return process;
}

/**
 * procfs_stat() - Read /proc/PID/stat
 * @process: process
 *
 * Return: whether its name, state, parent, group and session are known.
 */
bool procfs_stat(struct process *process)
{
	char text[1024], *end, *comm;
	size_t len;

	if (process->stat)
		return process->stat == PROPERTY_KNOWN;
	process->stat = PROPERTY_MISSING;
	if (!read_string(process->pid, "stat", text, sizeof(text)))
		return false;
	comm = strchr(text, '(');
	end = strrchr(text, ')');	/* a name may contain one, too */
	if (!comm || !end || end < comm)
		return false;
	len = end - comm - 1;
	if (len < sizeof(process->comm)) {
		memcpy(process->comm, comm + 1, len);
		process->comm[len] = '\0';
	}
	if (sscanf(end, ") %c %u %u %u %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d"
		   " %*d %*d %*d %*d %*d %" SCNu64, &process->state,
		   &process->parent, &process->group, &process->session,
		   &process->start) >= 4)
		process->stat = PROPERTY_KNOWN;
	return process->stat == PROPERTY_KNOWN;
}

/**
 * procfs_status() - Read /proc/PID/status
 * @process: process
 *
 * Return: whether its UIDs are known.
 */
bool procfs_status(struct process *process)
{
	char text[4096], *line;

	if (process->status)
		return process->status == PROPERTY_KNOWN;
	process->status = PROPERTY_MISSING;
	if (!read_string(process->pid, "status", text, sizeof(text)))
		return false;
	line = strstr(text, "\nUid:");
	if (line && sscanf(line, "\nUid: %u %*u %*u %u", &process->uid,
			   &process->fsuid) == 2)
		process->status = PROPERTY_KNOWN;
	return process->status == PROPERTY_KNOWN;
}

/**
 * procfs_cgroup_path() - Read the cgroup path of a process, of any version
 * @pid: PID
 * @path: result
 *
 * The cgroup is that of systemd: its own hierarchy of version 1, or version 2.
 * Where a process is in the root of both, it is the last other one.
 *
 * Return: false if the process is gone, its file cannot be read or its path is
 * too long.
 */
bool procfs_cgroup_path(u32 pid, char path[PATH_MAX])
{
	char text[CGROUP_FILE_MAX], *line, *found, *end;
	int rank, best = -1;

	if (!read_string(pid, "cgroup", text, sizeof(text)) ||
	    strlen(text) == sizeof(text) - 1)
		return false;
	for (line = text; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		found = strchr(line, ':');
		if (!found)
			return false;
		rank = !strncmp(found, ":name=systemd:", 14) ? 3 :
			!strncmp(line, "0::", 3) ? 2 : 1;
		found = strchr(found + 1, ':');
		if (!found)
			return false;
		found++;
		if (!strcmp(found, "/"))
			rank = 0;
		if (rank < best)
			continue;
		if (end - found >= PATH_MAX - 1)
			return false;
		best = rank;
		memcpy(path, found, end - found + 1);
	}
	return best >= 0;
}

/**
 * procfs_cgroup() - Read /proc/PID/cgroup
 * @process: process
 *
 * If a path is too long, some kernels fail (6.12), others print its beginning
 * (6.1), which may be the path of another cgroup.
 *
 * Return: PROPERTY_KNOWN with its cgroup in @process->cgroup;
 * PROPERTY_UNREADABLE if its path is too long.
 */
enum property procfs_cgroup(struct process *process)
{
	char text[8192], *path, *end;

	if (process->in)
		return process->in;
	process->in = PROPERTY_MISSING;
	text[0] = '\n';
	if (!read_string(process->pid, "cgroup", text + 1, sizeof(text) - 1)) {
		if (errno == ENAMETOOLONG)
			process->in = PROPERTY_UNREADABLE;
		return process->in;
	}
	path = strstr(text, "\n0::");	/* cgroup v2 has number 0 */
	end = path ? strchr(path + 4, '\n') : NULL;
	if (!end)
		return process->in;
	path += 4;
	*end = '\0';
	if (end - path >= PATH_MAX - 1)
		process->in = PROPERTY_UNREADABLE;
	else if (cgroup_id(path, &process->cgroup))
		process->in = PROPERTY_KNOWN;
	return process->in;
}

/*
 * The child has no other fd than its socket: a child that is left behind must
 * keep neither a pipe of the reader nor the module.
 */
static void serve_commands(int fd)
{
	static struct answer answer;
	ssize_t len;
	u32 pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(fd, STDIN_FILENO);
	syscall(SYS_close_range, STDIN_FILENO + 1, ~0U, 0);
	while (read(STDIN_FILENO, &pid, sizeof(pid)) == sizeof(pid)) {
		len = read_file(pid, "cmdline", answer.text,
				sizeof(answer.text));
		answer.found = len >= 0;
		if (send(STDIN_FILENO, &answer, 1 + (len > 0 ? len : 0),
			 MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

static void reap_stuck(struct procfs *p)
{
	unsigned int i, left = 0;

	for (i = 0; i < p->nstuck; i++)
		if (!waitpid(p->stuck[i], NULL, WNOHANG))
			p->stuck[left++] = p->stuck[i];
	p->nstuck = left;
}

static bool start_child(struct procfs *p)
{
	sigset_t all, before;
	int pair[2];

	reap_stuck(p);
	if (p->nstuck == PROCFS_STUCK_MAX ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return false;
	/* The child must not handle a signal as the reader does. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	p->child = fork();
	if (!p->child)
		serve_commands(pair[1]);
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(pair[1]);
	p->fd = pair[0];
	if (p->child > 0)
		return true;
	p->child = 0;
	close(p->fd);
	return false;
}

/* End the child without waiting for it.  The next read starts another one. */
static void end_child(struct procfs *p)
{
	if (!p->child)
		return;
	close(p->fd);
	kill(p->child, SIGKILL);
	p->stuck[p->nstuck++] = p->child;
	p->child = 0;
	reap_stuck(p);
}

/*
 * Let the child read a command line.  Return its length, -1 if there is no such
 * process, -2 if the deadline was missed.
 */
static ssize_t read_command(struct procfs *p, u32 pid, char *text)
{
	int64_t end = clock_ms() + DEADLINE, left = DEADLINE;
	struct pollfd ready = { .events = POLLIN };
	struct answer answer;
	ssize_t len = -1;
	int got;

	if (!p->child && !start_child(p))
		return -2;
	if (send(p->fd, &pid, sizeof(pid), MSG_NOSIGNAL) == sizeof(pid)) {
		ready.fd = p->fd;
		do {
			got = poll(&ready, 1, left);
			left = end - clock_ms();
		} while (got < 0 && errno == EINTR && left > 0);
		if (got > 0)
			len = recv(p->fd, &answer, sizeof(answer), 0);
	}
	if (len <= 0) {
		end_child(p);
		return -2;
	}
	if (!answer.found)
		return -1;
	memcpy(text, answer.text, len - 1);
	return len - 1;
}

/**
 * procfs_command() - Read the command line of a process
 * @p: processes
 * @pid: PID
 * @text: result
 *
 * After a missed deadline no other process of that user is read, so one user
 * cannot use up the time for all others.
 *
 * Return: @text, the arguments with blanks between them; NULL if there are
 * none; NAME_UNKNOWN if they could not be read in time.
 */
const char *procfs_command(struct procfs *p, u32 pid,
			   char text[PROCFS_COMMAND_MAX + 1])
{
	struct process *process = procfs_process(p, pid);
	unsigned int late;
	ssize_t len, i;

	if (p->nlate == PROCFS_LATE_MAX)
		return NAME_UNKNOWN;
	for (late = 0; late < p->nlate; late++)
		if (procfs_status(process) && p->late[late] == process->uid)
			return NAME_UNKNOWN;
	len = read_command(p, pid, text);
	if (len == -2) {
		p->late[p->nlate++] = procfs_status(process) ?
			process->uid : NO_UID;
		return NAME_UNKNOWN;
	}
	/* A NUL ends each argument.  A process may write anything there. */
	while (len > 0 && (!text[len - 1] || text[len - 1] == ' '))
		len--;
	if (len <= 0)
		return NULL;
	for (i = 0; i < len; i++)
		if (!text[i])
			text[i] = ' ';
	text[len] = '\0';
	return text;
}

/**
 * procfs_renew() - Begin another snapshot
 * @p: processes, none afterwards
 */
void procfs_renew(struct procfs *p)
{
	hash_free(&p->processes);
	p->nlate = 0;
}

/**
 * procfs_free() - Free everything and end the child
 * @p: processes
 */
void procfs_free(struct procfs *p)
{
	procfs_renew(p);
	end_child(p);
}
