// SPDX-License-Identifier: GPL-2.0
/* For people: a table as wide as the terminal, a line a socket. */
#include "cells.h"
#include "table.h"

static int output_begin(struct output *out)
{
	return table_begin(out, out->marks ? "" : NULL);
}

/* A sign before a row that is marked, for terminals without colours. */
static int put_mark(struct output *out, struct libscols_line *line,
		    const struct row *row)
{
	static const char *const signs[] = {
		[ROW_NONE] = " ",
		[ROW_NEW] = "+",
		[ROW_CHANGED] = "~",
		[ROW_GONE] = "-",
	};
	struct table *t = out->state;

	t->label_width = 1;
	if (scols_line_set_data(line, 0, signs[row->mark]))
		return table_no_memory();
	if (out->color && cell_mark_color(row))
		scols_cell_set_color(scols_line_get_cell(line, 0),
				     cell_mark_color(row));
	return 0;
}

static int output_row(struct output *out, const struct row *row)
{
	struct table *t = out->state;
	struct libscols_line *line = scols_table_new_line(t->table, NULL);

	if (!line)
		return table_no_memory();
	if (out->marks && put_mark(out, line, row))
		return -1;
	return table_row(out, line, row);
}

const struct output_ops output_table = {
	.columns = &columns_table,
	.begin = output_begin,
	.row = output_row,
	.end = table_print,
	.release = table_release,
};
