// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../util/error.h"
#include "netns.h"
#include "../view/selection.h"
#include "../../module/format/number.h"

#define NAMES	"/run/netns"	/* where ip netns keeps them */
#define PID_MAX	4194304		/* the kernel's; inode numbers are larger */

/* The inode number of a file that is a network namespace; 0: it is none. */
static u64 number_of(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err;
	struct stat st = { .st_ino = 0 };

	if (fd < 0)
		return 0;
	errno = 0;
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET || fstat(fd, &st)) {
		st.st_ino = 0;
		errno = EINVAL;
	}
	err = errno;
	close(fd);
	errno = err;
	return st.st_ino;
}

static int no_netns(const char *word, const char *path, bool process)
{
	if (errno == EACCES || errno == EPERM)
		return error_print("-N %s: no permission to look at %s: run it "
				"as root (sudo portsock)", word, path);
	if (errno == ENOENT && process)
		return error_print("-N %s: there is no process %s, and no "
				NAMES "/%s: 'lsns -t net' lists network "
				"namespaces", word, word, word);
	if (errno == ENOENT)
		return error_print("-N %s: there is no %s: 'ip netns' and "
				"'lsns -t net' list network namespaces", word,
				path);
	if (errno == EINVAL)
		return error_print("-N %s: %s is no network namespace: 'ip netns' "
				"and 'lsns -t net' list those that are", word,
				path);
	return error_print("-N %s: %s: %s", word, path, strerror(errno));
}

/**
 * netns_parse() - which network namespace a word means
 * @word: "all", a name in /run/netns, a path, a pid or an inode number
 * @netns: its inode number, NETNS_ALL for all
 *
 * Return: 0, or -1 if there is none; that has been said then.
 */
int netns_parse(const char *word, u64 *netns)
{
	bool is_path = strchr(word, '/'), is_number;
	char path[PATH_MAX];
	u64 number;

	*netns = NETNS_ALL;
	if (!strcmp(word, "all"))
		return 0;
	is_number = !ps_parse_u64(word, strlen(word), 10, U32_MAX, &number) &&
		number;
	snprintf(path, sizeof(path), "%s%s", is_path ? "" : NAMES "/", word);
	if (!is_path && (!*word || *word == '.'))
		return error_print("-N '%s': it takes a name, a process or a "
				"number; see portsock --help", word);
	*netns = number_of(path);
	if (*netns || !is_number)
		return *netns ? 0 : no_netns(word, path, false);
	*netns = number;
	if (number > PID_MAX)
		return 0;
	snprintf(path, sizeof(path), "/proc/%s/ns/net", word);
	*netns = number_of(path);
	return *netns ? 0 : no_netns(word, path, true);
}

static void each_name(void (*add)(void *to, u32 netns, const char *name),
		      void *to)
{
	DIR *directory = opendir(NAMES);
	const struct dirent *entry;
	char path[PATH_MAX];
	u64 netns;

	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		snprintf(path, sizeof(path), NAMES "/%s", entry->d_name);
		netns = *entry->d_name == '.' ? 0 : number_of(path);
		if (netns)
			add(to, netns, entry->d_name);
	}
	closedir(directory);
}

static void each_process(void (*add)(void *to, u32 netns, const char *name),
			 void *to)
{
	DIR *directory = opendir("/proc");
	const struct dirent *entry;
	char path[PATH_MAX], link[64];
	unsigned int netns;
	ssize_t len;

	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		if (*entry->d_name < '1' || *entry->d_name > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/ns/net", entry->d_name);
		len = readlink(path, link, sizeof(link) - 1);
		link[len > 0 ? len : 0] = '\0';
		if (sscanf(link, "net:[%u]", &netns) == 1)
			add(to, netns, entry->d_name);
	}
	closedir(directory);
}

/**
 * netns_each() - go through the network namespaces that can be named
 * @add: called for each name in /run/netns, then for each process; the first
 *	name of a namespace is its best
 * @to: handed on to @add
 */
void netns_each(void (*add)(void *to, u32 netns, const char *name),
		   void *to)
{
	each_name(add, to);
	each_process(add, to);
}
