// SPDX-License-Identifier: GPL-2.0
/*
 * A published port of a container is often held by a process outside of it.
 *
 * - docker-proxy has the container's address in its command line; Docker
 *   records the addresses of its containers in a directory of root's.
 * - conmon has the container's id in its command line.
 * - pasta has an fd of the container's network namespace, slirp4netns may have
 *   the PID of a process in it, and a child of rootlessport is in it.
 * - rootlesskit serves all containers of a user's Docker.
 *
 * Any user can run a program of such a name.  A process of a user can only
 * be taken for a proxy of that user's containers.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../util/error.h"
#include "cgroup.h"
#include "proxy.h"

#define DOCKER_CONTAINERS	"/var/lib/docker/containers"
#define CONTAINERS_MAX		4096	/* of which files are read */
#define CONFIG_MAX		(512 << 10)	/* bytes of such a file */
#define PROCESSES_MAX		65536	/* network namespaces are read */
#define FDS_MAX			256	/* of a proxy */
#define THREADS_MAX		256	/* of a proxy */
#define ID_DIGITS		64
#define ID_SHOWN		12

struct netns_manager {
	struct hash_key key;
	struct manager manager;
};

/* Make the key of an address; false if the text is not an address. */
static bool address_key(const char *text, struct hash_key *key)
{
	u8 ip[16] = {};
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;

	if (inet_pton(family, text, ip) != 1)
		return false;
	*key = (struct hash_key){ .part = family };
	memcpy(&key->high, ip, 8);
	memcpy(&key->low, ip + 8, 8);
	return true;
}

/* Return the end of a JSON string that begins at @p, its closing quote. */
static const char *json_string_end(const char *p)
{
	for (p++; *p && *p != '"'; p++)
		if (*p == '\\' && p[1])
			p++;
	return p;
}

static bool is_key(const char *p, const char *end, const char *key)
{
	return (size_t)(end - p - 1) == strlen(key) &&
		!memcmp(p + 1, key, end - p - 1);
}

/**
 * proxy_read_addresses() - Read the addresses of a running container
 * @by_address: the id is added by each address
 * @json: contents of its config.v2.json
 * @id: id of the container
 *
 * Labels and volumes of an image may have any key.  Only those below the
 * outermost object's NetworkSettings and State count.
 */
void proxy_read_addresses(struct hash *by_address, const char *json,
			  const char *id)
{
	bool in_state = false, in_settings = false, running = false;
	const char *p, *end;
	char text[INET6_ADDRSTRLEN];
	struct hash_key key;
	unsigned int depth = 0;

	for (p = json; *p; p++) {
		depth += *p == '{' || *p == '[';
		depth -= depth && (*p == '}' || *p == ']');
		if (*p != '"')
			continue;
		end = json_string_end(p);
		if (!*end)
			return;
		if (end[1] != ':') {
			p = end;
			continue;
		}
		if (depth == 1) {
			in_state = is_key(p, end, "State");
			in_settings = is_key(p, end, "NetworkSettings");
		} else if (in_state && depth == 2 &&
			   is_key(p, end, "Running")) {
			running = !strncmp(end + 2, "true", 4);
		} else if (in_settings && running && end[2] == '"' &&
			   (is_key(p, end, "IPAddress") ||
			    is_key(p, end, "GlobalIPv6Address"))) {
			p = end + 2;
			end = json_string_end(p);
			snprintf(text, sizeof(text), "%.*s",
				 (int)(end - p - 1), p + 1);
			if (*end && address_key(text, &key))
				hash_add_text(by_address, &key, id);
		}
		if (!*end)
			return;
		p = end;
	}
}

static void read_config(struct hash *by_address, int directory, const char *id)
{
	char path[NAME_MAX + sizeof("/config.v2.json")], *text;
	struct stat st;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%.*s/config.v2.json", NAME_MAX, id);
	fd = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
		    O_NONBLOCK);
	if (fd < 0)
		return;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode)) {
		text = xrealloc(NULL, CONFIG_MAX + 1);
		len = read(fd, text, CONFIG_MAX);
		text[len > 0 ? len : 0] = '\0';
		proxy_read_addresses(by_address, text, id);
		free(text);
	}
	close(fd);
}

static void read_addresses(struct managers *managers)
{
	const struct dirent *entry;
	unsigned int left = CONTAINERS_MAX;
	DIR *directory;

	managers->addresses_read = true;
	directory = opendir(DOCKER_CONTAINERS);
	if (!directory)
		return;
	while ((entry = readdir(directory)) && left--)
		if (strlen(entry->d_name) == ID_DIGITS)
			read_config(&managers->by_address, dirfd(directory),
				    entry->d_name);
	closedir(directory);
}

static u32 read_netns_link(const char *path)
{
	char link[64];
	u32 netns = 0;
	ssize_t len;

	len = readlink(path, link, sizeof(link) - 1);
	link[len > 0 ? len : 0] = '\0';
	return sscanf(link, "net:[%u]", &netns) == 1 ? netns : 0;
}

static u32 netns_of_process(u32 pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/ns/net", pid);
	return read_netns_link(path);
}

/* Find a container in each network namespace but that of the reader. */
static void read_netns(struct managers *managers)
{
	u32 own = read_netns_link("/proc/self/ns/net"), netns, pid;
	struct hash_key key = {};
	const struct dirent *entry;
	unsigned int left = PROCESSES_MAX;
	struct netns_manager *found;
	char path[PATH_MAX];
	struct manager m;
	DIR *directory;

	managers->netns_read = true;
	directory = opendir("/proc");
	if (!directory)
		return;
	while ((entry = readdir(directory)) && left) {
		pid = strtoul(entry->d_name, NULL, 10);
		if (!pid)
			continue;
		left--;
		netns = netns_of_process(pid);
		key.low = netns;
		if (!netns || netns == own ||
		    hash_find(&managers->by_netns, &key) ||
		    !procfs_cgroup_path(pid, path))
			continue;
		manager_of_cgroup(&m, path);
		if (m.container_known != PROPERTY_KNOWN || m.publishes)
			continue;
		found = hash_add(&managers->by_netns, &key, sizeof(*found));
		found->manager = m;
	}
	closedir(directory);
}

/* A user's process can only serve a container of that user. */
static bool take_netns(struct managers *managers, u32 netns, u32 uid,
		       struct manager *m)
{
	const struct hash_key key = { .low = netns };
	const struct netns_manager *found;

	if (!netns)
		return false;
	if (!managers->netns_read)
		read_netns(managers);
	found = hash_find(&managers->by_netns, &key);
	if (!found || (uid && found->manager.container_user != uid))
		return false;
	m->container_known = PROPERTY_KNOWN;
	m->engine = found->manager.engine;
	m->container_user = found->manager.container_user;
	memcpy(m->container, found->manager.container, MANAGER_NAME_MAX);
	return true;
}

/* pasta keeps an fd of the network namespace. */
static void find_by_fd(struct managers *managers, u32 pid, u32 uid,
		       struct manager *m)
{
	const struct dirent *entry;
	unsigned int left = FDS_MAX;
	char path[64 + NAME_MAX];
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	directory = opendir(path);
	if (!directory)
		return;
	while ((entry = readdir(directory)) && left--) {
		snprintf(path, sizeof(path), "/proc/%u/fd/%s", pid,
			 entry->d_name);
		if (take_netns(managers, read_netns_link(path), uid, m))
			break;
	}
	closedir(directory);
}

/* A child of rootlessport is in the network namespace of the container. */
static void find_by_child(struct managers *managers, u32 pid, u32 uid,
			  struct manager *m)
{
	char path[64 + NAME_MAX], text[256];
	const struct dirent *entry;
	unsigned int left = THREADS_MAX;
	DIR *directory;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/task", pid);
	directory = opendir(path);
	if (!directory)
		return;
	while ((entry = readdir(directory)) && left--) {
		snprintf(path, sizeof(path), "/proc/%u/task/%s/children", pid,
			 entry->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		len = read(fd, text, sizeof(text) - 1);
		close(fd);
		text[len > 0 ? len : 0] = '\0';
		if (take_netns(managers, netns_of_process(strtoul(text, NULL,
								  10)),
			       uid, m))
			break;
	}
	closedir(directory);
}

/* Return the argument behind an option of a command line, or NULL. */
static const char *argument(const char *command, const char *option)
{
	const char *found = strstr(command, option);

	return found ? found + strlen(option) : NULL;
}

static void find_by_address(struct managers *managers, const char *command,
			    struct manager *m)
{
	const char *address = argument(command, " -container-ip "), *id;
	char text[INET6_ADDRSTRLEN];
	struct hash_key key;

	if (!address)
		return;
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(address, " "),
		 address);
	if (!managers->addresses_read)
		read_addresses(managers);
	if (!address_key(text, &key) ||
	    !hash_find_text(&managers->by_address, &key, &id))
		return;
	snprintf(m->container, sizeof(m->container), "%.*s", ID_SHOWN, id);
	m->container_known = PROPERTY_KNOWN;
}

static void find_container_by_id(const char *command, struct manager *m)
{
	const char *id = argument(command, " -c ");

	if (!id || strspn(id, "0123456789abcdef") != ID_DIGITS)
		return;
	snprintf(m->container, sizeof(m->container), "%.*s", ID_SHOWN, id);
	m->container_known = PROPERTY_KNOWN;
	if (strstr(command, "crio"))
		m->engine = ENGINE_CRIO;
}

/* slirp4netns [option ...] PID|PATH TAP */
static void find_by_pid(struct managers *managers, const char *command, u32 uid,
			struct manager *m)
{
	const char *tap = strrchr(command, ' ');
	u32 pid;

	while (tap && tap > command && tap[-1] != ' ')
		tap--;
	pid = tap ? strtoul(tap, NULL, 10) : 0;
	if (pid)
		take_netns(managers, netns_of_process(pid), uid, m);
}

/**
 * proxy_check() - Check if a process publishes ports of containers
 * @process: process that is not in a container
 * @m: engine and user are put here, and that the container is unknown
 *
 * Return: whether it does.
 */
bool proxy_check(struct process *process, struct manager *m)
{
	static const struct {
		const char *comm;
		enum engine engine;
	} proxies[] = {
		{ "docker-proxy", ENGINE_DOCKER },
		{ "rootlesskit", ENGINE_DOCKER },
		{ "conmon", ENGINE_PODMAN },
		{ "rootlessport", ENGINE_PODMAN },
		{ "slirp4netns", ENGINE_PODMAN },
		{ "pasta", ENGINE_PODMAN },
		{ "pasta.avx2", ENGINE_PODMAN },
	};
	unsigned int i = 0;

	if (!procfs_stat(process))
		return false;
	while (i < ARRAY_SIZE(proxies) &&
	       strcmp(proxies[i].comm, process->comm))
		i++;
	if (i == ARRAY_SIZE(proxies) || !procfs_status(process))
		return false;
	m->publishes = true;
	m->engine = proxies[i].engine;
	m->container_known = PROPERTY_UNREADABLE;
	m->container_user = process->uid ? process->uid : MANAGER_NO_USER;
	return true;
}

/**
 * proxy_container() - Find the container of which a process publishes a port
 * @managers: containers of the snapshot
 * @p: processes of the snapshot
 * @process: process that is not in a container
 * @m: its container is put here, see proxy_check()
 */
void proxy_container(struct managers *managers, struct procfs *p,
		     struct process *process, struct manager *m)
{
	u32 pid = process->pid, uid;
	char text[PROCFS_COMMAND_MAX + 1];
	const char *command;

	if (!proxy_check(process, m))
		return;
	uid = process->uid;
	if (!strncmp(process->comm, "pasta", strlen("pasta"))) {
		find_by_fd(managers, pid, uid, m);
		return;
	}
	if (!strcmp(process->comm, "rootlessport")) {
		find_by_child(managers, pid, uid, m);
		return;
	}
	command = procfs_command(p, pid, text);
	if (command != text)
		return;
	if (!strcmp(process->comm, "conmon"))
		find_container_by_id(command, m);
	else if (!strcmp(process->comm, "slirp4netns"))
		find_by_pid(managers, command, uid, m);
	else if (!strcmp(process->comm, "docker-proxy") && !uid)
		find_by_address(managers, command, m);
}
