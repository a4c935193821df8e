/* SPDX-License-Identifier: GPL-2.0 */
/* How the sockets at one port belong together. */
#ifndef PORTSOCK_RELATE_H
#define PORTSOCK_RELATE_H

#include "../view/row.h"

struct tree_node;

/**
 * struct tree_list - some of the sockets at a port, in their order
 * @first: the first, or NULL
 * @last: the last
 */
struct tree_list {
	struct tree_node *first;
	struct tree_node *last;
};

/**
 * struct tree_node - a socket among those at its port
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
struct tree_node {
	struct row row;
	size_t index;
	struct tree_node *parent;
	bool is_child;
	struct tree_list children;
	struct tree_node *next;
	struct tree_node *leader;
	struct tree_node *next_in_group;
	struct tree_list shared;
	unsigned int group_size;
};

void tree_link(struct tree_node **members, size_t count);

#endif /* PORTSOCK_RELATE_H */
