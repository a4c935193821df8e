// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../util/error.h"
#include "unix_file.h"

#define DEADLINE	5000	/* milliseconds */

/* Return the errno of creating a file, as filename_create() checks it. */
static int try_create(const char *path)
{
	char parent[sizeof(((struct sockaddr_un *)0)->sun_path) + 2];
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (slash && !slash[1])		/* only a directory may end with it */
		return ENOENT;
	if (!slash) {
		strcpy(parent, ".");
	} else {
		memcpy(parent, path, slash - path + 1);
		parent[slash - path + 1] = '\0';
	}
	if (stat(parent, &st))
		return errno;
	if (!S_ISDIR(st.st_mode))
		return ENOTDIR;
	return faccessat(AT_FDCWD, parent, W_OK | X_OK, AT_EACCESS) ? errno : 0;
}

/*
 * connect() of a datagram socket does not reach the process of a stream socket,
 * and that of a datagram socket does not notice it.
 */
static int try_connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return errno;
	/* The path may fill sun_path without a NUL at its end. */
	memcpy(address.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		err = errno;
	close(fd);
	return err;
}

static void query(struct unix_file *file, const char *path)
{
	struct stat st;

	file->lookup = lstat(path, &st) ? errno : 0;
	if (file->lookup == ENOENT)
		file->create = try_create(path);
	file->target = stat(path, &st) ? errno : 0;
	if (!file->target) {
		file->mode = st.st_mode;
		file->inode = st.st_ino;
		file->dev = major(st.st_dev) << 20 | minor(st.st_dev);
	}
	file->connect = try_connect(path);
}

/**
 * unix_file_query() - Look up the file at the path of a unix socket
 * @file: result
 * @path: path, at most 108 bytes
 *
 * A child does it: its directory may be of a file server, or of a FUSE daemon
 * of a user, that does not answer.
 *
 * Return: 0, or -1 after an error message.
 */
int unix_file_query(struct unix_file *file, const char *path)
{
	struct pollfd answer = { .events = POLLIN };
	ssize_t got = 0;
	int ends[2], i;
	pid_t child;

	memset(file, 0, sizeof(*file));
	if (pipe2(ends, O_CLOEXEC))
		return error_print("pipe failed: %s", strerror(errno));
	child = fork();
	if (!child) {
		query(file, path);
		_exit(write(ends[1], file, sizeof(*file)) != sizeof(*file));
	}
	close(ends[1]);
	answer.fd = ends[0];
	if (child > 0 && poll(&answer, 1, DEADLINE) == 1)
		got = read(ends[0], file, sizeof(*file));
	close(ends[0]);
	if (child > 0) {
		/* A child that ignores SIGKILL is left behind: init reaps it. */
		kill(child, SIGKILL);
		for (i = 0; i < 10 && !waitpid(child, NULL, WNOHANG); i++)
			usleep(1000);
	}
	if (got != sizeof(*file))
		return error_print("cannot look up the path: %s: no answer of "
				   "its file system (see 'findmnt -T')", path);
	return 0;
}
