// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netns_enter.h"
#include "../util/error.h"
#include "netns.h"
#include "../view/selection.h"

/**
 * struct door - a file that is a network namespace
 * @netns: which namespace is looked for
 * @fd: the file, -1 as long as it is not found
 */
struct door {
	u64 netns;
	int fd;
};

static void open_door(struct door *door, const char *format, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	if (door->fd >= 0)
		return;
	snprintf(path, sizeof(path), format, name);
	door->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (door->fd < 0 || (!fstat(door->fd, &st) && st.st_ino == door->netns))
		return;
	close(door->fd);
	door->fd = -1;
}

/* A name is one in /run/netns, or a process. */
static void try_name(void *to, u32 netns, const char *name)
{
	struct door *door = to;

	if (netns != door->netns)
		return;
	open_door(door, "/run/netns/%s", name);
	open_door(door, "/proc/%s/ns/net", name);
}

/**
 * netns_enter() - go into a network namespace
 * @word: a name, a path, a pid or an inode number
 *
 * Return: 0, or -1 when we cannot; that has been said then.
 */
int netns_enter(const char *word)
{
	struct door door = { .fd = -1 };
	int err;

	if (netns_parse(word, &door.netns))
		return -1;
	if (door.netns == NETNS_ALL)
		return error_print("-N all: one network namespace at a time; "
				"'ip netns' and 'lsns -t net' list them");
	if (strchr(word, '/'))
		open_door(&door, "%s", word);
	netns_each(try_name, &door);
	if (door.fd < 0)
		return error_print("-N %s: nobody is in that network namespace, or "
				"you may not see who: run it as root "
				"(sudo portsock)", word);
	err = setns(door.fd, CLONE_NEWNET) ? errno : 0;
	close(door.fd);
	return err ? error_print("-N %s: cannot go there: %s; run it as root "
			      "(sudo portsock)", word, strerror(err)) : 0;
}
