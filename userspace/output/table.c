// SPDX-License-Identifier: GPL-2.0
/*
 * libsmartcols' table, also as a tree.  It holds all lines until the end, so
 * that columns that say nothing can be left out and the others be as narrow as
 * can be.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cells.h"
#include "../util/error.h"
#include "table.h"
#include "../../module/format/names.h"

/* libsmartcols fills up a line whose last cells are empty. */
static void drop_blanks(struct buf *t)
{
	while (t->len && t->data[t->len - 1] == ' ')
		t->len--;
}

static ssize_t write_stream(void *cookie, const char *data, size_t len)
{
	const char *end = data + len, *newline;

	for (; (newline = memchr(data, '\n', end - data)); data = newline + 1) {
		buf_put(cookie, data, newline - data);
		drop_blanks(cookie);
		buf_char(cookie, '\n');
	}
	buf_put(cookie, data, end - data);
	return len;
}

/**
 * table_no_memory() - say that a table is too large
 *
 * Return: -1, so that a caller can return it.
 */
int table_no_memory(void)
{
	return error_print("out of memory: ask for less, or use --raw or "
			"--jsonl");
}

/**
 * table_is_end() - whether a column is an end of a socket
 * @id: column
 *
 * Return: whether it is.
 */
bool table_is_end(u8 id)
{
	return id == PORTSOCK_COL_LOCAL || id == PORTSOCK_COL_REMOTE;
}

/* Numbers stand to the right, but not where some of them are names. */
static int column_flags(const struct output *out, u8 id)
{
	bool names = out->resolve && cell_is_resolved(id);

	if (column_table[id].number && !names)
		return SCOLS_FL_WRAP | SCOLS_FL_RIGHT;
	return SCOLS_FL_WRAP | (table_is_end(id) ? SCOLS_FL_NOEXTREMES : 0);
}

/*
 * A column that is wrapped by a function of its own is asked how wide a cell is;
 * libsmartcols would decode each character to know.
 */
static size_t cell_width(const struct libscols_column *cl, const char *cell,
			 void *arg)
{
	(void)cl;
	(void)arg;
	return strlen(cell);
}

/* No cell is wrapped. */
static char *next_chunk(const struct libscols_column *cl, char *cell, void *arg)
{
	(void)cl;
	(void)cell;
	(void)arg;
	return NULL;
}

static int add_columns(struct output *out, struct table *t,
		       const char *labels)
{
	struct libscols_column *cl;
	unsigned int i;

	if (labels && !scols_table_new_column(t->table, labels, 0,
					      *labels ? SCOLS_FL_TREE : 0))
		return table_no_memory();
	for (i = 0; i < out->columns->count; i++) {
		u8 id = out->columns->id[i];

		t->width[id] = column_name(id)->len;
		cl = scols_table_new_column(t->table, column_name(id)->text,
					    0, column_flags(out, id));
		if (!cl || scols_column_set_wrapfunc(cl, cell_width, next_chunk,
						     NULL))
			return table_no_memory();
	}
	for (i = 0; out->color && i < out->columns->count + t->first; i++) {
		cl = scols_table_get_column(t->table, i);
		scols_cell_set_color(scols_column_get_header(cl), BOLD);
	}
	return 0;
}

/**
 * table_begin() - begin a table
 * @out: output
 * @labels: heading of a column of labels before the others, NULL if there is
 *	none; it has one in a tree
 *
 * Return: 0, or -1 after it has said what is wrong.
 */
int table_begin(struct output *out, const char *labels)
{
	const cookie_io_functions_t io = { .write = write_stream };
	struct table *t = xrealloc(NULL, sizeof(*t));

	memset(t, 0, sizeof(*t));
	out->state = t;
	t->first = labels ? 1 : 0;
	t->last_port = -1;
	buf_init(&t->cell, -1);
	t->stream = fopencookie(&out->text, "w", io);
	t->table = scols_new_table();
	if (!t->stream || !t->table)
		return table_no_memory();
	scols_table_set_stream(t->table, t->stream);
	scols_table_enable_noheadings(t->table, !out->headings);
	/* Every cell is printable ASCII: nothing is left to be encoded. */
	scols_table_enable_noencoding(t->table, true);
	scols_table_enable_colors(t->table, out->color);
	scols_table_set_termforce(t->table, isatty(STDOUT_FILENO) &&
				  !out->wide ? SCOLS_TERMFORCE_ALWAYS :
				  SCOLS_TERMFORCE_NEVER);
	return add_columns(out, t, labels);
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
	if (r->has & PS_HAS_PARENT)
		said |= 1U << PORTSOCK_COL_PARENT;
	return said;
}

static void note_width(struct table *t, u8 id)
{
	if (t->cell.len > t->width[id] &&
	    !(table_is_end(id) && t->cell.len > END_USUAL))
		t->width[id] = t->cell.len;
}

static int add_cell(struct output *out, struct libscols_line *line,
		    unsigned int i, const struct row *row,
		    const struct row_fields *f)
{
	struct table *t = out->state;
	u8 id = out->columns->id[i];

	t->cell.len = 0;
	cell_text(&t->cell, out, id, row, f);
	note_width(t, id);
	buf_char(&t->cell, '\0');
	if (scols_line_set_data(line, i + t->first, t->cell.data))
		return table_no_memory();
	if (out->color)
		scols_cell_set_color(scols_line_get_cell(line, i + t->first),
				     cell_color(id, row, t->last_port));
	return 0;
}

/**
 * table_row() - fill a line
 * @out: output
 * @line: line of its table
 * @row: what it shows
 *
 * Return: 0, or -1 after it has said what is wrong.
 */
int table_row(struct output *out, struct libscols_line *line,
		 const struct row *row)
{
	struct table *t = out->state;
	const struct ps_record *r = &row->record;
	struct row_fields f;
	unsigned int i;

	columns_fields(&f, r);
	for (i = 0; i < out->columns->count; i++)
		if (add_cell(out, line, i, row, &f))
			return -1;
	t->said |= says_something(r, out->header);
	t->last_port = r->has & PS_HAS_PORT ? (int)r->port : -1;
	return 0;
}

/**
 * table_print() - show a table that has all its lines
 * @out: output
 *
 * Return: 0, or -1 after it has said what is wrong.
 */
int table_print(struct output *out)
{
	struct table *t = out->state;

	if (scols_table_is_empty(t->table))
		return 0;
	if (table_fit(out))
		return -1;
	if (scols_print_table(t->table))
		return table_no_memory();
	fflush(t->stream);
	return 0;
}

/**
 * table_release() - give back a table's memory
 * @out: output
 */
void table_release(struct output *out)
{
	struct table *t = out->state;

	if (t->stream)
		fclose(t->stream);
	scols_unref_table(t->table);
	buf_free(&t->cell);
	free(t);
}
