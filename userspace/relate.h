/* SPDX-License-Identifier: GPL-2.0 */
/* How the sockets at one port belong together. */
#ifndef PORTSOCK_RELATE_H
#define PORTSOCK_RELATE_H

#include "row.h"

struct ps_member;

/**
 * struct ps_members - some of the sockets at a port, in their order
 * @first: the first, or NULL
 * @last: the last
 */
struct ps_members {
	struct ps_member *first;
	struct ps_member *last;
};

/**
 * struct ps_member - a socket among those at its port
 * @row: it, a copy
 * @index: its place in the view
 * @parent: the socket that it came through, if the view has it
 * @is_child: it stands in some member's @children or @shared
 * @children: what came through it
 * @next: the next in the list of children that it stands in
 * @next_in_group: the next socket of the same REUSEPORT group
 * @leader: the first socket of the group that it is in, NULL if in none
 * @shared: of a leader: what came through the group, nobody knows through whom
 * @group_size: of a leader: how many they are
 */
struct ps_member {
	struct ps_row row;
	size_t index;
	struct ps_member *parent;
	bool is_child;
	struct ps_members children;
	struct ps_member *next;
	struct ps_member *leader;
	struct ps_member *next_in_group;
	struct ps_members shared;
	unsigned int group_size;
};

void ps_relate(struct ps_member **members, size_t count);

#endif /* PORTSOCK_RELATE_H */
