/* SPDX-License-Identifier: GPL-2.0 */
/* Where rows come from: /proc/portsock, or a file that was saved from it. */
#ifndef PORTSOCK_SOURCE_H
#define PORTSOCK_SOURCE_H

#include "parse.h"
#include "line_reader.h"
#include "row.h"
#include "../util/buf.h"

/**
 * struct view - a view being read
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
struct view {
	const char *name;
	bool is_proc;
	bool can_filter;
	bool told;
	struct line_reader lines;
	u64 rows;
	struct ps_header header;
	struct layout layout;
	struct row row;
	bool keep_line;
	bool only_line;
	struct buf kept;
	bool keep_bind;
	struct ps_record *bind_rows;
	size_t bind_count;
	size_t bind_size;
	size_t owners_size;
};

int view_open(struct view *s, const char *path);
int view_filter(struct view *s, const char *line);
int view_begin(struct view *s);
int view_again(struct view *s);
int view_wait(struct view *s, int milliseconds);
int view_next(struct view *s);
void view_close(struct view *s);

#endif /* PORTSOCK_SOURCE_H */
