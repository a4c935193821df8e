// SPDX-License-Identifier: GPL-2.0
/*
 * For people: port, network namespace, listener or SO_REUSEPORT group,
 * connections that came through it, and under each socket its owners.  The rows
 * of a port follow each other in a view: the tree is made port by port.
 */
#include <stdlib.h>
#include <string.h>

#include "../util/error.h"
#include "../util/text.h"
#include "../../module/format/format.h"
#include "cell.h"
#include "table.h"
#include "tree_node.h"

/*
 * Levels above a line: network namespace, group, a listener with the sockets
 * above it, and a connection of that listener with the sockets above the line.
 */
#define LEVELS_MAX	(2 + 2 * (TREE_DEPTH_MAX + 1))
#define PREFIX_MAX	(4 * LEVELS_MAX)	/* bytes of "│ " */

/**
 * struct tree_port - The sockets of a port
 * @nodes: sockets
 * @prefix: lines that lead to the next siblings, drawn before a label
 * @prefix_len: length of @prefix in bytes
 * @depth: number of levels in @prefix
 */
struct tree_port {
	struct tree_nodes nodes;
	char prefix[PREFIX_MAX];
	size_t prefix_len;
	unsigned int depth;
};

static struct tree_port tree;


/* Begin a line below the current one; @last: no sibling follows. */
static struct buf *begin_label(struct output *out, bool last)
{
	struct buf *t = table_line(out);
	struct table *table = out->state;
	const char *branch = text_is_utf8() ? last ? "└─" : "├─" :
		last ? "`-" : "|-";
	size_t len = strlen(branch);

	buf_put(t, tree.prefix, tree.prefix_len);
	buf_put(t, branch, len);
	table->prefix = tree.prefix_len + len;
	table->prefix_width = 2 * (tree.depth + 1);
	return t;
}

/* Go down to the children of a line; @last as in begin_label(). */
static size_t enter_level(bool last)
{
	const char *line = last ? "  " : text_is_utf8() ? "│ " : "| ";
	size_t before = tree.prefix_len, len = strlen(line);

	memcpy(tree.prefix + before, line, len);
	tree.prefix_len += len;
	tree.depth++;
	return before;
}

static void leave_level(size_t before)
{
	tree.prefix_len = before;
	tree.depth--;
}

static bool has_peer(const struct ps_record *r)
{
	return r->remote.form != PS_FORM_NONE && r->remote.form != PS_FORM_ANY;
}

/* Write "tcp 0.0.0.0:80", "tcp 10.0.0.1:41522 to 10.0.0.2:443". */
static void put_socket_label(struct buf *t, struct output *out,
			     const struct row *row)
{
	buf_word(t, ps_proto_names[row->record.proto].text);
	buf_char(t, ' ');
	cell_put(t, out, PORTSOCK_COL_LOCAL, row);
	if (!has_peer(&row->record))
		return;
	buf_word(t, " to ");
	cell_put(t, out, PORTSOCK_COL_REMOTE, row);
}

/* Add a line for each owner of a socket; @more: other lines follow. */
static void add_owners(struct output *out, const struct row *row, bool more)
{
	struct buf *t;
	size_t i = 0;

	if (row->holder) {
		t = begin_label(out, !more && !row->count);
		column_put_owners(t, row);
		table_add(out, NULL, STYLE_YELLOW);
	}
	while (i < row->count) {
		size_t next = i;
		const struct ps_owner *o = &row->owners[i];

		while (next < row->count && row->owners[next].pid == o->pid &&
		       row->owners[next].tid == o->tid)
			next++;
		t = begin_label(out, !more && next == row->count);
		cell_put_owner(t, row, &i);
		table_add(out, NULL, table_row_style(row));
	}
}

static void add_children(struct output *out, const struct tree_list *list,
			 u8 proto);

/* Add a socket, whose label was written, its owners and its children. */
static void add_socket(struct output *out, const struct tree_node *node,
		       bool last)
{
	const struct row *row = &node->row;
	struct row copy;
	size_t before;

	/* The owners of an MPTCP socket are not repeated for its subflows. */
	if (unlikely(row->holder) && !node->parent)
		row = output_with_owners(out, row, &copy);
	table_add(out, row, table_row_style(row));
	before = enter_level(last);
	add_owners(out, row, node->children.first);
	add_children(out, &node->children, row->record.proto);
	leave_level(before);
}

/* Add "from 10.0.0.2:50000"; a subflow of an MPTCP socket has its protocol. */
static void add_children(struct output *out, const struct tree_list *list,
			 u8 proto)
{
	const struct tree_node *node;
	struct buf *t;

	for (node = list->first; node; node = node->next) {
		t = begin_label(out, !node->next);
		if (!has_peer(&node->row.record)) {
			put_socket_label(t, out, &node->row);
		} else {
			if (node->row.record.proto != proto) {
				buf_word(t, ps_proto_names[
					 node->row.record.proto].text);
				buf_char(t, ' ');
			}
			buf_word(t, "from ");
			cell_put(t, out, PORTSOCK_COL_REMOTE, &node->row);
		}
		add_socket(out, node, !node->next);
	}
}

/* Add a SO_REUSEPORT group; its sockets differ by their cookies. */
static void add_group(struct output *out, const struct tree_node *leader,
		      bool last)
{
	struct buf *t = begin_label(out, last);
	const struct tree_node *node;
	size_t before;

	put_socket_label(t, out, &leader->row);
	buf_printf(t, ", %u by SO_REUSEPORT", leader->group_size);
	table_add(out, NULL, STYLE_NONE);
	before = enter_level(last);
	for (node = leader; node; node = node->next_in_group) {
		bool end = !node->next_in_group && !leader->shared.first;

		t = begin_label(out, end);
		buf_word(t, "sk:");
		buf_done(t, ps_put_hex(buf_room(t, PS_U64_ROOM),
				       node->row.record.cookie));
		add_socket(out, node, end);
	}
	add_children(out, &leader->shared, leader->row.record.proto);
	leave_level(before);
}

/* Add a listener at another port, and the sockets of this port below it. */
static void add_elsewhere(struct output *out, const struct tree_node *node,
			  bool last)
{
	const struct row *keeper = relations_keeper(out->relations, &node->row);
	struct buf *t = begin_label(out, last);
	size_t before;

	buf_word(t, "listener ");
	put_socket_label(t, out, &node->row);
	table_add(out, NULL, STYLE_DIM);
	before = enter_level(last);
	add_owners(out, keeper ? keeper : &node->row, node->children.first);
	add_children(out, &node->children, node->row.record.proto);
	leave_level(before);
}

/* Return true if a node is drawn directly below its network namespace. */
static bool is_top(const struct tree_node *node)
{
	return !node->below && (!node->leader || node->leader == node);
}

static void add_nodes(struct output *out, struct tree_node **nodes,
		      size_t count)
{
	const struct tree_node *node;
	size_t i, next;

	for (i = 0; i < count && !is_top(nodes[i]); i++)
		;
	for (; i < count; i = next) {
		bool last;

		node = nodes[i];
		for (next = i + 1; next < count && !is_top(nodes[next]); next++)
			;
		last = next == count;
		if (node->leader) {
			add_group(out, node, last);
			continue;
		}
		if (node->elsewhere) {
			add_elsewhere(out, node, last);
			continue;
		}
		put_socket_label(begin_label(out, last), out, &node->row);
		add_socket(out, node, last);
	}
}

static int compare_netns(const void *a, const void *b)
{
	const struct tree_node *x = *(struct tree_node *const *)a;
	const struct tree_node *y = *(struct tree_node *const *)b;
	u32 n = x->row.record.netns, m = y->row.record.netns;

	if (n != m)
		return n < m ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* The nodes of a network namespace, among those of a port. */
struct netns_nodes {
	struct tree_node **first;
	size_t count;
	bool shown;		/* one of them is drawn directly below it */
};

static int compare_first(const void *a, const void *b)
{
	const struct netns_nodes *x = a, *y = b;

	return x->first[0]->index < y->first[0]->index ? -1 : 1;
}

/* Group the nodes by network namespace, in the order of the view. */
static size_t group_by_netns(struct netns_nodes *groups)
{
	struct tree_node **nodes = tree.nodes.list;
	size_t i, n = 0;

	for (i = 1; i < tree.nodes.count && nodes[i]->row.record.netns ==
	     nodes[0]->row.record.netns; i++)
		;
	if (i < tree.nodes.count)
		qsort(nodes, tree.nodes.count, sizeof(*nodes), compare_netns);
	for (i = 0; i < tree.nodes.count; i++) {
		if (!i || nodes[i]->row.record.netns !=
		    nodes[i - 1]->row.record.netns)
			groups[n++] = (struct netns_nodes){
				.first = &nodes[i],
			};
		groups[n - 1].count++;
		groups[n - 1].shown |= is_top(nodes[i]);
	}
	for (i = n; i--; )	/* all nodes are below those of another one */
		if (!groups[i].shown)
			groups[i] = groups[--n];
	if (n > 1)
		qsort(groups, n, sizeof(*groups), compare_first);
	return n;
}

static void add_netns(struct output *out, const struct netns_nodes *group,
		      bool last)
{
	u32 netns = group->first[0]->row.record.netns;
	const char *name = names_netns(out->names, netns);
	struct buf *t = begin_label(out, last);
	size_t before;

	buf_printf(t, "netns %u", netns);
	if (name) {	/* a PID if the namespace has no name */
		buf_word(t, name[strspn(name, "0123456789")] ? " " :
			 ", process ");
		cell_put_name(t, name);
	}
	table_add(out, NULL, STYLE_DIM);
	before = enter_level(last);
	add_nodes(out, group->first, group->count);
	leave_level(before);
}

/* Add the lines of a port whose rows are complete. */
static void add_port(struct output *out)
{
	struct netns_nodes *groups, single;
	size_t i, n;

	if (!tree.nodes.count)
		return;
	/* Most ports have one socket, which no process waits to accept. */
	if (tree.nodes.count > 1 ||
	    tree.nodes.list[0]->row.record.held != PORTSOCK_HELD_PROCESS)
		tree_relate(&tree.nodes, out->relations);
	groups = &single;
	if (tree.nodes.count > 1)
		groups = xrealloc(NULL, tree.nodes.count * sizeof(*groups));
	cell_put(table_line(out), out, PORTSOCK_COL_PORT,
		 &tree.nodes.list[0]->row);
	table_add(out, NULL, STYLE_BOLD);
	n = group_by_netns(groups);
	/* The level of the namespace is left out if it is the reader's own. */
	if (n == 1 && groups[0].first[0]->row.record.netns ==
	    out->header->netns)
		add_nodes(out, groups[0].first, groups[0].count);
	else
		for (i = 0; i < n; i++)
			add_netns(out, &groups[i], i + 1 == n);
	if (groups != &single)
		free(groups);
	tree_nodes_clear(&tree.nodes);
}

static int tree_begin(struct output *out)
{
	static const struct ps_name label = { "PORT", 4 };

	memset(&tree, 0, sizeof(tree));
	return table_begin(out, &label);
}

static int tree_row(struct output *out, const struct row *row)
{
	bool has_port = row->record.has & PS_HAS_PORT;

	if (tree.nodes.count && (!has_port || row->record.port !=
			   tree.nodes.list[0]->row.record.port))
		add_port(out);
	if (!tree.nodes.count)
		table_mark(out);
	if (!has_port) {
		put_socket_label(table_line(out), out, row);
		table_add(out, row, table_row_style(row));
		add_owners(out, row, false);
		return 0;
	}
	tree_nodes_add(&tree.nodes, row);
	return 0;
}

static int tree_measured(struct output *out)
{
	add_port(out);
	return table_measured(out);
}

static int tree_end(struct output *out)
{
	add_port(out);
	return 0;
}

static void tree_release(struct output *out)
{
	tree_nodes_free(&tree.nodes);
	table_release(out);
}

const struct output_ops output_tree = {
	.columns = &columns_tree,
	.begin = tree_begin,
	.row = tree_row,
	.measured = tree_measured,
	.end = tree_end,
	.release = tree_release,
};
