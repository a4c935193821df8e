// SPDX-License-Identifier: GPL-2.0
/*
 * For people: port, network namespace, listener or REUSEPORT group, what came
 * through it, and under each socket those who hold it.  The sockets of one
 * port stand together in a view, so they are taken port by port.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "../util/error.h"
#include "tree_links.h"
#include "table.h"
#include "../../module/format/format.h"
#include "../../module/format/names.h"

/**
 * struct tree_port - the sockets of a port, while they come
 * @members: them
 * @count: how many
 * @size: how many there is room for
 */
struct tree_port {
	struct tree_node **members;
	size_t count;
	size_t size;
};

/* A place in the tree: below this line, that deep. */
struct place {
	struct output *out;
	struct libscols_line *line;
	unsigned int depth;
};

/* A line whose label is in the table's cell. */
static int add_line(const struct place *at, struct place *below,
		    const char *color)
{
	struct table *t = at->out->state;
	size_t width = t->cell.len + 2 * at->depth;

	if (width > t->label_width)
		t->label_width = width;
	buf_char(&t->cell, '\0');
	*below = (struct place){
		.out = at->out,
		.line = scols_table_new_line(t->table, at->line),
		.depth = at->depth + 1,
	};
	if (!below->line || scols_line_set_data(below->line, 0, t->cell.data))
		return table_no_memory();
	if (color && at->out->color)
		scols_cell_set_color(scols_line_get_cell(below->line, 0),
				     color);
	return 0;
}

static struct buf *new_label(const struct place *at)
{
	struct table *t = at->out->state;

	t->cell.len = 0;
	return &t->cell;
}

static int add_owners(const struct place *at, const struct row *row)
{
	struct place below;
	size_t i = 0;

	if (row->holder) {
		columns_owners(new_label(at), row);
		return add_line(at, &below, YELLOW);
	}
	while (i < row->count) {
		cell_owner(new_label(at), row, &i);
		if (add_line(at, &below, cell_mark_color(row)))
			return -1;
	}
	return 0;
}

static void put_end(struct buf *t, struct output *out, u8 id,
		    const struct row *row)
{
	struct row_fields f;

	columns_fields(&f, &row->record);
	cell_text(t, out, id, row, &f);
}

static bool has_peer(const struct ps_record *r)
{
	return r->remote.form != PS_FORM_NONE && r->remote.form != PS_FORM_ANY;
}

/* "tcp 0.0.0.0:80", "tcp 10.0.0.1:41522 to 10.0.0.2:443" */
static void put_socket(struct buf *t, struct output *out,
		       const struct row *row)
{
	buf_word(t, ps_proto_names[row->record.proto].text);
	buf_char(t, ' ');
	put_end(t, out, PORTSOCK_COL_LOCAL, row);
	if (!has_peer(&row->record))
		return;
	buf_word(t, " to ");
	put_end(t, out, PORTSOCK_COL_REMOTE, row);
}

static int add_socket(const struct place *at, const struct row *row,
		      struct place *below)
{
	return add_line(at, below, cell_mark_color(row)) ||
		table_row(at->out, below->line, row) ||
		add_owners(below, row);
}

/* "from 10.0.0.2:50000"; an MPTCP socket's subflow is of another protocol. */
static void put_child(struct buf *t, struct output *out,
		      const struct row *row, u8 proto)
{
	if (!has_peer(&row->record)) {
		put_socket(t, out, row);
		return;
	}
	if (row->record.proto != proto) {
		buf_word(t, ps_proto_names[row->record.proto].text);
		buf_char(t, ' ');
	}
	buf_word(t, "from ");
	put_end(t, out, PORTSOCK_COL_REMOTE, row);
}

static int add_children(const struct place *at, const struct tree_list *list,
			u8 proto)
{
	const struct tree_node *m;
	struct place below;

	for (m = list->first; m; m = m->next) {
		put_child(new_label(at), at->out, &m->row, proto);
		if (add_socket(at, &m->row, &below) ||
		    add_children(&below, &m->children, m->row.record.proto))
			return -1;
	}
	return 0;
}

static int add_alone(const struct place *at, const struct tree_node *m)
{
	struct place below;

	put_socket(new_label(at), at->out, &m->row);
	return add_socket(at, &m->row, &below) ||
		add_children(&below, &m->children, m->row.record.proto);
}

/* What tells the sockets of a group apart is their cookies; ss writes sk:. */
static int add_group(const struct place *at, const struct tree_node *leader)
{
	struct buf *t = new_label(at);
	const struct tree_node *m;
	struct place group, below;

	put_socket(t, at->out, &leader->row);
	buf_word(t, ", ");
	buf_u64(t, leader->group_size);
	buf_word(t, " by SO_REUSEPORT");
	if (add_line(at, &group, NULL))
		return -1;
	for (m = leader; m; m = m->next_in_group) {
		t = new_label(at);
		buf_word(t, "sk:");
		buf_done(t, ps_put_hex(buf_room(t, 16),
					   m->row.record.cookie));
		if (add_socket(&group, &m->row, &below) ||
		    add_children(&below, &m->children, m->row.record.proto))
			return -1;
	}
	return add_children(&group, &leader->shared,
			    leader->row.record.proto);
}

static bool is_below_another(const struct tree_node *m)
{
	return m->is_child || (m->leader && m->leader != m);
}

/* The sockets of a network namespace, which are side by side. */
static int add_netns(const struct place *at, struct tree_node **members,
		     size_t count)
{
	u32 netns = members[0]->row.record.netns;
	const char *name = names_netns(at->out->names, netns);
	struct buf *t = new_label(at);
	struct place below;
	size_t i;

	buf_word(t, "netns ");
	buf_u64(t, netns);
	if (name && (*name < '0' || *name > '9')) {
		buf_char(t, ' ');
		cell_name(t, name);
	}
	if (add_line(at, &below, DIM))
		return -1;
	for (i = 0; i < count; i++) {
		const struct tree_node *m = members[i];

		if (is_below_another(m))
			continue;
		if (m->leader ? add_group(&below, m) : add_alone(&below, m))
			return -1;
	}
	return 0;
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

/* The sockets of one network namespace among those of a port. */
struct run {
	struct tree_node **first;
	size_t count;
};

static int compare_runs(const void *a, const void *b)
{
	const struct run *x = a, *y = b;

	return x->first[0]->index < y->first[0]->index ? -1 : 1;
}

/* Network namespaces in the order in which they come in the view. */
static size_t find_runs(struct run *runs, struct tree_port *tree)
{
	struct tree_node **m = tree->members;
	size_t i, n = 0;

	qsort(m, tree->count, sizeof(*m), compare_netns);
	for (i = 0; i < tree->count; i++) {
		if (!i || m[i]->row.record.netns != m[i - 1]->row.record.netns)
			runs[n++] = (struct run){ .first = &m[i] };
		runs[n - 1].count++;
	}
	qsort(runs, n, sizeof(*runs), compare_runs);
	return n;
}

static void forget(struct tree_port *tree)
{
	size_t i;

	for (i = 0; i < tree->count; i++) {
		row_free(&tree->members[i]->row);
		free(tree->members[i]);
	}
	tree->count = 0;
}

/* The lines of a port whose sockets have all come. */
static int add_port(struct output *out)
{
	struct tree_port *tree = ((struct table *)out->state)->tree;
	struct place at = { .out = out }, below;
	struct run *runs;
	size_t i, count;
	int err;

	if (!tree->count)
		return 0;
	tree_link(tree->members, tree->count);
	put_end(new_label(&at), out, PORTSOCK_COL_PORT, &tree->members[0]->row);
	err = add_line(&at, &below, BOLD);
	runs = xrealloc(NULL, tree->count * sizeof(*runs));
	count = find_runs(runs, tree);
	for (i = 0; i < count && !err; i++)
		err = add_netns(&below, runs[i].first, runs[i].count);
	free(runs);
	forget(tree);
	return err;
}

static void keep(struct tree_port *tree, const struct row *row)
{
	struct tree_node *m = xrealloc(NULL, sizeof(*m));

	*m = (struct tree_node){};
	row_copy(&m->row, row);
	if (tree->count == tree->size) {
		tree->size = tree->size ? tree->size * 2 : 64;
		tree->members = xrealloc(tree->members, tree->size *
					   sizeof(*tree->members));
	}
	tree->members[tree->count++] = m;
}

static int tree_begin(struct output *out)
{
	struct table *t;

	/* Nothing else is not ASCII, and a locale takes long to load. */
	setlocale(LC_CTYPE, "");
	if (table_begin(out, "PORT"))
		return -1;
	t = out->state;
	t->tree = xrealloc(NULL, sizeof(*t->tree));
	*t->tree = (struct tree_port){};
	return 0;
}

static int tree_row(struct output *out, const struct row *row)
{
	struct tree_port *tree = ((struct table *)out->state)->tree;
	struct place at = { .out = out }, below;
	bool has_port = row->record.has & PS_HAS_PORT;

	if (tree->count && (!has_port || row->record.port !=
			    tree->members[0]->row.record.port) &&
	    add_port(out))
		return -1;
	if (has_port) {
		keep(tree, row);
		return 0;
	}
	put_socket(new_label(&at), out, row);
	return add_socket(&at, row, &below);
}

static int tree_end(struct output *out)
{
	return add_port(out) || table_print(out);
}

static void tree_release(struct output *out)
{
	struct table *t = out->state;

	if (t->tree) {
		forget(t->tree);
		free(t->tree->members);
		free(t->tree);
	}
	table_release(out);
}

const struct output_ops output_tree = {
	.columns = &columns_tree,
	.begin = tree_begin,
	.row = tree_row,
	.end = tree_end,
	.release = tree_release,
};
