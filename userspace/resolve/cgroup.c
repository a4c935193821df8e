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

#define WALK_DEPTH	64	/* each level has a file descriptor */
#define WALK_CGROUPS	16384	/* a walk visits no more */
#define CACHE_MAX	(4 << 20)	/* bytes of paths that are kept */

#ifndef FILEID_KERNFS
#define FILEID_KERNFS	0xfe	/* linux/exportfs.h: the id, 64 bits */
#endif

static const char *root_path;

/* Return the mount of cgroup v2, opened once; -1 without it. */
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

union id_handle {
	struct file_handle handle;
	char room[sizeof(struct file_handle) + sizeof(u64)];
};

/*
 * Get the id of a cgroup's directory.  On a 32-bit kernel the inode number is
 * only its lower half; the file handle is the whole id.
 */
static bool directory_id(int at, const char *name, u64 *id)
{
	union id_handle u = { .handle.handle_bytes = sizeof(*id) };
	struct stat st;
	int mount;

	if (!name_to_handle_at(at, name, &u.handle, &mount, 0) &&
	    u.handle.handle_type == FILEID_KERNFS &&
	    u.handle.handle_bytes == sizeof(*id)) {
		memcpy(id, u.handle.f_handle, sizeof(*id));
		return true;
	}
	if (fstatat(at, name, &st, 0))
		return false;
	*id = st.st_ino;
	return true;
}

/* Get the id of a cgroup by its path from the root of cgroup v2. */
static bool path_id(int root, const char *path, u64 *id)
{
	return directory_id(root, path[1] ? path + 1 : ".", id);
}

/*
 * Check if the mount has the root of the hierarchy, whose id ends in 1.  In a
 * cgroup namespace it has only a part: no cgroup that is missing there is gone.
 */
static bool is_whole(int root)
{
	u64 id;

	return directory_id(root, ".", &id) && (u32)id == 1;
}

static const char *add_path(struct cgroups *c, u64 id, const char *path)
{
	const struct hash_key key = { .low = id };
	size_t size = sizeof(key) + (path ? strlen(path) : 0);

	if (c->bytes + size > CACHE_MAX) {
		hash_free(&c->paths);
		c->bytes = 0;
	}
	c->bytes += size;
	return hash_add_text(&c->paths, &key, path);
}

/* Look up the path of an opened cgroup.  No path is longer than a page. */
static const char *read_path(int root, int fd, u64 id, char text[PATH_MAX])
{
	size_t prefix = strlen(root_path);
	char link[64], *path;
	ssize_t len;
	u64 found;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, text, PATH_MAX - 1);
	if (len < 0)
		return NAME_UNKNOWN;
	text[len] = '\0';
	if (strncmp(text, root_path, prefix))
		return NULL;
	path = text + prefix;
	if (!*path)
		return "/";
	/* By now the path may lead to another cgroup. */
	return *path == '/' && path_id(root, path, &found) && found == id ?
		path : NULL;
}

/* Find a path by id.  Return false without CAP_DAC_READ_SEARCH. */
static bool find_by_id(struct cgroups *c, int root, u64 id, const char **path)
{
	union id_handle u = { .handle = {
		.handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS,
	} };
	char text[PATH_MAX];
	int fd;

	memcpy(u.handle.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(root, &u.handle, O_PATH | O_CLOEXEC);
	if (fd < 0 && errno != ESTALE)
		return false;
	*path = add_path(c, id, fd < 0 ? NULL : read_path(root, fd, id, text));
	if (fd >= 0)
		close(fd);
	return true;
}

/**
 * struct walk - Walk through all cgroups
 * @cgroups: result
 * @path: path of the cgroup that is visited
 * @visited: number of visited cgroups
 * @by_inode: the inode number of a directory is the id
 */
struct walk {
	struct cgroups *cgroups;
	struct buf path;
	unsigned int visited;
	bool by_inode;
};

/*
 * Add the paths of the cgroups below a directory, by their ids.  Where these
 * are the inode numbers of the directories, readdir() returns them.
 */
static void walk_directory(struct walk *w, int fd, unsigned int depth)
{
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct cgroups *c = w->cgroups;
	const struct dirent *entry;
	size_t len = w->path.len;
	u64 id;

	if (!directory) {
		c->partial = true;
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(directory))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		w->path.len = len;
		buf_char(&w->path, '/');
		buf_put(&w->path, entry->d_name, strlen(entry->d_name) + 1);
		w->path.len--;
		if (depth == WALK_DEPTH || w->visited == WALK_CGROUPS ||
		    w->path.len >= PATH_MAX ||
		    c->bytes + PATH_MAX > CACHE_MAX) {
			c->partial = true;
			break;
		}
		w->visited++;
		id = entry->d_ino;
		if (w->by_inode || directory_id(fd, entry->d_name, &id))
			add_path(c, id, w->path.data);
		walk_directory(w, openat(fd, entry->d_name, O_RDONLY |
					 O_DIRECTORY | O_CLOEXEC), depth + 1);
	}
	w->path.len = len;
	closedir(directory);
}

static void walk_cgroups(struct cgroups *c, int root)
{
	int fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct walk w = { .cgroups = c };
	struct stat st;
	u64 id;

	if (fd < 0)
		return;
	if (directory_id(fd, ".", &id))
		add_path(c, id, "/");
	w.by_inode = !fstat(fd, &st) && st.st_ino == id;
	buf_init(&w.path, -1);
	walk_directory(&w, fd, 0);
	buf_free(&w.path);
}

/**
 * cgroups_path() - Look up the path of a cgroup
 * @c: cgroups found before
 * @id: cgroup v2 id
 *
 * With CAP_DAC_READ_SEARCH only the cgroups of rows are looked up, by their
 * ids.  Without it all cgroups are visited.  Users create cgroups, as deep and
 * as many as they like, so the time and the memory of that walk are bounded.
 *
 * Return: the path from the root, valid until the next call; NULL if there is no
 * such cgroup any more; NAME_UNKNOWN if its path is too long, or not found
 * within the bounds or in the reader's cgroup namespace.
 */
const char *cgroups_path(struct cgroups *c, u64 id)
{
	const struct hash_key key = { .low = id };
	const char *path = NULL;
	int root;

	if (!c->checked) {
		root = open_root();
		c->checked = true;
		c->partial = root < 0 || !is_whole(root);
	}
	if (!hash_find_text(&c->paths, &key, &path) && !c->walked) {
		root = open_root();
		if (root >= 0 && !find_by_id(c, root, id, &path)) {
			c->walked = true;
			walk_cgroups(c, root);
			hash_find_text(&c->paths, &key, &path);
		}
	}
	return path || !c->partial ? path : NAME_UNKNOWN;
}

/**
 * cgroups_renew() - Begin another snapshot
 * @c: cgroups, none afterwards
 */
void cgroups_renew(struct cgroups *c)
{
	hash_free(&c->paths);
	*c = (struct cgroups){};
}

/**
 * cgroup_id() - Look up the id of the cgroup at a path
 * @path: from the root, as in /proc/PID/cgroup
 * @id: result, its cgroup v2 id
 *
 * Return: whether there is one below the root of this process.
 */
bool cgroup_id(const char *path, u64 *id)
{
	int root = open_root();

	return root >= 0 && *path == '/' && strncmp(path, "/..", 3) &&
		path_id(root, path, id);
}

/**
 * cgroup_open() - Open the directory of a cgroup
 * @path: from the root, as in /proc/PID/cgroup
 *
 * Return: a file descriptor; -1 with errno, also for a path that leads out of
 * the root of this process.
 */
int cgroup_open(const char *path)
{
	int root = open_root();

	if (root < 0 || *path != '/' || !strncmp(path, "/..", 3)) {
		errno = ENOENT;
		return -1;
	}
	return openat(root, path[1] ? path + 1 : ".",
		      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}
