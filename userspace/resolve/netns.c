// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../util/error.h"
#include "../view/selection.h"
#include "../../module/format/number.h"
#include "netns.h"

#define NAMES		"/run/netns"	/* of ip-netns(8) */
#define PID_LIMIT	4194304		/* inode numbers of netns are larger */
#define SEE_NETNS	"(see 'ip netns' and 'lsns -t net')"
#define AS_ROOT		"(run it as root: sudo portsock)"

/* Open a network namespace and get its inode number.  Return -1 with errno. */
static int open_netns(const char *path, u64 *netns)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -1;
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET || fstat(fd, &st)) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	*netns = st.st_ino;
	return fd;
}

/*
 * Find the network namespace of an argument.  Return an fd that refers to it,
 * -1 for "all" and an inode number, -2 after an error message.
 */
static int find_netns(const char *word, u64 *netns)
{
	bool is_path = strchr(word, '/');
	const char *reason, *remedy;
	char path[PATH_MAX];
	u64 number;
	int fd;

	*netns = NETNS_ALL;
	if (!strcmp(word, "all"))
		return -1;
	if (!is_path && (!*word || *word == '.')) {
		error_print("-N '%s': expected a name, a PID, an inode number "
			    "or 'all' (see portsock --help)", word);
		return -2;
	}
	snprintf(path, sizeof(path), "%s%s", is_path ? "" : NAMES "/", word);
	fd = open_netns(path, netns);
	if (fd < 0 && !ps_parse_u64(word, strlen(word), 10, U32_MAX, &number) &&
	    number) {
		*netns = number;
		if (number > PID_LIMIT)
			return -1;
		snprintf(path, sizeof(path), "/proc/%s/ns/net", word);
		fd = open_netns(path, netns);
	}
	if (fd >= 0)
		return fd;
	reason = errno == ENOENT ? "no such network namespace or process" :
		errno == EINVAL ? "not a network namespace" : strerror(errno);
	remedy = errno == EACCES || errno == EPERM ? AS_ROOT : SEE_NETNS;
	error_print("-N %s: %s: %s %s", word, reason, path, remedy);
	return -2;
}

/**
 * netns_parse() - Find the network namespace of an argument
 * @word: "all", a name in /run/netns, a path, a PID or an inode number
 * @netns: result, its inode number; NETNS_ALL for "all"
 *
 * Return: 0, or -1 after an error message.
 */
int netns_parse(const char *word, u64 *netns)
{
	int fd = find_netns(word, netns);

	if (fd >= 0)
		close(fd);
	return fd == -2 ? -1 : 0;
}

/**
 * netns_each() - Visit the network namespaces that have a name or a process
 * @visit: called for each name in /run/netns, then for each PID, with the path
 *	of the file; the first name of a namespace is its best
 * @to: first argument of @visit
 */
void netns_each(netns_visitor *visit, void *to)
{
	const struct dirent *entry;
	char path[PATH_MAX], link[64];
	unsigned int number;
	DIR *directory;
	ssize_t len;
	u64 netns;
	int fd;

	directory = opendir(NAMES);
	while (directory && (entry = readdir(directory))) {
		snprintf(path, sizeof(path), NAMES "/%s", entry->d_name);
		fd = *entry->d_name == '.' ? -1 : open_netns(path, &netns);
		if (fd < 0)
			continue;
		close(fd);
		visit(to, netns, entry->d_name, path);
	}
	if (directory)
		closedir(directory);
	directory = opendir("/proc");
	while (directory && (entry = readdir(directory))) {
		if (*entry->d_name < '1' || *entry->d_name > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/ns/net", entry->d_name);
		len = readlink(path, link, sizeof(link) - 1);
		link[len > 0 ? len : 0] = '\0';
		if (sscanf(link, "net:[%u]", &number) == 1)
			visit(to, number, entry->d_name, path);
	}
	if (directory)
		closedir(directory);
}

/* A search for a file of a network namespace; fd is -1 until it is found. */
struct netns_search {
	u64 netns;
	int fd;
};

static void open_match(void *to, u32 netns, const char *name, const char *path)
{
	struct netns_search *search = to;
	u64 opened;

	(void)name;
	if (search->fd >= 0 || netns != search->netns)
		return;
	search->fd = open_netns(path, &opened);
	if (search->fd >= 0 && opened != netns) {	/* another one by now */
		close(search->fd);
		search->fd = -1;
	}
}

/**
 * netns_enter() - Enter a network namespace
 * @word: a name, a path, a PID or an inode number
 *
 * Return: 0, or -1 after an error message.
 */
int netns_enter(const char *word)
{
	struct netns_search search;
	int err;

	search.fd = find_netns(word, &search.netns);
	if (search.fd == -2)
		return -1;
	if (search.netns == NETNS_ALL)
		return error_print("-N all: expected one network namespace "
				   SEE_NETNS);
	if (search.fd < 0)
		netns_each(open_match, &search);
	if (search.fd < 0)
		return error_print("-N %s: no visible process in that network "
				   "namespace " AS_ROOT, word);
	err = setns(search.fd, CLONE_NEWNET) ? errno : 0;
	close(search.fd);
	return err ? error_print("-N %s: cannot enter the network namespace: "
				 "%s " AS_ROOT, word, strerror(err)) : 0;
}
