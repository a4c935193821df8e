/* SPDX-License-Identifier: GPL-2.0 */
/* A table for people; also the lines of a tree. */
#ifndef PORTSOCK_OUTPUT_TABLE_H
#define PORTSOCK_OUTPUT_TABLE_H

#include <stdint.h>

#include "output.h"

enum style {
	STYLE_NONE,
	STYLE_BOLD,
	STYLE_DIM,
	STYLE_GREEN,
	STYLE_YELLOW,
	STYLE_NEW,		/* bold and green */
};

#define TABLE_CELLS_MAX	(1 + COLUMNS_MAX)
#define TABLE_HIST	128	/* widths that are counted one by one */

/**
 * struct table_column - A column of a table
 * @name: heading
 * @id: enum column_id; NCOLUMNS for the labels of a tree or of marks
 * @right: aligned to the right
 * @plain: cells are those of the view
 * @plain_end: so are those of sockets with an address
 * @varies: addresses, names and long texts: widths differ much
 * @hidden: left out
 * @cut: least width that cells may be cut to, 0 if they must not be cut
 * @start: first column on the terminal
 * @width: columns on the terminal; a longer cell takes more
 * @max: width of the widest cell
 * @count: number of cells by their width, if they vary
 */
struct table_column {
	const struct ps_name *name;
	u8 id;
	bool right;
	bool plain;
	bool plain_end;
	bool varies;
	bool hidden;
	u8 cut;
	size_t start;
	size_t width;
	size_t max;
	u32 *count;
};

/**
 * struct table - A table in the making
 * @column: columns in their order
 * @ncolumns: number of columns
 * @counts: memory of the columns' counts
 * @first: 1 if the first column contains labels, else 0
 * @lines: lines kept from the first pass
 * @line: start of the line that is added, in @lines
 * @prefix: bytes of lines drawn before the label of this line
 * @prefix_width: columns that these take
 * @mark: end of the lines before the rows that @out->resume_at begins with
 * @mark_at: position of these rows
 * @mark_port: port of the row before these rows
 * @keeping: lines are kept
 * @sampled: lines that were not kept
 * @printing: widths are final, lines are printed
 * @filled: optional columns with content in some row, as bits
 * @last_port: port of the row before, -1 if it had none
 * @terminal: width of the terminal, 0 if nothing is to be cut
 * @held_cell: index of HELD if it is left out and OWNERS shows it, else 0
 * @width: width of the table
 * @shown: indices of the columns that are not hidden
 * @nshown: number of @shown
 * @empty: no line was added
 */
struct table {
	struct table_column column[TABLE_CELLS_MAX];
	unsigned int ncolumns;
	u32 (*counts)[TABLE_HIST];
	unsigned int first;
	struct buf lines;
	size_t line;
	u8 prefix;
	u8 prefix_width;
	size_t mark;
	struct view_position mark_at;
	int64_t mark_port;
	bool keeping;
	u64 sampled;
	bool printing;
	u64 filled;
	int64_t last_port;
	size_t terminal;
	unsigned int held_cell;
	size_t width;
	unsigned int shown[TABLE_CELLS_MAX];
	unsigned int nshown;
	bool empty;
};

/*
 * Bytes of lines that the first pass keeps; of the other lines it measures one
 * in so many.  Tests change both.
 */
extern size_t table_lines_max;
extern unsigned int table_sample;

int table_begin(struct output *out, const struct ps_name *labels);
void table_mark(struct output *out);
struct buf *table_line(struct output *out);
void table_add(struct output *out, const struct row *row, enum style label);
int table_measured(struct output *out);
void table_release(struct output *out);
enum style table_row_style(const struct row *row);

#endif /* PORTSOCK_OUTPUT_TABLE_H */
