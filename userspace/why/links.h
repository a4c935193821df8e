/* SPDX-License-Identifier: GPL-2.0 */
/* The interfaces of a network namespace, and the VRFs they belong to. */
#ifndef PORTSOCK_WHY_LINKS_H
#define PORTSOCK_WHY_LINKS_H

#include "../../module/format/record.h"

/**
 * struct link - An interface
 * @name: name
 * @index: index, by which the kernel compares interfaces
 * @master: index of the interface that it is a port of, 0: none
 * @vrf: index of the VRF that it is or belongs to, 0: none
 * @table: routing table if it is a VRF
 * @up: it is up
 */
struct link {
	char name[PS_DEV_SIZE];
	u32 index;
	u32 master;
	u32 vrf;
	u32 table;
	bool up;
};

/**
 * struct links - All interfaces at one moment, ordered by index
 * @list: interfaces
 * @names: the same, ordered by name
 * @count: number of them
 * @size: number of them that fit into the memory
 * @known: the list is complete; if not, nothing can be concluded from it
 * @tcp_l3mdev_accept: sysctl: TCP does not separate the ports of VRFs
 */
struct links {
	struct link *list;
	const struct link **names;
	size_t count;
	size_t size;
	bool known;
	bool tcp_l3mdev_accept;
};

struct links *links_read(void);
void links_free(struct links *l);
const struct link *links_find(const struct links *l, u32 index);
const struct link *links_find_name(const struct links *l, const char *name);

#endif /* PORTSOCK_WHY_LINKS_H */
