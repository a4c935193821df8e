// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cgroup.h"

#define ID_SHOWN	12	/* of a container's 64 digits, as docker ps */
#define ID_DIGITS	64

#define WALK_DEPTH	64	/* each level has a file descriptor */
#define WALK_CGROUPS	16384	/* a walk visits no more */
#define CACHE_MAX	(4 << 20)	/* bytes of paths that are kept */

#ifndef FILEID_KERNFS
#define FILEID_KERNFS	0xfe	/* linux/exportfs.h: the id, 64 bits */
#endif

static const char *root_path;

/* The mount of cgroup v2, opened once. */
static int open_root(void)
{
	static const char *const roots[] = {
		"/sys/fs/cgroup", "/sys/fs/cgroup/unified",
	};
	static int root = -1;
	struct statfs fs;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(roots) && !root_path; i++) {
		if (statfs(roots[i], &fs) || fs.f_type != CGROUP2_SUPER_MAGIC)
			continue;
		root_path = roots[i];
		root = open(roots[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return root;
}

static const char *keep(struct cgroups *c, u64 id, const char *path)
{
	const struct name_key key = { .low = id };
	size_t size = sizeof(key) + (path ? strlen(path) : 0);

	if (c->bytes + size > CACHE_MAX) {
		name_cache_free(&c->paths);
		c->bytes = 0;
	}
	c->bytes += size;
	return name_cache_add(&c->paths, &key, path);
}

/* --- by id, with CAP_DAC_READ_SEARCH */

static int open_by_id(int root, u64 id)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} u = { .handle = {
		.handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS,
	} };

	memcpy(u.handle.f_handle, &id, sizeof(id));
	return open_by_handle_at(root, &u.handle, O_PATH | O_CLOEXEC);
}

/* Whether the path leads to that cgroup, and to no other one since then. */
static bool leads_to(int root, const char *path, u64 id)
{
	struct stat st;

	return !fstatat(root, path[1] ? path + 1 : ".", &st, 0) &&
		st.st_ino == (ino_t)id;
}

/* The kernel prints no path of more than a page. */
static const char *path_of(int root, int fd, u64 id, char path[PATH_MAX])
{
	size_t prefix = strlen(root_path);
	char link[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, PATH_MAX - 1);
	if (len < 0)
		return NAME_UNKNOWN;
	path[len] = '\0';
	if (strncmp(path, root_path, prefix))
		return NULL;
	if (!path[prefix])
		return "/";
	if (path[prefix] != '/')
		return NULL;
	return leads_to(root, path + prefix, id) ? path + prefix : NULL;
}

/* Return false if this process may not open a cgroup by its id. */
static bool find_by_id(struct cgroups *c, u64 id, const char **path)
{
	char text[PATH_MAX];
	int root = open_root(), fd = open_by_id(root, id);

	if (fd < 0 && errno != ESTALE)
		return false;
	*path = keep(c, id, fd < 0 ? NULL : path_of(root, fd, id, text));
	if (fd >= 0)
		close(fd);
	return true;
}

/* --- by a walk, without it */

/**
 * struct walk - a walk through all cgroups
 * @cgroups: where paths are kept
 * @path: of the cgroup that is visited
 * @visited: how many cgroups
 */
struct walk {
	struct cgroups *cgroups;
	struct buf path;
	unsigned int visited;
};

/* Return whether there is room for one more. */
static bool visit(struct walk *w, u64 id)
{
	if (w->visited == WALK_CGROUPS || w->path.len >= PATH_MAX ||
	    w->cgroups->bytes + PATH_MAX > CACHE_MAX)
		return false;
	w->visited++;
	keep(w->cgroups, id, w->path.data);
	return true;
}

/* A cgroup's id is the inode number of its directory: readdir() returns it. */
static void walk_directory(struct walk *w, int fd, unsigned int depth)
{
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	size_t len = w->path.len;

	if (!directory)
		w->cgroups->partial = true;
	if (!directory && fd >= 0)
		close(fd);
	while (directory && (entry = readdir(directory))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		buf_char(&w->path, '/');
		buf_put(&w->path, entry->d_name, strlen(entry->d_name) + 1);
		w->path.len--;
		if (depth == WALK_DEPTH || !visit(w, entry->d_ino)) {
			w->cgroups->partial = true;
			break;
		}
		walk_directory(w, openat(fd, entry->d_name, O_RDONLY |
					 O_DIRECTORY | O_CLOEXEC), depth + 1);
		w->path.len = len;
	}
	w->path.len = len;
	if (directory)
		closedir(directory);
}

static void walk(struct cgroups *c)
{
	int root = open_root(), fd;
	struct walk w = { .cgroups = c };
	struct stat st;

	c->walked = true;
	fd = root < 0 ? -1 : openat(root, ".", O_RDONLY | O_DIRECTORY |
				    O_CLOEXEC);
	if (fd < 0)
		return;
	if (!fstat(fd, &st))
		keep(c, st.st_ino, "/");
	buf_init(&w.path, -1);
	walk_directory(&w, fd, 0);
	buf_free(&w.path);
}

/**
 * cgroups_path() - find the path of a cgroup
 * @c: cgroups found before
 * @id: cgroup v2 id
 *
 * Only the cgroups of rows are looked up.  Users make cgroups, as deep and as
 * many as they like, so the time and the memory of a walk are bounded.
 *
 * Return: the path from the root, valid until the next call; NULL without such
 * a cgroup; NAME_UNKNOWN if its path is too long, or not found within the bounds.
 */
const char *cgroups_path(struct cgroups *c, u64 id)
{
	const struct name_key key = { .low = id };
	const char *path;

	if (name_cache_find(&c->paths, &key, &path))
		return path;
	if (open_root() < 0)
		return NULL;
	if (!c->walked && find_by_id(c, id, &path))
		return path;
	if (!c->walked)
		walk(c);
	if (name_cache_find(&c->paths, &key, &path))
		return path;
	return c->partial ? NAME_UNKNOWN : NULL;
}

/**
 * cgroups_renew() - begin another snapshot
 * @c: cgroups, none afterwards
 */
void cgroups_renew(struct cgroups *c)
{
	name_cache_free(&c->paths);
	*c = (struct cgroups){};
}

/**
 * cgroup_id() - look up the id of the cgroup at a path
 * @path: from the root, as in /proc/PID/cgroup
 * @id: its cgroup v2 id
 *
 * Return: whether there is one below the root of this process.
 */
bool cgroup_id(const char *path, u64 *id)
{
	bool inside = *path == '/' && strncmp(path, "/..", 3);
	struct stat st;
	int root;

	root = inside ? open_root() : -1;
	if (root < 0 || fstatat(root, path[1] ? path + 1 : ".", &st, 0))
		return false;
	*id = st.st_ino;
	return true;
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
 * cgroup_unit() - the systemd unit that a cgroup belongs to
 * @t: where its name goes
 * @path: of the cgroup
 *
 * Of units in each other it is the innermost: a user's service, not his
 * session.
 *
 * Return: whether there is one.
 */
bool cgroup_unit(struct buf *t, const char *path)
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
		buf_put(t, unit, unit_len);
	return unit;
}

/* "docker-0123...ef.scope", "cri-containerd-...", "libpod-...", "0123...ef" */
static bool put_id(struct buf *t, const char *name, size_t len)
{
	const char *id = name + len - ID_DIGITS;

	if (len < ID_DIGITS || (len > ID_DIGITS && !strchr("-:", id[-1])) ||
	    strspn(id, "0123456789abcdef") < ID_DIGITS)
		return false;
	if (len > ID_DIGITS + 6 && !strncmp(id - 7, "conmon-", 7))
		return false;	/* who watches over it */
	buf_put(t, id, ID_SHOWN);
	return true;
}

/* systemd writes "-" in a unit's name as "\x2d". */
static void put_unescaped(struct buf *t, const char *name, size_t len)
{
	const char *end = name + len;

	while (name < end) {
		if (end - name >= 4 && !memcmp(name, "\\x2d", 4)) {
			buf_char(t, '-');
			name += 4;
		} else {
			buf_char(t, *name++);
		}
	}
}

/* What stands between @start and @end, if there is something. */
static bool put_between(struct buf *t, const char *name, size_t len,
			const char *start, const char *end)
{
	size_t before = strlen(start), behind = strlen(end);

	if (len <= before + behind || memcmp(name, start, before) ||
	    memcmp(name + len - behind, end, behind))
		return false;
	put_unescaped(t, name + before, len - before - behind);
	return true;
}

static bool put_container(struct buf *t, const char *name, size_t len,
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
	buf_put(t, name, len);
	return true;
}

/**
 * cgroup_container() - the container or machine that a cgroup belongs to
 * @t: where its name goes, or the first twelve digits of its id
 * @path: of the cgroup
 *
 * Return: whether there is one.
 */
bool cgroup_container(struct buf *t, const char *path)
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
