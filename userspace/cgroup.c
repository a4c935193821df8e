// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cgroup.h"

#define ID_SHOWN	12	/* of a container's 64 digits, as docker ps */
#define ID_DIGITS	64

struct walk {
	void (*add)(void *to, u64 id, const char *path);
	void *to;
	struct ps_text path;
};

/*
 * A cgroup's id is the inode number of its directory; so readdir() tells it,
 * also to who may not open one by its id (open_by_handle_at()).
 */
static void walk_directory(struct walk *w, int fd)
{
	DIR *directory = fdopendir(fd);
	const struct dirent *entry;
	size_t len = w->path.len;
	int child;

	if (!directory) {
		close(fd);
		return;
	}
	while ((entry = readdir(directory))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		ps_text_char(&w->path, '/');
		ps_text_put(&w->path, entry->d_name, strlen(entry->d_name) + 1);
		w->path.len--;
		w->add(w->to, entry->d_ino, w->path.data);
		child = openat(fd, entry->d_name,
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (child >= 0)
			walk_directory(w, child);
		w->path.len = len;
	}
	closedir(directory);
}

static int open_root(void)
{
	static const char *const roots[] = {
		"/sys/fs/cgroup", "/sys/fs/cgroup/unified",
	};
	struct statfs fs;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(roots); i++)
		if (!statfs(roots[i], &fs) &&
		    fs.f_type == CGROUP2_SUPER_MAGIC)
			return open(roots[i],
				    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return -1;
}

/**
 * ps_cgroup_each() - go through all cgroups of version 2
 * @add: called for each, with its id and its path from the root
 * @to: handed on to @add
 */
void ps_cgroup_each(void (*add)(void *to, u64 id, const char *path), void *to)
{
	struct walk w = { .add = add, .to = to };
	struct stat st;
	int fd = open_root();

	if (fd < 0)
		return;
	if (!fstat(fd, &st))
		add(to, st.st_ino, "/");
	ps_text_init(&w.path, -1);
	walk_directory(&w, fd);
	ps_text_free(&w.path);
}

/**
 * ps_cgroup_id() - the id of the cgroup at a path
 * @path: from the root, as /proc/PID/cgroup has it
 * @id: its cgroup v2 id
 *
 * Return: whether there is one that can be seen from here.
 */
bool ps_cgroup_id(const char *path, u64 *id)
{
	bool inside = *path == '/' && strncmp(path, "/..", 3);
	struct stat st;
	int fd, err;

	fd = inside ? open_root() : -1;
	if (fd < 0)
		return false;
	err = fstatat(fd, path[1] ? path + 1 : ".", &st, 0);
	close(fd);
	*id = st.st_ino;
	return !err;
}

static bool ends_with(const char *name, size_t len, const char *end)
{
	size_t end_len = strlen(end);

	return len > end_len && !memcmp(name + len - end_len, end, end_len);
}

static bool is_unit(const char *name, size_t len)
{
	static const char *const kinds[] = {
		".service", ".scope", ".socket", ".mount", ".swap",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (ends_with(name, len, kinds[i]))
			return true;
	return false;
}

/* The next name of a path; NULL at its end. */
static const char *next_name(const char **path, size_t *len)
{
	const char *name = *path + strspn(*path, "/");

	*len = strcspn(name, "/");
	*path = name + *len;
	return *len ? name : NULL;
}

/**
 * ps_cgroup_unit() - the systemd unit that a cgroup belongs to
 * @t: where its name goes
 * @path: of the cgroup
 *
 * Of units in each other it is the innermost: a user's service, not his
 * session.
 *
 * Return: whether there is one.
 */
bool ps_cgroup_unit(struct ps_text *t, const char *path)
{
	const char *name, *unit = NULL;
	size_t len, unit_len = 0;

	while ((name = next_name(&path, &len))) {
		if (!is_unit(name, len))
			continue;
		unit = name;
		unit_len = len;
	}
	if (unit)
		ps_text_put(t, unit, unit_len);
	return unit;
}

/* "docker-0123...ef.scope", "cri-containerd-...", "libpod-...", "0123...ef" */
static bool put_id(struct ps_text *t, const char *name, size_t len)
{
	const char *id = name + len - ID_DIGITS;

	if (len < ID_DIGITS || (len > ID_DIGITS && !strchr("-:", id[-1])) ||
	    strspn(id, "0123456789abcdef") < ID_DIGITS)
		return false;
	if (len > ID_DIGITS + 6 && !strncmp(id - 7, "conmon-", 7))
		return false;	/* who watches over it */
	ps_text_put(t, id, ID_SHOWN);
	return true;
}

/* systemd writes "-" in a unit's name as "\x2d". */
static void put_unescaped(struct ps_text *t, const char *name, size_t len)
{
	const char *end = name + len;

	while (name < end) {
		if (end - name >= 4 && !memcmp(name, "\\x2d", 4)) {
			ps_text_char(t, '-');
			name += 4;
		} else {
			ps_text_char(t, *name++);
		}
	}
}

/* What stands between @start and @end, if there is something. */
static bool put_between(struct ps_text *t, const char *name, size_t len,
			const char *start, const char *end)
{
	size_t before = strlen(start), behind = strlen(end);

	if (len <= before + behind || memcmp(name, start, before) ||
	    memcmp(name + len - behind, end, behind))
		return false;
	put_unescaped(t, name + before, len - before - behind);
	return true;
}

static bool put_container(struct ps_text *t, const char *name, size_t len,
			  const char *parent, size_t parent_len)
{
	size_t bare = ends_with(name, len, ".scope") ? len - 6 : len;

	if (put_id(t, name, bare) ||
	    put_between(t, name, len, "lxc.payload.", "") ||
	    put_between(t, name, len, "machine-", ".scope") ||
	    put_between(t, name, len, "systemd-nspawn@", ".service"))
		return true;
	if (parent_len != 3 || memcmp(parent, "lxc", 3))
		return false;
	ps_text_put(t, name, len);
	return true;
}

/**
 * ps_cgroup_container() - the container or machine that a cgroup belongs to
 * @t: where its name goes, or the first twelve digits of its id
 * @path: of the cgroup
 *
 * Return: whether there is one.
 */
bool ps_cgroup_container(struct ps_text *t, const char *path)
{
	const char *name, *parent = "";
	size_t len, parent_len = 0;

	while ((name = next_name(&path, &len))) {
		if (put_container(t, name, len, parent, parent_len))
			return true;
		parent = name;
		parent_len = len;
	}
	return false;
}
