/* SPDX-License-Identifier: GPL-2.0 */
/* The file at the path of a unix socket, as bind() and connect() find it. */
#ifndef PORTSOCK_WHY_UNIX_FILE_H
#define PORTSOCK_WHY_UNIX_FILE_H

#include "../../module/format/base.h"

/**
 * struct unix_file - The file at a path
 * @lookup: errno of lstat(): bind() fails with EADDRINUSE if it is 0
 * @create: errno of creating a file there, if @lookup is ENOENT
 * @target: errno of stat(), which follows a symbolic link
 * @mode: st_mode of the target
 * @inode: st_ino of it
 * @dev: st_dev of it, as MKDEV() of the kernel
 * @connect: errno of connect() of a datagram socket: EPROTOTYPE if the socket
 *	bound to the file has another type, ECONNREFUSED if no socket is bound
 */
struct unix_file {
	int lookup;
	int create;
	int target;
	u32 mode;
	u64 inode;
	u32 dev;
	int connect;
};

int unix_file_query(struct unix_file *file, const char *path);

#endif /* PORTSOCK_WHY_UNIX_FILE_H */
