// SPDX-License-Identifier: GPL-2.0
/* For people: a table as wide as the terminal, a line a socket. */
#include "table.h"

static int table_begin(struct ps_out *out)
{
	return ps_table_begin(out, false);
}

static int table_row(struct ps_out *out, const struct ps_row *row)
{
	struct ps_table *t = out->state;
	struct libscols_line *line = scols_table_new_line(t->table, NULL);

	return line ? ps_table_row(out, line, row) : ps_table_no_memory();
}

const struct ps_out_ops ps_out_table = {
	.columns = &ps_columns_table,
	.begin = table_begin,
	.row = table_row,
	.end = ps_table_print,
	.release = ps_table_release,
};
