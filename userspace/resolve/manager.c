// SPDX-License-Identifier: GPL-2.0
/*
 * The names in the path of a cgroup are as trustworthy as the owner of the
 * directory that contains them.
 *
 * - The first name that is not a slice was made by systemd or by root: it is
 *   the unit.  A service to which a subtree was delegated chooses the names
 *   below, so "/system.slice/a.service/ssh.service" is in a.service.
 * - Below user@UID.service the user chooses all names.  The first name that is
 *   not a slice is a unit of that user; a container is one of a rootless engine.
 * - Below a container its processes may choose all names.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cgroup.h"
#include "manager.h"
#include "proxy.h"

#define ID_DIGITS	64	/* of a container */
#define ID_SHOWN	12	/* as docker ps shows it */

struct path_name {
	const char *text;
	size_t len;
};

/* Return the next name of a path; false at its end. */
static bool next_name(const char **path, struct path_name *name)
{
	name->text = *path + strspn(*path, "/");
	name->len = strcspn(name->text, "/");
	*path = name->text + name->len;
	return name->len;
}

static bool has_prefix(const struct path_name *name, const char *prefix)
{
	return !strncmp(name->text, prefix, strlen(prefix));
}

static bool has_suffix(const struct path_name *name, const char *suffix)
{
	size_t len = strlen(suffix);

	return name->len > len &&
		!memcmp(name->text + name->len - len, suffix, len);
}

/*
 * Put the part of a name between a prefix and a suffix, if it has both.
 * systemd writes "-" in the name of a unit as "\x2d".
 */
static bool put_between(char to[MANAGER_NAME_MAX],
			const struct path_name *name, const char *prefix,
			const char *suffix)
{
	size_t before = strlen(prefix), after = strlen(suffix), i;
	char *end = to;

	if (!has_prefix(name, prefix) || (after && !has_suffix(name, suffix)) ||
	    name->len <= before + after || name->len >= MANAGER_NAME_MAX)
		return false;
	for (i = before; i < name->len - after; i++) {
		*end = name->text[i];
		if (name->len - after - i >= 4 &&
		    !memcmp(name->text + i, "\\x2d", 4)) {
			*end = '-';
			i += 3;
		}
		end++;
	}
	*end = '\0';
	return true;
}

/* "docker-0123...ef.scope", "cri-containerd:...", "libpod-...", "0123...ef" */
static bool put_container_id(struct manager *m, const struct path_name *name,
			     const struct path_name *before)
{
	static const struct {
		const char *prefix;
		enum engine engine;
	} engines[] = {
		{ "docker", ENGINE_DOCKER }, { "libpod", ENGINE_PODMAN },
		{ "crio", ENGINE_CRIO }, { "cri-containerd", ENGINE_CONTAINERD },
		{ "nerdctl", ENGINE_CONTAINERD },
		{ "kubepods", ENGINE_KUBERNETES }, { "pod", ENGINE_KUBERNETES },
	};
	size_t len = name->len, i;
	const char *id;

	if (has_suffix(name, ".scope"))
		len -= strlen(".scope");
	id = name->text + len - ID_DIGITS;
	if (len < ID_DIGITS || (len > ID_DIGITS && !strchr("-:", id[-1])) ||
	    strspn(id, "0123456789abcdef") < ID_DIGITS)
		return false;
	memcpy(m->container, id, ID_SHOWN);
	m->container[ID_SHOWN] = '\0';
	/* The monitor of a container is not in it. */
	m->publishes = len >= ID_DIGITS + strlen("conmon-") &&
		!memcmp(id - strlen("conmon-"), "conmon-", strlen("conmon-"));
	for (i = 0; i < ARRAY_SIZE(engines); i++)
		if (has_prefix(len > ID_DIGITS ? name : before,
			       engines[i].prefix))
			m->engine = engines[i].engine;
	return true;
}

/* Check if a cgroup is that of a container.  @before is its parent's name. */
static bool is_container(struct manager *m, const struct path_name *name,
			 const struct path_name *before)
{
	if (put_container_id(m, name, before))
		return true;
	m->engine = ENGINE_MACHINED;
	if (put_between(m->container, name, "machine-", ".scope") ||
	    put_between(m->container, name, "systemd-nspawn@", ".service"))
		return true;
	m->engine = ENGINE_LXC;
	if (put_between(m->container, name, "lxc.payload.", ""))
		return true;
	if (before->len == 3 && has_prefix(before, "lxc") &&
	    put_between(m->container, name, "", ""))
		return true;
	m->engine = ENGINE_OTHER;
	return false;
}

static bool is_unit(const struct path_name *name)
{
	static const char *const kinds[] = {
		".service", ".scope", ".socket", ".mount", ".swap",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (has_suffix(name, kinds[i]))
			return true;
	return false;
}

/* Record a unit.  systemd writes "_" before a name that the kernel reserves. */
static void record_unit(struct manager *m, const struct path_name *name,
			enum unit_scope scope, u32 user)
{
	size_t escaped = *name->text == '_';

	if (name->len >= MANAGER_NAME_MAX)
		return;
	memcpy(m->unit, name->text + escaped, name->len - escaped);
	m->unit[name->len - escaped] = '\0';
	m->unit_known = PROPERTY_KNOWN;
	m->unit_scope = scope;
	m->unit_user = scope == UNIT_USER ? user : MANAGER_NO_USER;
}

/**
 * manager_of_cgroup() - Find the unit and the container of a cgroup
 * @m: result
 * @path: path of the cgroup, as in /proc/PID/cgroup
 *
 * Below "/.." are cgroups outside of the reader's cgroup namespace: their first
 * names, which decide what can be trusted, are unknown.
 */
void manager_of_cgroup(struct manager *m, const char *path)
{
	enum unit_scope scope = UNIT_SYSTEM;
	struct path_name name, before = { "", 0 };
	const char *begin = path;
	u32 user = MANAGER_NO_USER;
	bool done = false;	/* the unit of this scope was passed */

	*m = (struct manager){
		.unit_known = PROPERTY_MISSING,
		.unit_user = MANAGER_NO_USER,
		.container_known = PROPERTY_MISSING,
		.container_user = MANAGER_NO_USER,
	};
	if (!strncmp(path, "/..", 3)) {
		m->unit_known = PROPERTY_UNREADABLE;
		m->container_known = PROPERTY_UNREADABLE;
		return;
	}
	for (; next_name(&path, &name); before = name) {
		bool unit = !done && is_unit(&name);

		if (unit && !m->in_unit) {
			record_unit(m, &name, scope, user);
			m->service_len = path - begin;
		}
		if (m->container_known == PROPERTY_MISSING &&
		    is_container(m, &name, &before)) {
			m->container_known = PROPERTY_KNOWN;
			m->container_user = user;
			m->in_unit = done && m->unit_known == PROPERTY_KNOWN;
			if (!m->in_unit)
				m->service_len = path - begin;
			scope = UNIT_CONTAINER;
			done = false;
			continue;
		}
		/* A container's manager may be anywhere in its subtree. */
		if (has_suffix(&name, ".slice") ||
		    (scope == UNIT_CONTAINER && !unit))
			continue;
		done = !unit || scope != UNIT_SYSTEM ||
			sscanf(name.text, "user@%u.service/", &user) != 1;
		if (!done)
			scope = UNIT_USER;
	}
}

/**
 * manager_of_process() - Find the unit and the container of a process
 * @managers: containers of the snapshot
 * @p: processes of the snapshot
 * @pid: PID
 * @m: result
 *
 * For a process that publishes a container's port, the container is that one.
 */
void manager_of_process(struct managers *managers, struct procfs *p, u32 pid,
			struct manager *m)
{
	struct process *process = procfs_process(p, pid);
	char path[PATH_MAX];

	manager_of_cgroup(m, procfs_cgroup_path(pid, path) ? path : "/..");
	if (m->container_known == PROPERTY_MISSING)
		proxy_container(managers, p, process, m);
}

/**
 * managers_renew() - Begin another snapshot
 * @managers: containers, none afterwards
 */
void managers_renew(struct managers *managers)
{
	hash_free(&managers->by_netns);
	hash_free(&managers->by_address);
	*managers = (struct managers){};
}
