/* SPDX-License-Identifier: GPL-2.0 */
/* The type and the file of unix sockets, from sock_diag. */
#ifndef PORTSOCK_WHY_UNIX_DIAG_H
#define PORTSOCK_WHY_UNIX_DIAG_H

#include <stddef.h>

#include "../../module/format/base.h"

/**
 * struct unix_diag_entry - A unix socket
 * @cookie: SO_COOKIE
 * @inode: inode number of the file it is bound to, low 32 bits
 * @dev: device of that file's super block
 * @type: SOCK_STREAM ...
 * @has_file: it is bound to a file
 */
struct unix_diag_entry {
	u64 cookie;
	u32 inode;
	u32 dev;
	u8 type;
	bool has_file;
};

/**
 * struct unix_diag_list - Unix sockets
 * @list: the sockets
 * @count: number of sockets
 * @size: number of sockets that fit into the memory
 */
struct unix_diag_list {
	struct unix_diag_entry *list;
	size_t count;
	size_t size;
};

int unix_diag_read(struct unix_diag_list *to);
const struct unix_diag_entry *unix_diag_find(const struct unix_diag_list *of,
					     u64 cookie);

#endif /* PORTSOCK_WHY_UNIX_DIAG_H */
