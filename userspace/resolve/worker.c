// SPDX-License-Identifier: GPL-2.0
/*
 * To read /proc/PID/cmdline the kernel takes the mmap_lock of that process and
 * may fault in one of its pages.  The process can keep the lock, and can make
 * the fault wait for a file server (FUSE) of its own.  The read may then last
 * for ever and ignore even SIGKILL.
 *
 * So a child makes the read.  If it misses the deadline, it is killed, and
 * another one is made.  A child that ignores SIGKILL is left behind: init reaps
 * it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../util/clock.h"
#include "worker.h"

#define DEADLINE	500	/* milliseconds */

/* What the child answers: a byte, so that no answer is empty, and the text. */
struct answer {
	char found;
	char text[WORKER_TEXT_MAX];
};

static ssize_t read_command(u32 pid, char *text)
{
	char path[32];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/cmdline", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	len = read(fd, text, WORKER_TEXT_MAX);
	close(fd);
	return len;
}

/*
 * The child keeps nothing open but its socket: a child that is left behind must
 * hold neither a pipe of the reader nor the module.
 */
static void work(int fd)
{
	static struct answer answer;
	ssize_t len;
	u32 pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(fd, STDIN_FILENO);
	close_range(STDIN_FILENO + 1, ~0U, 0);
	while (read(STDIN_FILENO, &pid, sizeof(pid)) == sizeof(pid)) {
		len = read_command(pid, answer.text);
		answer.found = len >= 0;
		if (send(STDIN_FILENO, &answer, 1 + (len > 0 ? len : 0),
			 MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

static void reap(struct worker *w)
{
	unsigned int i, left = 0;

	for (i = 0; i < w->nstuck; i++)
		if (!waitpid(w->stuck[i], NULL, WNOHANG))
			w->stuck[left++] = w->stuck[i];
	w->nstuck = left;
}

static bool begin(struct worker *w)
{
	sigset_t all, before;
	int pair[2];

	reap(w);
	if (w->nstuck == WORKER_STUCK_MAX ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return false;
	/* The child must not handle a signal as the reader does. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	w->child = fork();
	if (!w->child)
		work(pair[1]);
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(pair[1]);
	w->fd = pair[0];
	if (w->child > 0)
		return true;
	w->child = 0;
	close(w->fd);
	return false;
}

/**
 * worker_end() - end the worker, without waiting for it
 * @w: worker; the next read makes another one
 */
void worker_end(struct worker *w)
{
	if (!w->child)
		return;
	close(w->fd);
	kill(w->child, SIGKILL);
	w->stuck[w->nstuck++] = w->child;
	w->child = 0;
	reap(w);
}

static bool is_answered(const struct worker *w)
{
	struct pollfd answer = { .fd = w->fd, .events = POLLIN };
	int64_t end = clock_ms() + DEADLINE, left = DEADLINE;
	int got;

	do {
		got = poll(&answer, 1, left);
		left = end - clock_ms();
	} while (got < 0 && errno == EINTR && left > 0);
	return got > 0;
}

/**
 * worker_read() - read the command line of a process
 * @w: worker, made if there is none
 * @pid: process
 * @text: room for WORKER_TEXT_MAX bytes; more are cut off
 *
 * Return: how many bytes, WORKER_GONE without such a process, WORKER_LATE
 * without an answer.
 */
ssize_t worker_read(struct worker *w, u32 pid, char *text)
{
	struct answer answer;
	ssize_t len;

	if (!w->child && !begin(w))
		return WORKER_LATE;
	if (send(w->fd, &pid, sizeof(pid), MSG_NOSIGNAL) < 0 ||
	    !is_answered(w)) {
		worker_end(w);
		return WORKER_LATE;
	}
	len = recv(w->fd, &answer, sizeof(answer), 0);
	if (len <= 0) {
		worker_end(w);
		return WORKER_LATE;
	}
	if (!answer.found)
		return WORKER_GONE;
	memcpy(text, answer.text, len - 1);
	return len - 1;
}
