// SPDX-License-Identifier: GPL-2.0
/*
 * A file is written beside its place and renamed, so that a reader of it never
 * sees a part.  rename() would replace a FIFO, a device or a symbolic link by a
 * regular file as well: only a regular file is replaced.
 *
 * Everything happens in one opened directory.  A user who may create entries in
 * that directory can still place one between the check and the rename().  It is
 * then replaced, but never followed, opened or written.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "save_file.h"

#define ATTEMPTS	100	/* names for the new file */

/**
 * struct target - The file to be written
 * @path: as given
 * @base: its last component
 * @dir: opened directory of @base
 * @made: name of the new file, beside @base
 */
struct target {
	const char *path;
	const char *base;
	int dir;
	char made[NAME_MAX + 1];
};

static int cannot_write(const struct target *f, int err)
{
	return error_print("cannot write %s: %s", f->path, strerror(err));
}

static const char *type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFLNK:
		return "a symbolic link";
	case S_IFDIR:
		return "a directory";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	default:
		return "a device";
	}
}

/* The directory is the one that the path leads to, by links as well. */
static int open_directory(struct target *f)
{
	const char *slash = strrchr(f->path, '/');
	char *path;

	f->base = slash ? slash + 1 : f->path;
	if (asprintf(&path, "%.*s", slash ? (int)(slash + 1 - f->path) : 1,
		     slash ? f->path : ".") < 0)
		out_of_memory();
	f->dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(path);
	if (f->dir < 0)
		return cannot_write(f, errno);
	return *f->base ? 0 : cannot_write(f, slash ? EISDIR : ENOENT);
}

static int check(const struct target *f)
{
	struct stat st;

	if (fstatat(f->dir, f->base, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : cannot_write(f, errno);
	if (S_ISREG(st.st_mode))
		return 0;
	return error_print("cannot write %s: it is %s: name a regular file, or "
			"leave -o out and redirect the output", f->path,
			type_name(st.st_mode));
}

static int create(struct target *f)
{
	unsigned int i, number;
	int fd;

	for (i = 0; i < ATTEMPTS; i++) {
		if (getrandom(&number, sizeof(number), 0) < 0)
			return -1;
		if (snprintf(f->made, sizeof(f->made), "%s.%08x", f->base,
			     number) >= (int)sizeof(f->made)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		fd = openat(f->dir, f->made, O_WRONLY | O_CREAT | O_EXCL |
			    O_NOFOLLOW | O_CLOEXEC, 0666);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

static int write_and_rename(struct target *f, struct buf *t)
{
	int err;

	t->fd = create(f);
	if (t->fd < 0)
		return cannot_write(f, errno);
	err = buf_flush(t);
	if (close(t->fd) && !err)
		err = errno;
	if (err)
		cannot_write(f, err);
	else
		err = check(f);
	if (!err && renameat(f->dir, f->made, f->dir, f->base))
		err = cannot_write(f, errno);
	if (err)
		unlinkat(f->dir, f->made, 0);
	return err ? -1 : 0;
}

/**
 * save_file() - Write a text to a file, as a whole or not at all
 * @path: a regular file, or a name that does not exist
 * @t: text in memory, empty afterwards
 *
 * Return: 0, or -1 after an error message; the file is unchanged then.
 */
int save_file(const char *path, struct buf *t)
{
	struct target f = { .path = path };
	int err = open_directory(&f);

	if (!err)
		err = check(&f);
	if (!err)
		err = write_and_rename(&f, t);
	if (f.dir >= 0)
		close(f.dir);
	return err;
}
