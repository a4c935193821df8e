// SPDX-License-Identifier: GPL-2.0
/*
 * For people: a table as wide as the terminal.  It holds all rows until the
 * end, so that columns that say nothing can be left out and the others be as
 * narrow as can be.
 */
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cells.h"
#include "error.h"
#include "out.h"
#include "../module/core/names.h"

#define OWNERS_MIN	20	/* a name and a number, before others stay */
#define OWNERS_LEAST	8	/* most of a name, before lines are broken */
#define END_USUAL	22	/* an IPv4 address, also a mapped one */

/**
 * struct table - a table being filled
 * @table: libsmartcols'
 * @stream: what it is printed to: out->text
 * @cell: text of a cell
 * @said: columns that say something in some row, as bits
 * @width: of each column, unusually long ends left aside
 * @last_port: port of the row before, -1 if it had none
 */
struct table {
	struct libscols_table *table;
	FILE *stream;
	struct ps_text cell;
	u32 said;
	size_t width[PORTSOCK_NCOLUMNS];
	int last_port;
};

static ssize_t write_stream(void *cookie, const char *data, size_t len)
{
	ps_text_put(cookie, data, len);
	return len;
}

static int no_memory(void)
{
	return ps_error("out of memory: ask for less, or use --raw or "
			"--jsonl");
}

static bool is_end(u8 id)
{
	return id == PORTSOCK_COL_LOCAL || id == PORTSOCK_COL_REMOTE;
}

static int column_flags(u8 id)
{
	if (ps_columns[id].number)
		return SCOLS_FL_RIGHT;
	return is_end(id) ? SCOLS_FL_NOEXTREMES : 0;
}

static int add_columns(struct ps_out *out, struct table *t)
{
	unsigned int i;

	for (i = 0; i < out->columns->count; i++) {
		u8 id = out->columns->id[i];
		struct libscols_column *cl;

		t->width[id] = ps_column_names[id].len;
		cl = scols_table_new_column(t->table, ps_column_names[id].text,
					    0, column_flags(id));
		if (!cl)
			return no_memory();
		if (out->color)
			scols_cell_set_color(scols_column_get_header(cl), BOLD);
	}
	return 0;
}

static int table_begin(struct ps_out *out)
{
	const cookie_io_functions_t io = { .write = write_stream };
	struct table *t = ps_realloc(NULL, sizeof(*t));

	memset(t, 0, sizeof(*t));
	out->state = t;
	t->last_port = -1;
	ps_text_init(&t->cell, -1);
	t->stream = fopencookie(&out->text, "w", io);
	t->table = scols_new_table();
	if (!t->stream || !t->table)
		return no_memory();
	scols_table_set_stream(t->table, t->stream);
	scols_table_enable_noheadings(t->table, !out->headings);
	scols_table_enable_colors(t->table, out->color);
	scols_table_set_termforce(t->table, isatty(STDOUT_FILENO) ?
				  SCOLS_TERMFORCE_ALWAYS :
				  SCOLS_TERMFORCE_NEVER);
	return add_columns(out, t);
}

/* Which of the columns that may be left out say something in this row. */
static u32 says_something(const struct ps_record *r,
			  const struct ps_header *header)
{
	u32 said = 0;

	if (r->remote.form != PS_FORM_NONE && r->remote.form != PS_FORM_ANY)
		said |= 1U << PORTSOCK_COL_REMOTE;
	if (r->dev[0])
		said |= 1U << PORTSOCK_COL_DEV;
	if (r->netns != header->netns)
		said |= 1U << PORTSOCK_COL_NETNS;
	if (r->rxq)
		said |= 1U << PORTSOCK_COL_RXQ;
	if (r->txq)
		said |= 1U << PORTSOCK_COL_TXQ;
	return said;
}

static void note_width(struct table *t, u8 id)
{
	if (t->cell.len > t->width[id] &&
	    !(is_end(id) && t->cell.len > END_USUAL))
		t->width[id] = t->cell.len;
}

static int add_cell(struct ps_out *out, struct libscols_line *line,
		    unsigned int i, const struct ps_row *row,
		    const struct ps_fields *f)
{
	struct table *t = out->state;
	u8 id = out->columns->id[i];

	t->cell.len = 0;
	ps_cell_text(&t->cell, id, row, f);
	note_width(t, id);
	ps_text_char(&t->cell, '\0');
	if (scols_line_set_data(line, i, t->cell.data))
		return no_memory();
	if (out->color)
		scols_cell_set_color(scols_line_get_cell(line, i),
				     ps_cell_color(id, &row->record,
						   t->last_port));
	return 0;
}

static int table_row(struct ps_out *out, const struct ps_row *row)
{
	struct table *t = out->state;
	const struct ps_record *r = &row->record;
	struct libscols_line *line = scols_table_new_line(t->table, NULL);
	struct ps_fields f;
	unsigned int i;

	if (!line)
		return no_memory();
	ps_columns_fields(&f, r);
	for (i = 0; i < out->columns->count; i++)
		if (add_cell(out, line, i, row, &f))
			return -1;
	t->said |= says_something(r, out->header);
	t->last_port = r->has & PS_HAS_PORT ? r->port : -1;
	return 0;
}

static struct libscols_column *find_column(const struct ps_out *out, u8 id)
{
	const struct table *t = out->state;
	unsigned int i;

	for (i = 0; i < out->columns->count; i++)
		if (out->columns->id[i] == id)
			return scols_table_get_column(t->table, i);
	return NULL;
}

static void hide(struct ps_out *out, u8 id)
{
	struct table *t = out->state;

	t->width[id] = 0;
	scols_column_set_flags(find_column(out, id), SCOLS_FL_HIDDEN);
}

static void hide_silent(struct ps_out *out)
{
	const struct table *t = out->state;
	unsigned int i;

	for (i = 0; i < out->columns->count; i++) {
		u8 id = out->columns->id[i];

		if (ps_columns[id].optional && !(t->said & 1U << id))
			hide(out, id);
	}
}

/* How wide the table is when OWNERS is cut to @least. */
static size_t least_width(const struct table *t, size_t least)
{
	size_t owners = t->width[PORTSOCK_COL_OWNERS], sum = 0;
	unsigned int i;

	for (i = 0; i < PORTSOCK_COL_OWNERS; i++)
		if (t->width[i])
			sum += t->width[i] + 1;
	return sum + (owners < least ? owners : least);
}

/* Without the column HELD, OWNERS says why nobody is there. */
static int merge_held(struct ps_out *out)
{
	struct table *t = out->state;
	struct libscols_column *held = find_column(out, PORTSOCK_COL_HELD);
	struct libscols_column *owners = find_column(out, PORTSOCK_COL_OWNERS);
	struct libscols_line *line;
	size_t i;

	for (i = 0; i < scols_table_get_nlines(t->table); i++) {
		line = scols_table_get_line(t->table, i);
		if (strcmp(scols_line_get_column_data(line, owners),
			   PORTSOCK_NONE))
			continue;
		if (scols_line_set_column_data(line, owners,
				scols_line_get_column_data(line, held)))
			return no_memory();
	}
	hide(out, PORTSOCK_COL_HELD);
	return 0;
}

/* A narrow terminal: less is shown, but no address is ever cut. */
static int leave_out(struct ps_out *out)
{
	static const u8 order[] = {
		PORTSOCK_COL_TXQ, PORTSOCK_COL_RXQ, PORTSOCK_COL_DEV,
		PORTSOCK_COL_NETNS, PORTSOCK_COL_UID,
	};
	struct table *t = out->state;
	size_t have = scols_table_get_termwidth(t->table);
	unsigned int i;

	if (least_width(t, OWNERS_MIN) > have && merge_held(out))
		return -1;
	for (i = 0; i < sizeof(order) && least_width(t, OWNERS_MIN) > have; i++)
		hide(out, order[i]);
	return 0;
}

/*
 * libsmartcols makes a column with a few long cells narrow and breaks the
 * lines where those stand.  Not narrower than what is usual: it goes no lower
 * than the heading is wide.
 */
static int keep_end(struct ps_out *out, u8 id)
{
	const struct table *t = out->state;
	struct libscols_column *cl = find_column(out, id);
	char heading[END_USUAL + 1];

	if (!cl)
		return 0;
	snprintf(heading, sizeof(heading), "%-*s", (int)t->width[id],
		 ps_column_names[id].text);
	return scols_cell_set_data(scols_column_get_header(cl), heading);
}

/* A cut is marked, as top does: "fd 1" must not stand where it is "fd 13". */
static int cut_owners(struct table *t, struct libscols_column *owners)
{
	size_t len = scols_table_get_termwidth(t->table) - least_width(t, 0);
	struct libscols_line *line;
	size_t i;

	for (i = 0; i < scols_table_get_nlines(t->table); i++) {
		const char *text;

		line = scols_table_get_line(t->table, i);
		text = scols_line_get_column_data(line, owners);
		if (strlen(text) <= len)
			continue;
		t->cell.len = 0;
		ps_text_put(&t->cell, text, len - 1);
		ps_text_put(&t->cell, "+", 2);
		if (scols_line_set_column_data(line, owners, t->cell.data))
			return no_memory();
	}
	scols_column_set_flags(owners, SCOLS_FL_TRUNC);
	return 0;
}

static int fit_terminal(struct ps_out *out)
{
	struct table *t = out->state;
	struct libscols_column *owners = find_column(out, PORTSOCK_COL_OWNERS);

	if (!out->columns->chosen && leave_out(out))
		return -1;
	if (keep_end(out, PORTSOCK_COL_LOCAL) ||
	    keep_end(out, PORTSOCK_COL_REMOTE))
		return no_memory();
	if (owners && least_width(t, OWNERS_LEAST) <=
	    scols_table_get_termwidth(t->table))
		return cut_owners(t, owners);
	return 0;
}

static int print(struct ps_out *out)
{
	struct table *t = out->state;

	if (!out->columns->chosen)
		hide_silent(out);
	if (isatty(STDOUT_FILENO) && fit_terminal(out))
		return -1;
	return scols_print_table(t->table) ? no_memory() : 0;
}

static int table_end(struct ps_out *out)
{
	struct table *t = out->state;

	if (!scols_table_is_empty(t->table) && print(out))
		return -1;
	fflush(t->stream);
	return 0;
}

static void table_release(struct ps_out *out)
{
	struct table *t = out->state;

	if (t->stream)
		fclose(t->stream);
	scols_unref_table(t->table);
	ps_text_free(&t->cell);
	free(t);
}

const struct ps_out_ops ps_out_table = {
	.columns = &ps_columns_table,
	.begin = table_begin,
	.row = table_row,
	.end = table_end,
	.release = table_release,
};
