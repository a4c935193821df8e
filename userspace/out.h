/* SPDX-License-Identifier: GPL-2.0 */
/* Where rows go: one table of operations per kind of output. */
#ifndef PORTSOCK_OUT_H
#define PORTSOCK_OUT_H

#include "columns.h"
#include "lookup.h"
#include "row.h"
#include "text.h"

struct ps_out;

/**
 * struct ps_out_ops - a kind of output
 * @columns: those it shows when nobody chose any
 * @begin: before the first row
 * @row: a row; its memory is the source's and is used again
 * @end: after the last row, when all went well
 * @release: at the end in any case
 *
 * They return 0, or -1 after they have said what is wrong.  That a write has
 * failed is in out->text.error and no business of theirs.
 */
struct ps_out_ops {
	const struct ps_column_list *columns;
	int (*begin)(struct ps_out *out);
	int (*row)(struct ps_out *out, const struct ps_row *row);
	int (*end)(struct ps_out *out);
	void (*release)(struct ps_out *out);
};

/**
 * struct ps_out - an output
 * @ops: its kind
 * @text: what is on its way to standard output
 * @columns: what to show
 * @header: the view's first line
 * @names: what the view does not have
 * @resolve: names instead of numbers
 * @wide: nothing is cut
 * @marks: rows are marked that are new, have changed or are gone
 * @headings: show the names of the columns
 * @color: use colour
 * @state: its kind's own
 */
struct ps_out {
	const struct ps_out_ops *ops;
	struct ps_text text;
	const struct ps_column_list *columns;
	const struct ps_header *header;
	struct ps_names *names;
	bool resolve;
	bool wide;
	bool marks;
	bool headings;
	bool color;
	void *state;
};

extern const struct ps_out_ops ps_out_table;
extern const struct ps_out_ops ps_out_tree;
extern const struct ps_out_ops ps_out_raw;
extern const struct ps_out_ops ps_out_json;
extern const struct ps_out_ops ps_out_jsonl;

#endif /* PORTSOCK_OUT_H */
