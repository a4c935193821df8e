/* SPDX-License-Identifier: GPL-2.0 */
/* Outputs: rows as a table, a tree, lines or JSON. */
#ifndef PORTSOCK_OUTPUT_OUTPUT_H
#define PORTSOCK_OUTPUT_OUTPUT_H

#include "../resolve/names.h"
#include "../resolve/relations.h"
#include "../util/buf.h"
#include "../view/view.h"
#include "columns.h"

struct output;

/**
 * struct output_ops - A kind of output
 * @columns: columns without -o
 * @begin: called before the first row
 * @row: called for each row; the memory of the row is used again
 * @measured: called after the last row, or NULL; rows are then passed a second
 *	time from @resume_at of the output on, if @resume is set
 * @end: called at the end if there was no error, or NULL
 * @release: called at the end in any case
 *
 * The functions return 0, or -1 after an error message.  A failed write is in
 * @text of the output; they ignore it.
 */
struct output_ops {
	const struct column_list *columns;
	int (*begin)(struct output *out);
	int (*row)(struct output *out, const struct row *row);
	int (*measured)(struct output *out);
	int (*end)(struct output *out);
	void (*release)(struct output *out);
};

/**
 * struct output - An output
 * @ops: its kind
 * @text: text on its way to standard output
 * @columns: columns to show
 * @header: first line of the view
 * @names: names that the view does not contain
 * @relations: sockets that the selection does not contain, or NULL
 * @resolve: show names instead of numbers
 * @terminal: standard output is a terminal
 * @wide: cut nothing
 * @names_whole: do not cut names of unix sockets
 * @marks: mark rows that are new, changed or gone
 * @headings: show the names of the columns
 * @color: use colour
 * @can_seek: rows can be passed a second time
 * @row_at: position of the row that is passed to @row
 * @owners_unused: @row ignores the owners of the next row
 * @resume: the output did not keep all rows
 * @resume_at: position of the first row that it did not keep
 * @state: data of the kind of output
 */
struct output {
	const struct output_ops *ops;
	struct buf text;
	const struct column_list *columns;
	const struct ps_header *header;
	struct names *names;
	struct relations *relations;
	bool resolve;
	bool terminal;
	bool wide;
	bool names_whole;
	bool marks;
	bool headings;
	bool color;
	bool can_seek;
	struct view_position row_at;
	bool owners_unused;
	bool resume;
	struct view_position resume_at;
	void *state;
};

extern const struct output_ops output_table;
extern const struct output_ops output_tree;
extern const struct output_ops output_raw;
extern const struct output_ops output_json;
extern const struct output_ops output_jsonl;

int output_end(struct output *out);
const struct row *output_with_owners(struct output *out, const struct row *row,
				     struct row *copy);
const struct row *output_peer(const struct output *out, const struct row *row,
			      const char **none);

#endif /* PORTSOCK_OUTPUT_OUTPUT_H */
