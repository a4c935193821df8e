/* SPDX-License-Identifier: GPL-2.0 */
/* Relations of the sockets of a port. */
#ifndef PORTSOCK_OUTPUT_TREE_NODE_H
#define PORTSOCK_OUTPUT_TREE_NODE_H

#include "../resolve/relations.h"
#include "../view/row.h"

#define TREE_DEPTH_MAX	3	/* a forged view may have longer chains */

struct tree_node;

/**
 * struct tree_list - Nodes in the order of the view
 * @first: first node, or NULL
 * @last: last node
 */
struct tree_list {
	struct tree_node *first;
	struct tree_node *last;
};

/**
 * struct tree_node - A socket of a port
 * @row: copy of the row
 * @elsewhere: a listener at another port that sockets of this port wait for; it
 *	is no socket of this port
 * @index: index among the rows of the port
 * @parent: node that this one is shown below, or NULL
 * @depth: number of nodes above this one, PARENT followed
 * @visited: the node was reached by cut_parents()
 * @depth_known: @depth is set
 * @children: nodes shown below this one
 * @next: next node of the list of children that this one is in
 * @leader: first socket of the SO_REUSEPORT group of this one, or NULL
 * @next_in_group: next socket of the group
 * @shared: of a leader: connections that came through an unknown member
 * @group_size: of a leader: number of sockets in the group
 * @below: the node is shown below another
 */
struct tree_node {
	struct row row;
	bool elsewhere;
	size_t index;
	struct tree_node *parent;
	unsigned int depth;
	bool visited;
	bool depth_known;
	bool below;
	struct tree_list children;
	struct tree_node *next;
	struct tree_node *leader;
	struct tree_node *next_in_group;
	struct tree_list shared;
	unsigned int group_size;
};

/**
 * struct tree_nodes - The sockets of a port
 * @list: sockets in the order of the view, then listeners at other ports
 * @count: number of nodes in @list
 * @allocated: number of nodes in @list with memory, which are used again
 * @size: number of pointers in @list
 */
struct tree_nodes {
	struct tree_node **list;
	size_t count;
	size_t allocated;
	size_t size;
};

struct tree_node *tree_nodes_add(struct tree_nodes *nodes,
				 const struct row *row);
void tree_nodes_clear(struct tree_nodes *nodes);
void tree_nodes_free(struct tree_nodes *nodes);
void tree_relate(struct tree_nodes *nodes, struct relations *relations);

#endif /* PORTSOCK_OUTPUT_TREE_NODE_H */
