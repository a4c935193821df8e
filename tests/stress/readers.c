// SPDX-License-Identifier: GPL-2.0
/* Who reads: in pieces of any size, with any filter, polling, killed; and the module, which comes and goes beside them. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "load.h"

static const char *const filters[] = {
	"", "netns=all", "proto=tcp", "port=20000-20007", "port=1-65535 owners=no", "state=LISTEN proto=tcp,mptcp", "proto=unix held=inflight",
	"pid=1", "held=timewait,synrecv", "owners=no", "uid=0 proto=udp netns=all", "rport=1-30000", "proto=nonsense", "port=5-4", "cookie=1,2,3",
};

/* An open view; there is none while the module is not loaded. */
static int open_view(void)
{
	int fd;

	for (;;) {
		while (shared->gate)
			usleep(2000);
		fd = open(VIEW, O_RDWR | O_CLOEXEC);
		if (fd >= 0)
			return fd;
		if (errno != ENOENT && errno != ENODEV)
			fail("open: %s", strerror(errno));
		usleep(1000);
	}
}

static void filter(int fd)
{
	const char *text = filters[any(sizeof(filters) / sizeof(*filters))];

	if (write(fd, text, strlen(text)) < 0 && errno != EINVAL)
		fail("filter %s: %s", text, strerror(errno));
}

static void read_all(int fd, size_t size)
{
	static char text[1 << 18];
	ssize_t len;

	while (!shared->gate && (len = read(fd, text, size)) != 0)
		if (len < 0)
			fail("read: %s", strerror(errno));
}

static void read_round(void)
{
	int fd = open_view();
	char text[5000];

	for (int i = 0; i < 4 && !shared->gate; i++) {
		if (any(2))
			filter(fd);
		read_all(fd, any(2) ? 1 << 16 : 500 + any(1 << 17));
		if (pread(fd, text, 1 + any(sizeof(text)), any(1 << 20)) < 0)
			fail("pread: %s", strerror(errno));
		lseek(fd, 0, SEEK_SET);
	}
	close(fd);
}

/* Threads of one open file: they poll, read and give it other filters. */
static void *share(void *fd)
{
	struct pollfd polled = { .fd = *(int *)fd, .events = POLLPRI };
	char text[4096];

	for (int i = 0; i < 6 && !shared->gate; i++) {
		poll(&polled, 1, any(60));
		if (!any(3))
			filter(polled.fd);
		if (pread(polled.fd, text, sizeof(text), 0) < 0)
			fail("pread of a shared file: %s", strerror(errno));
	}
	return NULL;
}

static void poll_round(void)
{
	int fd = open_view();
	pthread_t other;

	if (pthread_create(&other, NULL, share, &fd))
		fail("no thread");
	share(&fd);
	pthread_join(other, NULL);
	close(fd);
}

/* Whoever is killed while he reads or polls leaves nothing. */
static void killed_round(void)
{
	pid_t pid = child();

	if (!pid)
		for (;;)
			any(2) ? read_round() : poll_round();
	usleep(any(30000));
	kill(pid, SIGKILL);
	reap(pid);
}

void insert_module(void)
{
	int fd = open(MODULE, O_RDONLY | O_CLOEXEC);

	if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
		fail("insmod: %s", strerror(errno));
	close(fd);
}

/* Readers are asked to let it go for a moment; the killed ones are not. */
static void module_round(void)
{
	bool removed = false;

	shared->gate = 1;
	for (int i = 0; i < 24000 && !removed; i++) {
		removed = !syscall(SYS_delete_module, "portsock", O_NONBLOCK);
		if (!removed && errno != EAGAIN && errno != EBUSY)
			fail("rmmod: %s", strerror(errno));
		usleep(removed ? any(20000) : 5000);
	}
	if (removed)
		insert_module();
	shared->gate = 0;
	if (!removed)
		fail("nobody reads, and the module does not go");
	usleep(100000 + any(2000000));
}

const struct worker reader_workers[] = {
	{ "read", read_round, 2 }, { "poll", poll_round, 2 }, { "killed", killed_round, 1 }, { "module", module_round, 1 }, { 0 }
};
