/* SPDX-License-Identifier: GPL-2.0 */
/* Where rows come from: /proc/portsock, or a file that was saved from it. */
#ifndef PORTSOCK_SOURCE_H
#define PORTSOCK_SOURCE_H

#include "view/parse.h"
#include "lines.h"
#include "row.h"
#include "text.h"

/**
 * struct ps_source - a view being read
 * @name: what it is called in messages
 * @is_proc: it is the kernel's, no saved one
 * @can_filter: less than all can be asked for
 * @told: that it is of another version than this reader, if it is
 * @lines: what it is read from
 * @rows: how many rows were taken
 * @header: the first line
 * @layout: the second line
 * @row: the row last taken
 * @keep_line: rows are wanted as they stand in the view, too
 * @only_line: ... and not otherwise: what the kernel wrote needs no judging
 * @kept: such a row
 * @keep_bind: what bind=yes asks for is wanted, too
 * @bind_rows: it, in the view's order; stands in front of the rows
 * @bind_count: how many
 * @bind_size: how many there is room for
 * @owners_size: how many owners @row has room for
 */
struct ps_source {
	const char *name;
	bool is_proc;
	bool can_filter;
	bool told;
	struct ps_lines lines;
	u64 rows;
	struct ps_header header;
	struct ps_layout layout;
	struct ps_row row;
	bool keep_line;
	bool only_line;
	struct ps_text kept;
	bool keep_bind;
	struct ps_record *bind_rows;
	size_t bind_count;
	size_t bind_size;
	size_t owners_size;
};

int ps_source_open(struct ps_source *s, const char *path);
int ps_source_filter(struct ps_source *s, const char *line);
int ps_source_begin(struct ps_source *s);
int ps_source_again(struct ps_source *s);
int ps_source_wait(struct ps_source *s, int milliseconds);
int ps_source_next(struct ps_source *s);
void ps_source_close(struct ps_source *s);

#endif /* PORTSOCK_SOURCE_H */
