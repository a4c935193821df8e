/* SPDX-License-Identifier: GPL-2.0 */
/* Read a view: /proc/portsock, or a file that was saved from it. */
#ifndef PORTSOCK_VIEW_VIEW_H
#define PORTSOCK_VIEW_VIEW_H

#include "../util/buf.h"
#include "line_reader.h"
#include "parse.h"
#include "row.h"

/**
 * struct view_position - Where the rows can be read from again
 * @offset: offset of a row in the file
 * @line: number of the line before the row
 * @rows: number of rows before the row
 */
struct view_position {
	u64 offset;
	u64 line;
	u64 rows;
};

/**
 * struct view - A view being read
 * @name: name of the file in messages
 * @is_proc: the file is /proc/portsock, not a saved view
 * @can_filter: the file accepts a filter
 * @can_seek: rows can be read again
 * @version_reported: a difference of versions was reported
 * @lines: lines of the file
 * @rows: number of rows read
 * @header: first line
 * @layout: second line
 * @row: the last row
 * @keep_line: set by the caller: rows contain their line as well
 * @only_line: set by the caller: a line that the kernel wrote is not parsed
 * @no_owners: set by the caller: the owners of the next row are not parsed
 * @kept: memory of the line
 * @keep_bind: set by the caller: keep the rows of bind=yes
 * @bind_rows: rows of bind=yes in the order of the view, before all other rows
 * @bind_count: number of @bind_rows
 * @bind_size: number of @bind_rows with memory
 * @owners_size: number of owners of @row with memory
 */
struct view {
	const char *name;
	bool is_proc;
	bool can_filter;
	bool can_seek;
	bool version_reported;
	struct line_reader lines;
	u64 rows;
	struct ps_header header;
	struct layout layout;
	struct row row;
	bool keep_line;
	bool only_line;
	bool no_owners;
	struct buf kept;
	bool keep_bind;
	struct ps_record *bind_rows;
	size_t bind_count;
	size_t bind_size;
	size_t owners_size;
};

int view_open(struct view *v, const char *path);
int view_filter(struct view *v, const char *line);
int view_begin(struct view *v);
int view_again(struct view *v);
int view_wait(struct view *v, int milliseconds);
int view_next(struct view *v);
struct view_position view_position(const struct view *v);
int view_seek(struct view *v, const struct view_position *position);
void view_close(struct view *v);

#endif /* PORTSOCK_VIEW_VIEW_H */
