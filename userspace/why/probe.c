// SPDX-License-Identifier: GPL-2.0
/* Call the real bind() and listen(), in a child process with the given uid. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../util/clock.h"
#include "../util/error.h"
#include "why.h"

#define EXIT_SETUID	255	/* greater than any errno               */
#define EXIT_CGROUP	254
#define DEADLINE	5000	/* milliseconds for bind() and listen() */
#define AFTER_KILL	500	/* ... and until the child is gone      */

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

static int set_options(int fd, const struct bind_request *b)
{
	if (b->flags & PORTSOCK_FLAG(REUSEADDR) &&
	    set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1))
		return -1;
	if (b->flags & PORTSOCK_FLAG(REUSEPORT) &&
	    set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1))
		return -1;
	if (b->local.form == PS_FORM_INET6 &&
	    set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY,
		    !!(b->flags & PORTSOCK_FLAG(V6ONLY))))
		return -1;
	return b->dev[0] ? setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, b->dev,
				      strlen(b->dev)) : 0;
}

/* Return 0, or the errno of the call that failed. */
static int try_bind(const struct bind_request *b)
{
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} addr = { .in6.sin6_family = AF_INET6 };
	bool tcp = b->proto == PORTSOCK_PROTO_TCP;
	int fd;

	if (b->local.form == PS_FORM_INET) {
		addr.in.sin_family = AF_INET;
		addr.in.sin_port = htons(b->local.num);
		memcpy(&addr.in.sin_addr, b->local.ip, 4);
	} else {
		addr.in6.sin6_port = htons(b->local.num);
		memcpy(&addr.in6.sin6_addr, b->local.ip, 16);
	}
	fd = socket(addr.sa.sa_family, tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
	if (fd < 0 || set_options(fd, b) ||
	    bind(fd, &addr.sa, b->local.form == PS_FORM_INET ?
		 sizeof(addr.in) : sizeof(addr.in6)) ||
	    (tcp && b->listens && listen(fd, 1)))
		return errno;
	return 0;
}

static bool ends_within(pid_t child, int *status, int milliseconds)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int64_t end = clock_ms() + milliseconds;

	while (waitpid(child, status, WNOHANG) != child) {
		if (clock_ms() >= end)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

/* strerrorname_np() is missing in musl and in glibc before 2.32. */
static const char *errno_name(int err)
{
	static const struct {
		int err;
		const char *name;
	} names[] = {
#define E(name) { name, #name }
		E(EACCES), E(EADDRINUSE), E(EADDRNOTAVAIL), E(EAFNOSUPPORT),
		E(EINVAL), E(EMFILE), E(ENFILE), E(ENOBUFS), E(ENODEV),
		E(ENOMEM), E(ENOPROTOOPT), E(EOPNOTSUPP), E(EPERM),
		E(EPROTONOSUPPORT),
#undef E
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].err == err)
			return names[i].name;
	return err ? strerror(err) : "OK";
}

/**
 * probe_bind() - Try the bind() of a case
 * @w: case
 *
 * The C library changes the uid of all threads of a process, so a child does
 * it.  Its capabilities are dropped with uid 0.  The child also enters a chosen
 * cgroup, and leaves it by its end.
 *
 * Return: "OK" or the name of an errno; NULL after an error message.
 */
const char *probe_bind(const struct why *w)
{
	uid_t uid = w->bind.uid;
	int status, fd;
	pid_t child;

	if (uid != geteuid() && geteuid()) {
		error_print("--probe: no permission to bind as uid %u: omit "
			    "--uid, or run as root (sudo portsock)", uid);
		return NULL;
	}
	if (w->refusers.stopped) {
		error_print("--probe: no cgroup to bind in: %s does not run: "
			    "start it, or use --cgroup",
			    w->refusers.stopped);
		return NULL;
	}
	child = fork();
	if (!child) {
		if (w->refusers.chosen) {
			fd = openat(w->refusers.fd, "cgroup.procs",
				    O_WRONLY | O_CLOEXEC);
			if (fd < 0 || write(fd, "0", 1) != 1)
				_exit(EXIT_CGROUP);
		}
		if (uid != geteuid() && (setresgid(uid, uid, uid) ||
					 setresuid(uid, uid, uid)))
			_exit(EXIT_SETUID);
		_exit(try_bind(&w->bind));
	}
	if (child < 0) {
		error_print("--probe: fork failed: %s", strerror(errno));
		return NULL;
	}
	if (!ends_within(child, &status, DEADLINE)) {
		/* The user may have stopped the child; SIGKILL ends it. */
		kill(child, SIGKILL);
		ends_within(child, &status, AFTER_KILL);
		status = SIGKILL;
	}
	if (!WIFEXITED(status)) {
		error_print("--probe: no result: a process of uid %u may have "
			    "stopped or killed the probe; omit --probe", uid);
		return NULL;
	}
	if (WEXITSTATUS(status) == EXIT_CGROUP) {
		error_print("--probe: cgroup not entered: %s: run as root, for "
			    "a cgroup without child cgroups", w->refusers.path);
		return NULL;
	}
	if (WEXITSTATUS(status) == EXIT_SETUID) {
		error_print("--probe: setuid failed: uid %u: run as root (sudo "
			    "portsock), outside of a user namespace", uid);
		return NULL;
	}
	return errno_name(WEXITSTATUS(status));
}
