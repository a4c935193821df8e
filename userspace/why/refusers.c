// SPDX-License-Identifier: GPL-2.0
/*
 * bind() runs the BPF programs of the cgroup and of its ancestors before it
 * checks anything itself (BPF_CGROUP_RUN_PROG_INET_BIND_LOCK()), and those of
 * post_bind at its end.  The programs are found, but not what they decide.
 *
 * Landlock rules, BPF programs of LSMs and the contents of seccomp filters are
 * not visible to another process.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../resolve/cgroup.h"
#include "../util/error.h"
#include "bpf.h"
#include "refusers.h"
#include "sysctl.h"

#define SLICE_DEPTH	16
#define ENTRIES_MAX	65536	/* of all directories in a search */

/* BPF programs */

/* Find the nearest cgroup that programs of a type are attached to. */
static void find_attachment(struct refusers *r, u32 type)
{
	u32 ids[BPF_PROGRAMS_MAX];
	char *slash;
	int fd, got;

	snprintf(r->at, sizeof(r->at), "%s", r->path);
	for (;;) {
		fd = cgroup_open(r->at);
		got = fd < 0 ? -1 : bpf_query_programs(fd, type, 0, ids);
		if (fd >= 0)
			close(fd);
		slash = strrchr(r->at, '/');
		if (got > 0 || !slash || !slash[1])
			break;
		slash[slash == r->at] = '\0';
	}
	if (got > 0)
		bpf_read_name(ids[0], r->program);
}

static void find_programs(struct refusers *r, const struct bind_request *b)
{
	bool inet6 = b->local.form == PS_FORM_INET6;
	const u32 types[] = {
		inet6 ? BPF_CGROUP_INET6_BIND : BPF_CGROUP_INET4_BIND,
		inet6 ? BPF_CGROUP_INET6_POST_BIND :
			BPF_CGROUP_INET4_POST_BIND,
		BPF_CGROUP_INET_SOCK_CREATE,
	};
	u32 ids[BPF_PROGRAMS_MAX];
	unsigned int i;
	int got;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		got = bpf_query_programs(r->fd, types[i], BPF_F_QUERY_EFFECTIVE,
				     ids);
		r->hidden |= got == -EPERM || got == -EACCES;
		if (got <= 0)
			continue;
		if (!r->programs)
			find_attachment(r, types[i]);
		r->programs += got;
	}
}

/* Linux security modules and seccomp */

/* Store the profile of a process, unless it is unconfined or only complains. */
static void read_apparmor(struct refusers *r, const char *process)
{
	char path[64], modules[256], text[sizeof(r->profile)];

	sysctl_read("/sys/kernel/security/lsm", modules, sizeof(modules));
	if (!strstr(modules, "apparmor"))
		return;
	snprintf(path, sizeof(path), "/proc/%s/attr/current", process);
	sysctl_read(path, text, sizeof(text));
	text[strcspn(text, "\n")] = '\0';
	if (*text && strcmp(text, "unconfined") && !strstr(text, "(complain)") &&
	    !strstr(text, "(unconfined)"))
		strcpy(r->profile, text);
}

static void read_confinement(struct refusers *r, const char *process)
{
	char path[64], text[4096];
	const char *mode;

	r->selinux = sysctl_number("/sys/fs/selinux/enforce", 0) == 1;
	read_apparmor(r, process);
	snprintf(path, sizeof(path), "/proc/%s/status", process);
	sysctl_read(path, text, sizeof(text));
	mode = strstr(text, "\nSeccomp:\t");
	r->seccomp = mode && mode[strlen("\nSeccomp:\t")] != '0';
}

/* Cgroups */

static bool has_suffix_of_unit(const char *name)
{
	static const char *const suffixes[] = {
		".service", ".scope", ".socket", ".slice", ".mount", ".swap",
	};
	size_t i, len = strlen(name), suffix;

	for (i = 0; i < ARRAY_SIZE(suffixes); i++) {
		suffix = strlen(suffixes[i]);
		if (len > suffix && !strcmp(name + len - suffix, suffixes[i]))
			return true;
	}
	return false;
}

/**
 * struct unit_search - A search for the cgroup of a unit
 * @name: name of the unit
 * @path: path of the directory that is being searched, and the result
 * @users: units of users are searched, too
 * @entries: number of entries that were read
 */
struct unit_search {
	const char *name;
	char *path;
	bool users;
	unsigned int entries;
};

/*
 * Search below a cgroup.  Units are in slices, and those of a user in slices of
 * user@UID.service, where the user may create any names.  Other cgroups are not
 * entered: a service or container may create any names in its own.
 */
static bool search_unit(struct unit_search *s, unsigned int depth)
{
	int fd = depth > SLICE_DEPTH ? -1 : cgroup_open(s->path);
	size_t len = strlen(s->path), name_len;
	bool enter, found = false;
	const struct dirent *entry;
	const char *name;
	DIR *directory;

	directory = fd < 0 ? NULL : fdopendir(fd);
	if (!directory) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (!found && s->entries++ < ENTRIES_MAX &&
	       (entry = readdir(directory))) {
		name_len = strlen(entry->d_name);
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
		    len + name_len + 2 > PATH_MAX)
			continue;
		snprintf(s->path + len, PATH_MAX - len, "%s%s",
			 len > 1 ? "/" : "", entry->d_name);
		name = entry->d_name;
		enter = (s->users && !strncmp(name, "user@", 5)) ||
			(name_len > 6 && !strcmp(name + name_len - 6,
						 ".slice"));
		found = !strcmp(name, s->name) ||
			(enter && search_unit(s, depth + 1));
	}
	closedir(directory);
	if (!found)
		s->path[len] = '\0';
	return found;
}

static int choose_unit(struct refusers *r, const char *unit)
{
	char name[256];
	struct unit_search s = { .name = name, .path = r->path };
	unsigned int i;

	if (!*unit || *unit == '.' || strchr(unit, '/') ||
	    strlen(unit) > sizeof(name) - sizeof(".service"))
		return error_print("invalid --unit value: %s: expected a name "
				   "(see 'systemctl')", unit);
	sprintf(name, "%s%s", unit, has_suffix_of_unit(unit) ? "" : ".service");
	/* A user's unit may have the same name. */
	sprintf(r->path, "/system.slice/%s", name);
	r->fd = cgroup_open(r->path);
	if (r->fd >= 0)
		return 0;
	/* No user can take the place of a unit of the system. */
	for (i = 0; i < 2; i++) {
		s.users = i;
		s.entries = 0;
		strcpy(r->path, "/");
		if (search_unit(&s, 0)) {
			r->fd = cgroup_open(r->path);
			if (r->fd >= 0)
				return 0;
		}
	}
	/* A unit that failed has no cgroup any more. */
	r->stopped = unit;
	strcpy(r->path, "/system.slice");
	r->fd = cgroup_open(r->path);
	return 0;
}

static int choose_cgroup(struct refusers *r, const char *path)
{
	static const char *const roots[] = {
		"/sys/fs/cgroup/unified", "/sys/fs/cgroup",
	};
	const char *from_root = path;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(roots); i++) {
		len = strlen(roots[i]);
		if (strncmp(path, roots[i], len) ||
		    (path[len] && path[len] != '/'))
			continue;
		from_root = path[len] ? path + len : "/";
		break;
	}
	if (strlen(from_root) >= sizeof(r->path))
		return error_print("--cgroup: path too long");
	strcpy(r->path, from_root);
	len = strlen(r->path);
	while (len > 1 && r->path[len - 1] == '/')
		r->path[--len] = '\0';
	r->fd = cgroup_open(r->path);
	if (r->fd < 0)
		return error_print("no such cgroup: %s: %s (see "
				   "'systemd-cgls')", path, strerror(errno));
	return 0;
}

/**
 * refusers_choose() - Choose the cgroup of a process that calls bind()
 * @r: result
 * @unit: systemd unit, or NULL
 * @cgroup: path of a cgroup, or NULL
 *
 * Return: 0, or -1 after an error message.
 */
int refusers_choose(struct refusers *r, const char *unit, const char *cgroup)
{
	r->fd = -1;
	if (!unit && !cgroup)
		return 0;
	r->chosen = true;
	return unit ? choose_unit(r, unit) : choose_cgroup(r, cgroup);
}

/* Open the cgroup of this process. */
static void choose_own_cgroup(struct refusers *r)
{
	char text[8192], *path;

	sysctl_read("/proc/self/cgroup", text, sizeof(text));
	path = strncmp(text, "0::", 3) ? strstr(text, "\n0::") : text;
	if (!path)
		return;
	path = strchr(path, '/');
	if (!path)
		return;
	path[strcspn(path, "\n")] = '\0';
	if (strlen(path) >= sizeof(r->path))
		return;
	strcpy(r->path, path);
	r->fd = cgroup_open(r->path);
}

/* Store the PID of a process of a chosen cgroup, or "self". */
static bool find_process(const struct refusers *r, char process[24])
{
	char text[64] = "";
	ssize_t got;
	int fd;

	strcpy(process, "self");
	if (!r->chosen)
		return true;
	if (r->stopped || r->fd < 0)
		return false;
	fd = openat(r->fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	if (got <= 0)
		return false;
	snprintf(process, 24, "%lu", strtoul(text, NULL, 10));
	return *process != '0';		/* of another PID namespace */
}

/**
 * refusers_query() - Find the obstacles to a bind()
 * @r: result; the cgroup was chosen
 * @b: the bind()
 */
void refusers_query(struct refusers *r, const struct bind_request *b)
{
	char process[24];

	r->queried = true;
	if (!r->chosen)
		choose_own_cgroup(r);
	if (r->fd >= 0)
		find_programs(r, b);
	if (find_process(r, process))
		read_confinement(r, process);
}

/* Close the cgroup. */
void refusers_close(struct refusers *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}
