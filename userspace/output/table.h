/* SPDX-License-Identifier: GPL-2.0 */
/* A table or tree for people, while it is being made. */
#ifndef PORTSOCK_TABLE_H
#define PORTSOCK_TABLE_H

#include <libsmartcols.h>
#include <stdio.h>

#include "output.h"

#define END_USUAL	22	/* an IPv4 address, also a mapped one */

struct tree_port;

/**
 * struct table - a table being filled
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
struct table {
	struct libscols_table *table;
	FILE *stream;
	struct buf cell;
	unsigned int first;
	size_t label_width;
	u32 said;
	size_t width[NCOLUMNS];
	struct tree_port *tree;
	int last_port;
};

int table_no_memory(void);
bool table_is_end(u8 id);
int table_begin(struct output *out, const char *labels);
int table_row(struct output *out, struct libscols_line *line,
		 const struct row *row);
int table_print(struct output *out);
void table_release(struct output *out);
int table_fit(struct output *out);

#endif /* PORTSOCK_TABLE_H */
