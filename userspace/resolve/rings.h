/* SPDX-License-Identifier: GPL-2.0 */
/* Processes with an io_uring that has sockets as registered files. */
#ifndef PORTSOCK_RESOLVE_RINGS_H
#define PORTSOCK_RESOLVE_RINGS_H

#include "../util/buf.h"
#include "../view/row.h"
#include "hash.h"

/**
 * struct rings - Registered sockets of a snapshot
 * @sockets: struct ring_socket by inode number, or by protocol
 * @read: @sockets was read
 * @partial: not all processes could be read, or not within the bounds
 */
struct rings {
	struct hash sockets;
	bool read;
	bool partial;
};

bool rings_find(struct rings *rings, const struct ps_record *r,
		struct buf *text);
void rings_renew(struct rings *rings);

#endif /* PORTSOCK_RESOLVE_RINGS_H */
