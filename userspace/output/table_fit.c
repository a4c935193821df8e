// SPDX-License-Identifier: GPL-2.0
/*
 * A table is made as wide as the terminal.  Columns go that say nothing, then
 * those that say least; OWNERS and other long texts are cut; an address never
 * is.
 */
#include <string.h>
#include <unistd.h>

#include "table.h"

#define CUT_LEAST	8	/* most of a name, before lines are broken */

static struct libscols_column *find_column(const struct output *out, u8 id)
{
	const struct table *t = out->state;
	unsigned int i;

	for (i = 0; i < out->columns->count; i++)
		if (out->columns->id[i] == id)
			return scols_table_get_column(t->table, i + t->first);
	return NULL;
}

/* Nothing that somebody asked for. */
static void hide(struct output *out, u8 id)
{
	struct table *t = out->state;
	struct libscols_column *cl = find_column(out, id);

	if (!cl || out->columns->asked & 1U << id)
		return;
	t->width[id] = 0;
	scols_column_set_flags(cl, SCOLS_FL_HIDDEN);
}

static void hide_silent(struct output *out)
{
	const struct table *t = out->state;
	unsigned int i;

	for (i = 0; i < out->columns->count; i++) {
		u8 id = out->columns->id[i];

		if (column_table[id].optional && !(t->said & 1U << id))
			hide(out, id);
	}
}

/* How wide the table is when what may be cut is cut. */
static size_t least_width(const struct table *t)
{
	size_t sum = t->label_width + t->first;
	unsigned int i;

	for (i = 0; i < NCOLUMNS; i++) {
		size_t least = column_table[i].cut;

		if (!least || least > t->width[i])
			least = t->width[i];
		sum += least + !!least;
	}
	return sum - 1;
}

/* Without the column HELD, OWNERS says why nobody is there. */
static int merge_held(struct output *out)
{
	struct table *t = out->state;
	struct libscols_column *held = find_column(out, PORTSOCK_COL_HELD);
	struct libscols_column *owners = find_column(out, PORTSOCK_COL_OWNERS);
	struct libscols_line *line;
	size_t i;

	if (!held || !owners || out->columns->asked & 1U << PORTSOCK_COL_HELD)
		return 0;
	for (i = 0; i < scols_table_get_nlines(t->table); i++) {
		const char *text;

		line = scols_table_get_line(t->table, i);
		text = scols_line_get_column_data(line, owners);
		if (!text || strcmp(text, PORTSOCK_NONE))
			continue;
		if (scols_line_set_column_data(line, owners,
				scols_line_get_column_data(line, held)))
			return table_no_memory();
	}
	hide(out, PORTSOCK_COL_HELD);
	return 0;
}

/* A narrow terminal: less is shown, but no address is ever cut. */
static int leave_out(struct output *out)
{
	static const u8 order[] = {
		PORTSOCK_COL_TXQ, PORTSOCK_COL_RXQ, PORTSOCK_COL_DEV,
		PORTSOCK_COL_NETNS, PORTSOCK_COL_UID, PORTSOCK_COL_PARENT,
		PORTSOCK_COL_CGROUP, PORTSOCK_COL_COOKIE, PORTSOCK_COL_INODE,
	};
	struct table *t = out->state;
	size_t have = scols_table_get_termwidth(t->table);
	unsigned int i;

	if (least_width(t) > have && merge_held(out))
		return -1;
	for (i = 0; i < sizeof(order) && least_width(t) > have; i++)
		hide(out, order[i]);
	return 0;
}

/*
 * libsmartcols makes a column with a few long cells narrow and breaks the
 * lines where those stand.  Not narrower than what is usual: it goes no lower
 * than the heading is wide.
 */
static int keep_end(struct output *out, u8 id)
{
	const struct table *t = out->state;
	struct libscols_column *cl = find_column(out, id);
	char heading[END_USUAL + 1];

	if (!cl)
		return 0;
	snprintf(heading, sizeof(heading), "%-*s", (int)t->width[id],
		 column_name(id)->text);
	return scols_cell_set_data(scols_column_get_header(cl), heading);
}

static void set_flags(struct output *out, int flags)
{
	struct table *t = out->state;
	unsigned int i;

	for (i = 0; i < out->columns->count; i++)
		if (column_table[out->columns->id[i]].cut &&
		    t->width[out->columns->id[i]])
			scols_column_set_flags(
				scols_table_get_column(t->table, i + t->first), flags);
}

static ssize_t drop(void *cookie, const char *data, size_t len)
{
	(void)cookie;
	(void)data;
	return len;
}

/* How wide the ends come out: libsmartcols knows when it has printed. */
static int try_ends(struct output *out)
{
	const cookie_io_functions_t io = { .write = drop };
	FILE *nowhere = fopencookie(NULL, "w", io);
	struct table *t = out->state;
	unsigned int i;
	int err;

	if (!nowhere)
		return table_no_memory();
	set_flags(out, SCOLS_FL_WRAP | SCOLS_FL_TRUNC);
	scols_table_set_stream(t->table, nowhere);
	err = scols_print_table(t->table);
	scols_table_set_stream(t->table, t->stream);
	fclose(nowhere);
	set_flags(out, SCOLS_FL_WRAP);
	for (i = 0; i < out->columns->count; i++) {
		u8 id = out->columns->id[i];

		if (table_is_end(id) && t->width[id])
			t->width[id] = scols_column_get_width(
				scols_table_get_column(t->table, i + t->first));
	}
	return err ? table_no_memory() : 0;
}

/* A cut is marked, as top does: "fd 1" must not stand where it is "fd 13". */
static int cut_cells(struct table *t, struct libscols_column *cl,
		     size_t len)
{
	struct libscols_line *line;
	size_t i;

	for (i = 0; i < scols_table_get_nlines(t->table); i++) {
		const char *text;

		line = scols_table_get_line(t->table, i);
		text = scols_line_get_column_data(line, cl);
		if (!text || strlen(text) <= len)
			continue;
		t->cell.len = 0;
		buf_put(&t->cell, text, len - 1);
		buf_put(&t->cell, "+", 2);
		if (scols_line_set_column_data(line, cl, t->cell.data))
			return table_no_memory();
	}
	return 0;
}

/* What each of those gets that need more than their part of what is left. */
static size_t share(const struct table *t, size_t left, unsigned int count)
{
	size_t each = left / count, before;

	do {
		size_t rest = left;
		unsigned int i, more = 0;

		before = each;
		for (i = 0; i < NCOLUMNS; i++) {
			if (!column_table[i].cut || !t->width[i])
				continue;
			if (t->width[i] <= each)
				rest -= t->width[i];
			else
				more++;
		}
		if (more)
			each = rest / more;
	} while (each > before);
	return each;
}

static int cut_columns(struct output *out)
{
	struct table *t = out->state;
	size_t have = scols_table_get_termwidth(t->table), each;
	size_t fixed = t->label_width + t->first;
	unsigned int i, count = 0;

	if (try_ends(out))
		return -1;
	for (i = 0; i < NCOLUMNS; i++) {
		bool cut = column_table[i].cut && t->width[i];

		fixed += (cut ? 0 : t->width[i]) + !!t->width[i];
		count += cut;
	}
	each = count && have > fixed - 1 ?
		share(t, have - (fixed - 1), count) : 0;
	for (i = 0; i < out->columns->count && each >= CUT_LEAST; i++)
		if (column_table[out->columns->id[i]].cut &&
		    cut_cells(t, scols_table_get_column(t->table, i + t->first), each))
			return -1;
	return 0;
}

/**
 * table_fit() - make the table no wider than the terminal, if there is one
 * @out: output whose table has all its rows
 *
 * Return: 0, or -1 after it has said what is wrong.
 */
int table_fit(struct output *out)
{
	hide_silent(out);
	if (!isatty(STDOUT_FILENO) || out->wide)
		return 0;
	if (leave_out(out))
		return -1;
	if (keep_end(out, PORTSOCK_COL_LOCAL) ||
	    keep_end(out, PORTSOCK_COL_REMOTE))
		return table_no_memory();
	return cut_columns(out);
}
