/* SPDX-License-Identifier: GPL-2.0 */
/* A bind row: state of a port that bind() checks, written like a row. */
#ifndef PORTSOCK_BIND_ROW_H
#define PORTSOCK_BIND_ROW_H

#include "format/record.h"

/**
 * struct ps_bind_row - state of a port that bind() checks, beside the sockets
 * @cookie: of UDP, the socket; the rows of a port are in the order in which
 *	bind() compares.  0 of TCP
 * @local: address of the fastreuse state, PS_FORM_ANY if it has none
 * @netns: inode number of the network namespace
 * @uid: uid of the fastreuse state, in the opener's user namespace (PS_HAS_UID)
 * @flags: fastreuse state: bits of enum portsock_flag_bit
 * @port: local port
 * @proto: enum portsock_proto
 * @has: bits of enum ps_has
 * @dev: interface of the bind bucket, NUL-terminated, empty if none
 */
struct ps_bind_row {
	u64 cookie;
	struct ps_end local;
	u32 netns;
	u32 uid;
	u32 flags;
	u16 port;
	u8 proto;
	u8 has;
	char dev[PS_DEV_SIZE];
};

#endif /* PORTSOCK_BIND_ROW_H */
