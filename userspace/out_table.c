// SPDX-License-Identifier: GPL-2.0
/* For people: a table as wide as the terminal, a line a socket. */
#include "cells.h"
#include "table.h"

static int table_begin(struct ps_out *out)
{
	return ps_table_begin(out, out->marks ? "" : NULL);
}

/* A sign before a row that is marked, for terminals without colours. */
static int put_mark(struct ps_out *out, struct libscols_line *line,
		    const struct ps_row *row)
{
	static const char *const signs[] = {
		[PS_MARK_NONE] = " ",
		[PS_MARK_NEW] = "+",
		[PS_MARK_CHANGED] = "~",
		[PS_MARK_GONE] = "-",
	};
	struct ps_table *t = out->state;

	t->label_width = 1;
	if (scols_line_set_data(line, 0, signs[row->mark]))
		return ps_table_no_memory();
	if (out->color && ps_cell_mark_color(row))
		scols_cell_set_color(scols_line_get_cell(line, 0),
				     ps_cell_mark_color(row));
	return 0;
}

static int table_row(struct ps_out *out, const struct ps_row *row)
{
	struct ps_table *t = out->state;
	struct libscols_line *line = scols_table_new_line(t->table, NULL);

	if (!line)
		return ps_table_no_memory();
	if (out->marks && put_mark(out, line, row))
		return -1;
	return ps_table_row(out, line, row);
}

const struct ps_out_ops ps_out_table = {
	.columns = &ps_columns_table,
	.begin = table_begin,
	.row = table_row,
	.end = ps_table_print,
	.release = ps_table_release,
};
