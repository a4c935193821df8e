// SPDX-License-Identifier: GPL-2.0
/* Really try: the same bind(), and listen(), by a child as that user. */
#include <errno.h>
#include <netinet/in.h>
#include <net/if.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../util/clock.h"
#include "../util/error.h"
#include "why.h"

#define CANNOT_TRY	255	/* no errno: those end below 134 */
#define DEADLINE	5000	/* milliseconds for bind() and listen() */
#define AFTER_KILL	500	/* ... and until the child is gone */
#define PAUSE		1

/*
 * A child is another thread of control for the C library, so its setresuid()
 * is nobody else's.  Capabilities go with root.
 */
static int become(u32 uid)
{
	if (uid == geteuid())
		return 0;
	return setresgid(uid, uid, uid) || setresuid(uid, uid, uid) ? -1 : 0;
}

static socklen_t make_address(const struct bind_request *b,
			      struct sockaddr_storage *address)
{
	struct sockaddr_in6 *in6 = (void *)address;
	struct sockaddr_in *in = (void *)address;

	memset(address, 0, sizeof(*address));
	if (b->local.form == PS_FORM_INET) {
		in->sin_family = AF_INET;
		in->sin_port = htons(b->local.num);
		memcpy(&in->sin_addr, b->local.ip, 4);
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(b->local.num);
	memcpy(&in6->sin6_addr, b->local.ip, 16);
	return sizeof(*in6);
}

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

static int set_options(int fd, const struct bind_request *b)
{
	if (b->flags & PORTSOCK_FLAG(REUSEADDR) &&
	    set(fd, SOL_SOCKET, SO_REUSEADDR, 1))
		return -1;
	if (b->flags & PORTSOCK_FLAG(REUSEPORT) &&
	    set(fd, SOL_SOCKET, SO_REUSEPORT, 1))
		return -1;
	if (b->local.form == PS_FORM_INET6 &&
	    set(fd, IPPROTO_IPV6, IPV6_V6ONLY,
		!!(b->flags & PORTSOCK_FLAG(V6ONLY))))
		return -1;
	return b->dev[0] ? setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, b->dev,
				      strlen(b->dev)) : 0;
}

/* 0, or the errno of what failed. */
static int try(const struct bind_request *b)
{
	bool tcp = b->proto == PORTSOCK_PROTO_TCP;
	struct sockaddr_storage address;
	socklen_t len = make_address(b, &address);
	int fd;

	fd = socket(address.ss_family, tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
	if (fd < 0 || set_options(fd, b) ||
	    bind(fd, (struct sockaddr *)&address, len) ||
	    (tcp && b->listens && listen(fd, 1)))
		return errno;
	return 0;
}

static bool ends_within(pid_t child, int *status, int milliseconds)
{
	const struct timespec pause = { .tv_nsec = PAUSE * 1000000 };
	int64_t end = clock_ms() + milliseconds;

	while (waitpid(child, status, WNOHANG) != child) {
		if (clock_ms() >= end)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

/* That user can stop the child.  SIGKILL ends a stopped process, too. */
static bool wait_for(pid_t child, int *status)
{
	if (ends_within(child, status, DEADLINE))
		return true;
	kill(child, SIGKILL);
	ends_within(child, status, AFTER_KILL);
	return false;
}

static const char *name_of(int err)
{
	return err ? strerrorname_np(err) : "OK";
}

/**
 * probe_bind() - really try what is asked about
 * @c: case
 *
 * Return: what came of it: "OK" or the name of an errno.  NULL when it cannot
 * be tried; that has been said then.
 */
const char *probe_bind(const struct bind_case *c)
{
	int status;
	pid_t child;

	if (c->bind.uid != geteuid() && geteuid()) {
		error_print("--probe: only root can try as another user: leave "
			 "--uid out, or run it as root");
		return NULL;
	}
	child = fork();
	if (!child)
		_exit(become(c->bind.uid) ? CANNOT_TRY :
		      try(&c->bind));
	if (child < 0) {
		error_print("--probe: cannot try as user %u: %s", c->bind.uid,
			 strerror(errno));
		return NULL;
	}
	if (!wait_for(child, &status) || !WIFEXITED(status)) {
		error_print("--probe: no answer from the probe: a process of user "
			 "%u may have stopped or killed it; leave --probe out",
			 c->bind.uid);
		return NULL;
	}
	if (WEXITSTATUS(status) == CANNOT_TRY) {
		error_print("--probe: cannot become user %u: run it as root "
			 "(sudo portsock), outside of a user namespace",
			 c->bind.uid);
		return NULL;
	}
	return name_of(WEXITSTATUS(status));
}
