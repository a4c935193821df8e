/* SPDX-License-Identifier: GPL-2.0 */
/* Where rows go: one table of operations per kind of output. */
#ifndef PORTSOCK_OUT_H
#define PORTSOCK_OUT_H

#include "columns.h"
#include "../resolve/names.h"
#include "../view/row.h"
#include "../util/buf.h"

struct output;

/**
 * struct output_ops - a kind of output
 * @columns: those it shows when nobody chose any
 * @begin: before the first row
 * @row: a row; its memory is the source's and is used again
 * @end: after the last row, when all went well
 * @release: at the end in any case
 *
 * They return 0, or -1 after they have said what is wrong.  That a write has
 * failed is in out->text.error and no business of theirs.
 */
struct output_ops {
	const struct column_list *columns;
	int (*begin)(struct output *out);
	int (*row)(struct output *out, const struct row *row);
	int (*end)(struct output *out);
	void (*release)(struct output *out);
};

/**
 * struct output - an output
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
struct output {
	const struct output_ops *ops;
	struct buf text;
	const struct column_list *columns;
	const struct ps_header *header;
	struct names *names;
	bool resolve;
	bool wide;
	bool marks;
	bool headings;
	bool color;
	void *state;
};

extern const struct output_ops output_table;
extern const struct output_ops output_tree;
extern const struct output_ops output_raw;
extern const struct output_ops output_json;
extern const struct output_ops output_jsonl;

#endif /* PORTSOCK_OUT_H */
