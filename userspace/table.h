/* SPDX-License-Identifier: GPL-2.0 */
/* A table or tree for people, while it is being made. */
#ifndef PORTSOCK_TABLE_H
#define PORTSOCK_TABLE_H

#include <libsmartcols.h>
#include <stdio.h>

#include "out.h"

#define END_USUAL	22	/* an IPv4 address, also a mapped one */

struct ps_tree;

/**
 * struct ps_table - a table being filled
 * @table: libsmartcols'
 * @stream: what it is printed to: out->text
 * @cell: text of a cell
 * @first: how many columns of labels stand before the others
 * @label_width: of the widest label, with what is drawn before it
 * @said: columns that say something in some row, as bits
 * @width: of each column, unusually long ends left aside
 * @tree: what a tree gathers, NULL for a table
 * @last_port: port of the row before, -1 if it had none
 */
struct ps_table {
	struct libscols_table *table;
	FILE *stream;
	struct ps_text cell;
	unsigned int first;
	size_t label_width;
	u32 said;
	size_t width[PS_NCOLUMNS];
	struct ps_tree *tree;
	int last_port;
};

int ps_table_no_memory(void);
bool ps_table_is_end(u8 id);
int ps_table_begin(struct ps_out *out, const char *labels);
int ps_table_row(struct ps_out *out, struct libscols_line *line,
		 const struct ps_row *row);
int ps_table_print(struct ps_out *out);
void ps_table_release(struct ps_out *out);
int ps_table_fit(struct ps_out *out);

#endif /* PORTSOCK_TABLE_H */
