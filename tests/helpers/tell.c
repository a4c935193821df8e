// SPDX-License-Identifier: GPL-2.0
/* What is said about a socket, and only when the kernel says the same. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mksock.h"

/* TCP_INFO's numbers: the kernel's own opinion of a state. */
static const char *const tcp_states[] = {
	NULL, "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
	"TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING",
};

void read_identity(int fd, struct identity *id)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address), cookie_length = sizeof(id->cookie);
	struct stat status;

	if (!fstat(fd, &status))
		id->inode = status.st_ino;
	getsockopt(fd, SOL_SOCKET, SO_COOKIE, &id->cookie, &cookie_length);
	memset(&address, 0, sizeof(address));
	if (!getsockname(fd, (void *)&address, &length)) {
		id->port = address_port(&address);
		address_text(&address, length, id->local, sizeof(id->local));
	}
	length = sizeof(address);
	if (!getpeername(fd, (void *)&address, &length))
		address_text(&address, length, id->remote, sizeof(id->remote));
	else if (!id->remote[0])
		strcpy(id->remote, "-");
}

static int tcp_state(int fd)
{
	struct tcp_info info;
	socklen_t length = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0)
		return 0;
	return info.tcpi_state < ARRAY_SIZE(tcp_states) ? info.tcpi_state : 0;
}

/* Waits until the kernel itself says so: nothing is told that is not so. */
static int await_state(const struct item *item, const char *state)
{
	int wanted = ARRAY_SIZE(tcp_states), tries;

	while (--wanted > 0)
		if (!strcmp(tcp_states[wanted], state))
			break;
	if (!strcmp(state, "BOUND") || !strcmp(state, "UNBOUND"))
		wanted = TCP_CLOSE;
	if (item->kind->type != SOCK_STREAM ||
	    item->kind->family != AF_UNSPEC || wanted <= 0)
		return 0;
	for (tries = 0; tries < 500; tries++) {
		if (tcp_state(item->fd) == wanted)
			return 0;
		usleep(10000);
	}
	return complain("%s is in %s, not in %s", item->name,
			tcp_states[tcp_state(item->fd)], state);
}

int verb_tell(struct maker *maker, int nr, char **words)
{
	struct item *item = item_find(maker, words[1]);
	char port[16] = "-";

	if (!item)
		return complain("no socket named %s", words[1]);
	if (item->fd >= 0) {
		if (await_state(item, words[2]) < 0)
			return -1;
		read_identity(item->fd, &item->id);
	}
	if (item->id.port > 0)
		snprintf(port, sizeof(port), "%d", item->id.port);
	say("role=%s maker=%s pid=%d tid=%d fd=%d proto=%s inode=%lu cookie=%llx port=%s local=%s remote=%s state=%s held=%s\n",
	    item->name, maker->name, getpid(), (int)syscall(SYS_gettid),
	    item->fd, item->kind->name, item->id.inode, item->id.cookie, port,
	    item->id.local, item->id.remote, words[2],
	    nr > 3 ? words[3] : "process");
	return 0;
}

/* What connect() has returned for need not have reached the listener. */
static int await_queued(const struct item *listener)
{
	struct pollfd queue = { .fd = listener->fd, .events = POLLIN };

	return poll(&queue, 1, 5000) > 0 ? 0 :
		complain("nobody waits at %s", listener->name);
}

int verb_await(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);

	(void)nr;
	if (!item)
		return -1;
	return strcmp(words[2], "QUEUED") ? await_state(item, words[2]) :
		await_queued(item);
}

/* Remember cookie and addresses now: what follows may take them away. */
int verb_note(struct maker *maker, int nr, char **words)
{
	struct item *item = open_item(maker, words[1]);

	(void)nr;
	if (!item)
		return -1;
	read_identity(item->fd, &item->id);
	return 0;
}

/* Every descriptor that this maker has open, and what is behind it. */
int verb_holds(struct maker *maker, int nr, char **words)
{
	int tid = (int)syscall(SYS_gettid);

	(void)nr;
	(void)words;
	for (size_t i = 0; i < maker->nr_items; i++) {
		const struct item *item = &maker->items[i];
		struct identity id = { 0 };

		if (item->fd < 0)
			continue;
		read_identity(item->fd, &id);
		say("holds=%s maker=%s pid=%d tid=%d fd=%d inode=%lu cookie=%llx\n",
		    item->name, maker->name, getpid(), tid, item->fd, id.inode,
		    id.cookie);
	}
	return 0;
}
