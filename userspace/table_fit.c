// SPDX-License-Identifier: GPL-2.0
/*
 * A table is made as wide as the terminal.  Columns go that say nothing, then
 * those that say least; OWNERS is cut; an address never is.
 */
#include <string.h>
#include <unistd.h>

#include "table.h"
#include "../module/core/names.h"

#define OWNERS_MIN	20	/* a name and a number, before others stay */
#define OWNERS_LEAST	8	/* most of a name, before lines are broken */

static struct libscols_column *find_column(const struct ps_out *out, u8 id)
{
	const struct ps_table *t = out->state;
	unsigned int i;

	for (i = 0; i < out->columns->count; i++)
		if (out->columns->id[i] == id)
			return scols_table_get_column(t->table, i);
	return NULL;
}

/* Nothing that somebody asked for. */
static void hide(struct ps_out *out, u8 id)
{
	struct ps_table *t = out->state;
	struct libscols_column *cl = find_column(out, id);

	if (!cl || out->columns->asked & 1U << id)
		return;
	t->width[id] = 0;
	scols_column_set_flags(cl, SCOLS_FL_HIDDEN);
}

static void hide_silent(struct ps_out *out)
{
	const struct ps_table *t = out->state;
	unsigned int i;

	for (i = 0; i < out->columns->count; i++) {
		u8 id = out->columns->id[i];

		if (ps_columns[id].optional && !(t->said & 1U << id))
			hide(out, id);
	}
}

/* How wide the table is when OWNERS is cut to @least. */
static size_t least_width(const struct ps_table *t, size_t least)
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
	struct ps_table *t = out->state;
	struct libscols_column *held = find_column(out, PORTSOCK_COL_HELD);
	struct libscols_column *owners = find_column(out, PORTSOCK_COL_OWNERS);
	struct libscols_line *line;
	size_t i;

	if (!held || !owners || out->columns->asked & 1U << PORTSOCK_COL_HELD)
		return 0;
	for (i = 0; i < scols_table_get_nlines(t->table); i++) {
		line = scols_table_get_line(t->table, i);
		if (strcmp(scols_line_get_column_data(line, owners),
			   PORTSOCK_NONE))
			continue;
		if (scols_line_set_column_data(line, owners,
				scols_line_get_column_data(line, held)))
			return ps_table_no_memory();
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
	struct ps_table *t = out->state;
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
	const struct ps_table *t = out->state;
	struct libscols_column *cl = find_column(out, id);
	char heading[END_USUAL + 1];

	if (!cl)
		return 0;
	snprintf(heading, sizeof(heading), "%-*s", (int)t->width[id],
		 ps_column_names[id].text);
	return scols_cell_set_data(scols_column_get_header(cl), heading);
}

static ssize_t drop(void *cookie, const char *data, size_t len)
{
	(void)cookie;
	(void)data;
	return len;
}

/* How wide a column comes out: libsmartcols knows when it has printed. */
static ssize_t try_width(struct ps_table *t, struct libscols_column *cl)
{
	const cookie_io_functions_t io = { .write = drop };
	FILE *nowhere = fopencookie(NULL, "w", io);
	int err;

	if (!nowhere)
		return ps_table_no_memory();
	scols_table_set_stream(t->table, nowhere);
	err = scols_print_table(t->table);
	scols_table_set_stream(t->table, t->stream);
	fclose(nowhere);
	return err ? ps_table_no_memory() : (ssize_t)scols_column_get_width(cl);
}

/* A cut is marked, as top does: "fd 1" must not stand where it is "fd 13". */
static int cut_owners(struct ps_table *t, struct libscols_column *owners,
		      size_t len)
{
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
			return ps_table_no_memory();
	}
	return 0;
}

static int fit_owners(struct ps_out *out)
{
	struct ps_table *t = out->state;
	struct libscols_column *owners = find_column(out, PORTSOCK_COL_OWNERS);
	ssize_t width;

	if (!owners)
		return 0;
	scols_column_set_flags(owners, SCOLS_FL_TRUNC);
	width = try_width(t, owners);
	if (width < 0)
		return -1;
	if (width >= OWNERS_LEAST ||
	    (size_t)width >= t->width[PORTSOCK_COL_OWNERS])
		return cut_owners(t, owners, width);
	scols_column_set_flags(owners, 0);
	return 0;
}

/**
 * ps_table_fit() - make the table no wider than the terminal, if there is one
 * @out: output whose table has all its rows
 *
 * Return: 0, or -1 after it has said what is wrong.
 */
int ps_table_fit(struct ps_out *out)
{
	hide_silent(out);
	if (!isatty(STDOUT_FILENO))
		return 0;
	if (leave_out(out))
		return -1;
	if (keep_end(out, PORTSOCK_COL_LOCAL) ||
	    keep_end(out, PORTSOCK_COL_REMOTE))
		return ps_table_no_memory();
	return fit_owners(out);
}
