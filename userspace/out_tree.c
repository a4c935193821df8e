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
#include "error.h"
#include "relate.h"
#include "table.h"
#include "../module/format/format.h"
#include "../module/format/names.h"

/**
 * struct ps_tree - the sockets of a port, while they come
 * @members: them
 * @count: how many
 * @size: how many there is room for
 */
struct ps_tree {
	struct ps_member **members;
	size_t count;
	size_t size;
};

/* A place in the tree: below this line, that deep. */
struct place {
	struct ps_out *out;
	struct libscols_line *line;
	unsigned int depth;
};

/* A line whose label is in the table's cell. */
static int add_line(const struct place *at, struct place *below,
		    const char *color)
{
	struct ps_table *t = at->out->state;
	size_t width = t->cell.len + 2 * at->depth;

	if (width > t->label_width)
		t->label_width = width;
	ps_text_char(&t->cell, '\0');
	*below = (struct place){
		.out = at->out,
		.line = scols_table_new_line(t->table, at->line),
		.depth = at->depth + 1,
	};
	if (!below->line || scols_line_set_data(below->line, 0, t->cell.data))
		return ps_table_no_memory();
	if (color && at->out->color)
		scols_cell_set_color(scols_line_get_cell(below->line, 0),
				     color);
	return 0;
}

static struct ps_text *new_label(const struct place *at)
{
	struct ps_table *t = at->out->state;

	t->cell.len = 0;
	return &t->cell;
}

static int add_owners(const struct place *at, const struct ps_row *row)
{
	struct place below;
	size_t i = 0;

	if (row->holder) {
		ps_columns_owners(new_label(at), row);
		return add_line(at, &below, YELLOW);
	}
	while (i < row->count) {
		ps_cell_owner(new_label(at), row, &i);
		if (add_line(at, &below, ps_cell_mark_color(row)))
			return -1;
	}
	return 0;
}

static void put_end(struct ps_text *t, struct ps_out *out, u8 id,
		    const struct ps_row *row)
{
	struct ps_fields f;

	ps_columns_fields(&f, &row->record);
	ps_cell_text(t, out, id, row, &f);
}

static bool has_peer(const struct ps_record *r)
{
	return r->remote.form != PS_FORM_NONE && r->remote.form != PS_FORM_ANY;
}

/* "tcp 0.0.0.0:80", "tcp 10.0.0.1:41522 to 10.0.0.2:443" */
static void put_socket(struct ps_text *t, struct ps_out *out,
		       const struct ps_row *row)
{
	ps_text_word(t, ps_proto_names[row->record.proto].text);
	ps_text_char(t, ' ');
	put_end(t, out, PORTSOCK_COL_LOCAL, row);
	if (!has_peer(&row->record))
		return;
	ps_text_word(t, " to ");
	put_end(t, out, PORTSOCK_COL_REMOTE, row);
}

static int add_socket(const struct place *at, const struct ps_row *row,
		      struct place *below)
{
	return add_line(at, below, ps_cell_mark_color(row)) ||
		ps_table_row(at->out, below->line, row) ||
		add_owners(below, row);
}

/* "from 10.0.0.2:50000"; an MPTCP socket's subflow is of another protocol. */
static void put_child(struct ps_text *t, struct ps_out *out,
		      const struct ps_row *row, u8 proto)
{
	if (!has_peer(&row->record)) {
		put_socket(t, out, row);
		return;
	}
	if (row->record.proto != proto) {
		ps_text_word(t, ps_proto_names[row->record.proto].text);
		ps_text_char(t, ' ');
	}
	ps_text_word(t, "from ");
	put_end(t, out, PORTSOCK_COL_REMOTE, row);
}

static int add_children(const struct place *at, const struct ps_members *list,
			u8 proto)
{
	const struct ps_member *m;
	struct place below;

	for (m = list->first; m; m = m->next) {
		put_child(new_label(at), at->out, &m->row, proto);
		if (add_socket(at, &m->row, &below) ||
		    add_children(&below, &m->children, m->row.record.proto))
			return -1;
	}
	return 0;
}

static int add_alone(const struct place *at, const struct ps_member *m)
{
	struct place below;

	put_socket(new_label(at), at->out, &m->row);
	return add_socket(at, &m->row, &below) ||
		add_children(&below, &m->children, m->row.record.proto);
}

/* What tells the sockets of a group apart is their cookies; ss writes sk:. */
static int add_group(const struct place *at, const struct ps_member *leader)
{
	struct ps_text *t = new_label(at);
	const struct ps_member *m;
	struct place group, below;

	put_socket(t, at->out, &leader->row);
	ps_text_word(t, ", ");
	ps_text_u64(t, leader->group_size);
	ps_text_word(t, " by SO_REUSEPORT");
	if (add_line(at, &group, NULL))
		return -1;
	for (m = leader; m; m = m->next_in_group) {
		t = new_label(at);
		ps_text_word(t, "sk:");
		ps_text_done(t, ps_put_hex(ps_text_room(t, 16),
					   m->row.record.cookie));
		if (add_socket(&group, &m->row, &below) ||
		    add_children(&below, &m->children, m->row.record.proto))
			return -1;
	}
	return add_children(&group, &leader->shared,
			    leader->row.record.proto);
}

static bool is_below_another(const struct ps_member *m)
{
	return m->is_child || (m->leader && m->leader != m);
}

/* The sockets of a network namespace, which are side by side. */
static int add_netns(const struct place *at, struct ps_member **members,
		     size_t count)
{
	u32 netns = members[0]->row.record.netns;
	const char *name = ps_names_netns(at->out->names, netns);
	struct ps_text *t = new_label(at);
	struct place below;
	size_t i;

	ps_text_word(t, "netns ");
	ps_text_u64(t, netns);
	if (name && (*name < '0' || *name > '9')) {
		ps_text_char(t, ' ');
		ps_cell_name(t, name);
	}
	if (add_line(at, &below, DIM))
		return -1;
	for (i = 0; i < count; i++) {
		const struct ps_member *m = members[i];

		if (is_below_another(m))
			continue;
		if (m->leader ? add_group(&below, m) : add_alone(&below, m))
			return -1;
	}
	return 0;
}

static int compare_netns(const void *a, const void *b)
{
	const struct ps_member *x = *(struct ps_member *const *)a;
	const struct ps_member *y = *(struct ps_member *const *)b;
	u32 n = x->row.record.netns, m = y->row.record.netns;

	if (n != m)
		return n < m ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* The sockets of one network namespace among those of a port. */
struct run {
	struct ps_member **first;
	size_t count;
};

static int compare_runs(const void *a, const void *b)
{
	const struct run *x = a, *y = b;

	return x->first[0]->index < y->first[0]->index ? -1 : 1;
}

/* Network namespaces in the order in which they come in the view. */
static size_t find_runs(struct run *runs, struct ps_tree *tree)
{
	struct ps_member **m = tree->members;
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

static void forget(struct ps_tree *tree)
{
	size_t i;

	for (i = 0; i < tree->count; i++) {
		ps_row_free(&tree->members[i]->row);
		free(tree->members[i]);
	}
	tree->count = 0;
}

/* The lines of a port whose sockets have all come. */
static int add_port(struct ps_out *out)
{
	struct ps_tree *tree = ((struct ps_table *)out->state)->tree;
	struct place at = { .out = out }, below;
	struct run *runs;
	size_t i, count;
	int err;

	if (!tree->count)
		return 0;
	ps_relate(tree->members, tree->count);
	put_end(new_label(&at), out, PORTSOCK_COL_PORT, &tree->members[0]->row);
	err = add_line(&at, &below, BOLD);
	runs = ps_realloc(NULL, tree->count * sizeof(*runs));
	count = find_runs(runs, tree);
	for (i = 0; i < count && !err; i++)
		err = add_netns(&below, runs[i].first, runs[i].count);
	free(runs);
	forget(tree);
	return err;
}

static void keep(struct ps_tree *tree, const struct ps_row *row)
{
	struct ps_member *m = ps_realloc(NULL, sizeof(*m));

	*m = (struct ps_member){};
	ps_row_copy(&m->row, row);
	if (tree->count == tree->size) {
		tree->size = tree->size ? tree->size * 2 : 64;
		tree->members = ps_realloc(tree->members, tree->size *
					   sizeof(*tree->members));
	}
	tree->members[tree->count++] = m;
}

static int tree_begin(struct ps_out *out)
{
	struct ps_table *t;

	/* Nothing else is not ASCII, and a locale takes long to load. */
	setlocale(LC_CTYPE, "");
	if (ps_table_begin(out, "PORT"))
		return -1;
	t = out->state;
	t->tree = ps_realloc(NULL, sizeof(*t->tree));
	*t->tree = (struct ps_tree){};
	return 0;
}

static int tree_row(struct ps_out *out, const struct ps_row *row)
{
	struct ps_tree *tree = ((struct ps_table *)out->state)->tree;
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

static int tree_end(struct ps_out *out)
{
	return add_port(out) || ps_table_print(out);
}

static void tree_release(struct ps_out *out)
{
	struct ps_table *t = out->state;

	if (t->tree) {
		forget(t->tree);
		free(t->tree->members);
		free(t->tree);
	}
	ps_table_release(out);
}

const struct ps_out_ops ps_out_tree = {
	.columns = &ps_columns_tree,
	.begin = tree_begin,
	.row = tree_row,
	.end = tree_end,
	.release = tree_release,
};
