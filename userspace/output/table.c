// SPDX-License-Identifier: GPL-2.0
/*
 * A table is made in two passes over the rows: the first measures the columns,
 * the second prints them.  Lines of the first pass are kept up to
 * table_lines_max bytes, so most tables need no second pass.  Rows after these
 * are read again, and the first pass measures a sample of them.
 *
 * On a terminal the table is as wide as the terminal.  Columns without content
 * are left out, then the least important ones, then long texts are cut.  An
 * address is never cut.  A few cells that are much longer than the others do
 * not make their column wider: they take more room, and the next cell follows
 * after one blank.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../util/error.h"
#include "../util/terminal.h"
#include "../util/text.h"
#include "../../module/format/format.h"
#include "cell.h"
#include "table.h"

#define CUT_MIN		8	/* columns; nothing is cut to less */
#define USUAL_END	22	/* columns: IPv4 or short IPv6 address, port */
#define TERMINAL_SHARE	4	/* one cell in so many may be longer ... */
#define FILE_SHARE	100	/* ... if stdout is not a terminal */

/**
 * struct line_head - Head of a kept line: u32 ends of its cells, text follow
 * @bytes: size of the line with its head
 * @ascii: no character takes another number of columns than of bytes
 * @only_label: no cell but the label has text
 * @prefix: bytes of lines drawn before the label
 * @prefix_width: columns that these take
 * @all: style of all cells if the row is marked
 * @label: style of the label
 * @port: style of PORT
 * @state: style of STATE
 * @held: style of HELD
 * @owners: style of OWNERS
 */
struct line_head {
	u32 bytes;
	u8 ascii;
	u8 only_label;
	u8 prefix;
	u8 prefix_width;
	u8 all;
	u8 label;
	u8 port;
	u8 state;
	u8 held;
	u8 owners;
};

size_t table_lines_max = 12 * 1024 * 1024;
unsigned int table_sample = 16;

static const char *const styles[] = {
	[STYLE_NONE] = "",
	[STYLE_BOLD] = "\033[1m",
	[STYLE_DIM] = "\033[2m",
	[STYLE_GREEN] = "\033[32m",
	[STYLE_YELLOW] = "\033[33m",
	[STYLE_NEW] = "\033[1m\033[32m",
};
#define STYLE_RESET	"\033[0m"
#define STYLE_SIZE	16	/* bytes for a style */
#define SHORT_CELL	16	/* bytes */

/* Return the width of the terminal, 0 if nothing is to be cut to it. */
static size_t terminal_width(const struct output *out)
{
	unsigned int rows, columns = 0;

	if (!out->wide && out->terminal)
		screen_size(STDOUT_FILENO, &rows, &columns);
	return columns;
}

/**
 * table_begin() - Begin a table
 * @out: output
 * @labels: heading of a column of labels before the others, or NULL
 *
 * Return: 0
 */
int table_begin(struct output *out, const struct ps_name *labels)
{
	struct table *t = xrealloc(NULL, sizeof(*t));
	unsigned int i;

	memset(t, 0, sizeof(*t));
	out->state = t;
	t->keeping = true;
	t->empty = true;
	t->last_port = -1;
	t->terminal = terminal_width(out);
	buf_init(&t->lines, -1);
	if (labels) {
		t->first = 1;
		t->column[0].name = labels;
		t->column[0].id = NCOLUMNS;
		t->column[0].varies = true;
		t->ncolumns = 1;
	}
	for (i = 0; i < out->columns->count; i++) {
		struct table_column *c = &t->column[t->ncolumns++];

		c->id = out->columns->id[i];
		c->name = column_name(c->id);
		c->cut = column_table[c->id].cut;
		c->right = !cell_has_names(out, c->id);
		c->plain = cell_is_plain(out, c->id);
		c->plain_end = !out->resolve &&
			(c->id == PORTSOCK_COL_LOCAL ||
			 c->id == PORTSOCK_COL_REMOTE);
		c->varies = c->id == PORTSOCK_COL_LOCAL ||
			c->id == PORTSOCK_COL_REMOTE || c->cut ||
			c->id >= PORTSOCK_NCOLUMNS;
	}
	t->counts = xrealloc(NULL, t->ncolumns * sizeof(*t->counts));
	for (i = 0; i < t->ncolumns; i++) {
		struct table_column *c = &t->column[i];

		c->max = c->name->len;
		if (!c->varies)
			continue;
		c->count = t->counts[i];
		memset(c->count, 0, sizeof(t->counts[i]));
	}
	return 0;
}

/**
 * table_mark() - Mark the start of lines that belong together
 * @out: output; @row_at is the position of their first row
 *
 * A tree marks each port, a table each row.  The second pass begins at a mark.
 */
void table_mark(struct output *out)
{
	struct table *t = out->state;

	if (!t->keeping)
		return;
	t->mark = t->lines.len;
	t->mark_at = out->row_at;
	t->mark_port = t->last_port;
}

/**
 * table_line() - Begin a line
 * @out: output
 *
 * Return: Buffer for the label.
 */
struct buf *table_line(struct output *out)
{
	struct table *t = out->state;

	t->line = t->lines.len;
	t->prefix = 0;
	t->prefix_width = 0;
	text_multibyte = false;
	buf_room(&t->lines, sizeof(struct line_head) + t->ncolumns *
		 sizeof(u32));
	t->lines.len += sizeof(struct line_head) + t->ncolumns * sizeof(u32);
	return &t->lines;
}

/* Return the columns of a row with content, of those that may be left out. */
static u64 filled_columns(const struct ps_record *r,
			  const struct ps_header *header)
{
	u64 filled = 0;

	if (r->remote.form != PS_FORM_NONE && r->remote.form != PS_FORM_ANY)
		filled |= COLUMN_BIT(PORTSOCK_COL_REMOTE);
	if (r->dev[0])
		filled |= COLUMN_BIT(PORTSOCK_COL_DEV);
	if (r->netns != header->netns)
		filled |= COLUMN_BIT(PORTSOCK_COL_NETNS);
	if (r->rxq)
		filled |= COLUMN_BIT(PORTSOCK_COL_RXQ);
	if (r->txq)
		filled |= COLUMN_BIT(PORTSOCK_COL_TXQ);
	if (r->has & PS_HAS_PARENT)
		filled |= COLUMN_BIT(PORTSOCK_COL_PARENT);
	return filled;
}

/* Return the style of all of a row that is marked. */
enum style table_row_style(const struct row *row)
{
	switch (row->mark) {
	case ROW_NEW:
		return STYLE_NEW;
	case ROW_CHANGED:
		return STYLE_BOLD;
	case ROW_GONE:
		return STYLE_DIM;
	default:
		return STYLE_NONE;
	}
}

static struct line_head row_styles(const struct table *t, const struct row *row)
{
	const struct ps_record *r = &row->record;
	bool process = r->held == PORTSOCK_HELD_PROCESS;
	struct line_head head = {
		.all = table_row_style(row),
		.held = process ? STYLE_DIM : STYLE_YELLOW,
		.owners = process ? STYLE_NONE : STYLE_YELLOW,
	};

	if (r->state == PORTSOCK_LISTEN)
		head.state = STYLE_GREEN;
	/* The first row of a port is bold: the rows of a port are one group. */
	if (r->has & PS_HAS_PORT)
		head.port = r->port == t->last_port ? STYLE_DIM : STYLE_BOLD;
	return head;
}

static void print_line(struct output *out, const struct line_head *head,
		       const char *text, const u32 *end);

/*
 * Return true if a line needs no cells.  Lines that are not kept are made again
 * in the second pass: in the first one a sample of them is enough.
 */
static bool skip_line(struct output *out, const struct row *row)
{
	struct table *t = out->state;

	if (t->printing)
		return false;
	if (row)
		t->filled |= filled_columns(&row->record, out->header);
	if (t->keeping)
		return false;
	return t->sampled++ % table_sample;
}

/* Return true if LOCAL and REMOTE are shown as they are in the view. */
static bool has_plain_ends(const struct row *row)
{
	return row->record.local.form == PS_FORM_INET ||
		(row->record.local.form == PS_FORM_INET6 &&
		 !cell_is_dual_stack(&row->record));
}

/* Make the cells of a line whose label was written; keep or print it. */
static void add_line(struct output *out, const struct row *row,
		     enum style label)
{
	struct table *t = out->state;
	struct buf *lines = &t->lines;
	struct line_head head = { .bytes = 0 };
	size_t ends_at = t->line + sizeof(head);
	size_t text_at = ends_at + t->ncolumns * sizeof(u32);
	const char *text;
	u32 end[TABLE_CELLS_MAX];
	unsigned int i;

	if (row && out->color)
		head = row_styles(t, row);
	head.label = label;
	end[0] = lines->len - text_at;
	for (i = t->first; i < t->ncolumns; i++) {
		const struct table_column *c = &t->column[i];

		/* Widths are final: a column that is left out has no use. */
		if (!row || (t->printing && c->hidden && i != t->held_cell))
			;
		else if (c->plain || (c->plain_end && has_plain_ends(row)))
			buf_done(lines, column_put(buf_room(lines,
							    PS_RECORD_MAX),
						   &row->record, c->id));
		else
			cell_put(lines, out, c->id, row);
		end[i] = lines->len - text_at;
	}
	buf_room(lines, SHORT_CELL);	/* print_line() copies so much */
	text = lines->data + text_at;
	head.prefix = t->prefix;
	head.prefix_width = t->prefix_width;
	head.ascii = !text_multibyte;
	head.only_label = !row && t->first;
	for (i = 0; i < t->ncolumns && row && !t->printing; i++) {
		struct table_column *c = &t->column[i];
		size_t start = i ? end[i - 1] : 0, width = end[i] - start;

		if (!head.ascii)
			width = text_width(text + start, width);
		else if (c->id == NCOLUMNS)
			width -= head.prefix - head.prefix_width;
		if (width > c->max)
			c->max = width;
		if (c->varies)
			c->count[width < TABLE_HIST ? width :
				 TABLE_HIST - 1]++;
	}
	if (lines->len - t->line > U32_MAX)	/* a forged view only */
		out_of_memory();
	head.bytes = lines->len - t->line;
	memcpy(lines->data + t->line, &head, sizeof(head));
	memcpy(lines->data + ends_at, end, t->ncolumns * sizeof(u32));
	t->empty = false;
	if (row)
		t->last_port = row->record.has & PS_HAS_PORT ?
			(int64_t)row->record.port : -1;
	if (t->printing)
		print_line(out, &head, text, end);
	if (!t->keeping) {
		lines->len = t->line;
	} else if (out->can_seek && lines->len > table_lines_max) {
		lines->len = t->mark;
		out->resume = true;
		out->resume_at = t->mark_at;
		t->keeping = false;
	}
}

/**
 * table_add() - Add a line
 * @out: output; the label was written to the buffer of table_line()
 * @row: row in the other cells, NULL for a label without cells
 * @label: style of the label
 */
void table_add(struct output *out, const struct row *row, enum style label)
{
	struct table *t = out->state;

	if (skip_line(out, row))
		t->lines.len = t->line;
	else
		add_line(out, row, label);
}

/*
 * Return a width that is enough for most cells of a column.  @share: one cell
 * in so many may be longer, but none of up to USUAL_END columns.
 */
static size_t usual_width(const struct table_column *c, unsigned int share)
{
	size_t width, total = 0, longer = 0;

	if (!c->varies)
		return c->max;
	for (width = 0; width < TABLE_HIST; width++)
		total += c->count[width];
	for (width = TABLE_HIST - 1; width > USUAL_END; width--) {
		longer += c->count[width];
		if (longer > total / share)
			return width == TABLE_HIST - 1 ? c->max : width;
	}
	while (width > c->name->len && !c->count[width])
		width--;
	return width;
}

static struct table_column *shown_column(struct table *t, u8 id)
{
	unsigned int i;

	for (i = 0; i < t->ncolumns; i++)
		if (t->column[i].id == id && !t->column[i].hidden)
			return &t->column[i];
	return NULL;
}

/*
 * Return the width of the table; @cut: long texts are cut as far as possible.
 */
static size_t table_width(const struct table *t, bool cut)
{
	size_t sum = 0;
	unsigned int i;

	for (i = 0; i < t->ncolumns; i++) {
		const struct table_column *c = &t->column[i];

		if (!c->hidden)
			sum += (cut && c->cut && c->cut < c->width ? c->cut :
				c->width) + 1;
	}
	return sum - 1;
}

/* Leave out columns until the table fits the terminal. */
static void hide_columns(struct table *t, u64 chosen)
{
	static const u8 order[] = {
		PORTSOCK_COL_TXQ, PORTSOCK_COL_RXQ, PORTSOCK_COL_DEV,
		PORTSOCK_COL_NETNS, PORTSOCK_COL_UID, PORTSOCK_COL_PARENT,
		PORTSOCK_COL_CGROUP, PORTSOCK_COL_COOKIE, PORTSOCK_COL_INODE,
	};
	struct table_column *held = shown_column(t, PORTSOCK_COL_HELD), *c;
	unsigned int i;

	/* OWNERS shows the reason of a socket without owners. */
	if (table_width(t, true) > t->terminal && held &&
	    shown_column(t, PORTSOCK_COL_OWNERS) &&
	    !(chosen & COLUMN_BIT(PORTSOCK_COL_HELD))) {
		held->hidden = true;
		t->held_cell = held - t->column;
	}
	for (i = 0; i < sizeof(order) && table_width(t, true) > t->terminal;
	     i++) {
		c = shown_column(t, order[i]);
		if (c && !(chosen & COLUMN_BIT(order[i])))
			c->hidden = true;
	}
}

/*
 * Cut columns of long texts to equal shares of the room that the others leave.
 */
static void cut_columns(struct table *t)
{
	bool wants[TABLE_CELLS_MAX];
	size_t left = t->terminal + 1, each = 0, taken;
	unsigned int i, count = 0, satisfied;

	for (i = 0; i < t->ncolumns; i++) {
		const struct table_column *c = &t->column[i];

		wants[i] = !c->hidden && c->cut;
		count += wants[i];
		taken = c->hidden ? 0 : wants[i] ? 1 : c->width + 1;
		left = left > taken ? left - taken : 0;
	}
	do {
		satisfied = 0;
		each = count ? left / count : 0;
		for (i = 0; i < t->ncolumns; i++) {
			if (!wants[i] || t->column[i].width > each)
				continue;
			wants[i] = false;
			left -= t->column[i].width;
			satisfied++;
		}
		count -= satisfied;
	} while (satisfied && count);
	for (i = 0; i < t->ncolumns && each >= CUT_MIN; i++)
		if (wants[i])
			t->column[i].width = each;
}

/* Decide which columns are shown, where, and how wide they are. */
static void fit_columns(struct output *out)
{
	struct table *t = out->state;
	u64 chosen = out->columns->chosen;
	size_t start = 0;
	unsigned int i;

	for (i = 0; i < t->ncolumns; i++) {
		struct table_column *c = &t->column[i];

		c->hidden = c->id < NCOLUMNS && column_table[c->id].optional &&
			!((t->filled | chosen) & COLUMN_BIT(c->id));
		c->width = t->terminal ? c->max : usual_width(c, FILE_SHARE);
	}
	if (t->terminal && table_width(t, true) > t->terminal) {
		for (i = 0; i < t->ncolumns; i++)
			t->column[i].width = usual_width(&t->column[i],
							 TERMINAL_SHARE);
		hide_columns(t, chosen);
	}
	if (t->terminal)
		cut_columns(t);
	for (i = 0; i < t->ncolumns; i++) {
		if (t->column[i].hidden)
			continue;
		t->column[i].start = start;
		start += t->column[i].width + 1;
		t->shown[t->nshown++] = i;
	}
	t->width = start;
}

/* Return the style of a cell. */
static enum style cell_style(const struct line_head *head, u8 id)
{
	if (id == NCOLUMNS)
		return head->label;
	if (head->all)
		return head->all;
	switch (id) {
	case PORTSOCK_COL_PORT:
		return head->port;
	case PORTSOCK_COL_STATE:
		return head->state;
	case PORTSOCK_COL_HELD:
		return head->held;
	case PORTSOCK_COL_OWNERS:
		return head->owners;
	default:
		return STYLE_NONE;
	}
}

static char *put_style(char *p, const char *style)
{
	size_t len = strlen(style);

	return (char *)memcpy(p, style, len) + len;
}

/* Return the columns that a cell may take before it is cut. */
static size_t cell_limit(const struct table *t, const struct table_column *c,
			 bool only_label, bool last, size_t at)
{
	size_t limit = c->width;

	if (!only_label && !c->cut)
		return SIZE_MAX;
	if (last || only_label)
		limit = t->terminal > at ? t->terminal - at : 0;
	return limit < CUT_MIN ? CUT_MIN : limit;
}

/*
 * Print a line.  @text: its cells, @end: where each of them ends.  Most cells
 * are short: copying a constant number of bytes is cheaper than a call.
 */
static void print_line(struct output *out, const struct line_head *head,
		       const char *text, const u32 *end)
{
	struct table *t = out->state;
	unsigned int i;
	size_t at = 0;		/* column on the terminal */
	char *p;

	p = buf_room(&out->text, end[t->ncolumns - 1] + t->width +
		     t->nshown * (SHORT_CELL + 2 * STYLE_SIZE) + SHORT_CELL);
	for (i = 0; i < t->nshown; i++) {
		const struct table_column *c = &t->column[t->shown[i]];
		unsigned int cell = t->shown[i];
		size_t start = cell ? end[cell - 1] : 0;
		size_t len = end[cell] - start, width = len, from, pad, limit;
		const char *from_text = text + start;
		enum style style = STYLE_NONE;
		bool cut = false;

		if (c->id == PORTSOCK_COL_OWNERS && t->held_cell && len == 1 &&
		    *from_text == PORTSOCK_NONE[0]) {
			from_text = text + end[t->held_cell - 1];
			width = len = end[t->held_cell] -
				end[t->held_cell - 1];
		}
		if (!len)
			continue;
		if (!head->ascii)
			width = text_width(from_text, len);
		else if (c->id == NCOLUMNS)
			width -= head->prefix - head->prefix_width;
		from = c->start;
		if (c->right && width < c->width)
			from += c->width - width;
		if (at && at >= from)	/* after a cell that took more room */
			from = at + 1;
		limit = SIZE_MAX;
		if (t->terminal)
			limit = cell_limit(t, c, head->only_label,
					   i + 1 == t->nshown, from);
		if (unlikely(width > limit)) {
			cut = true;
			len = text_fit(from_text, len, limit - 1);
			width = text_width(from_text, len) + 1;
		}
		pad = from - at;
		memset(p, ' ', SHORT_CELL);
		if (unlikely(pad > SHORT_CELL))
			memset(p, ' ', pad);
		p += pad;
		if (out->color)
			style = cell_style(head, c->id);
		if (style)
			p = put_style(p, styles[style]);
		memcpy(p, from_text, SHORT_CELL);
		if (unlikely(len > SHORT_CELL))
			memcpy(p, from_text, len);
		p += len;
		if (cut)
			*p++ = '+';
		if (style)
			p = put_style(p, STYLE_RESET);
		at = from + width;
	}
	*p++ = '\n';
	buf_done(&out->text, p);
}

static void print_headings(struct output *out)
{
	struct table *t = out->state;
	struct line_head head = {
		.ascii = true, .all = STYLE_BOLD, .label = STYLE_BOLD,
	};
	u32 end[TABLE_CELLS_MAX];
	struct buf text;
	unsigned int i;

	buf_init(&text, -1);
	for (i = 0; i < t->ncolumns; i++) {
		buf_put(&text, t->column[i].name->text,
			t->column[i].name->len);
		end[i] = text.len;
	}
	print_line(out, &head, text.data, end);
	buf_free(&text);
}

/* Print a line that was kept, and return its size in bytes. */
static size_t print_kept_line(struct output *out, const char *line)
{
	struct table *t = out->state;
	u32 end[TABLE_CELLS_MAX];
	struct line_head head;

	memcpy(&head, line, sizeof(head));
	line += sizeof(head);
	memcpy(end, line, t->ncolumns * sizeof(*end));
	print_line(out, &head, line + t->ncolumns * sizeof(*end), end);
	return head.bytes;
}

/**
 * table_measured() - Print the lines of the first pass
 * @out: output that all rows were passed to
 *
 * Return: 0
 */
int table_measured(struct output *out)
{
	struct table *t = out->state;
	size_t at = 0;

	fit_columns(out);
	t->printing = true;
	t->keeping = false;
	out->owners_unused = false;
	/* Without any output it would be unclear that the program works. */
	if (out->headings && (!t->empty || t->terminal))
		print_headings(out);
	while (at < t->lines.len)
		at += print_kept_line(out, t->lines.data + at);
	buf_free(&t->lines);
	buf_init(&t->lines, -1);
	t->last_port = t->mark_port;
	return 0;
}

/* Free the memory of a table. */
void table_release(struct output *out)
{
	struct table *t = out->state;

	buf_free(&t->lines);
	free(t->counts);
	free(t);
}

static int table_output_begin(struct output *out)
{
	static const struct ps_name marks = { "", 0 };

	return table_begin(out, out->marks ? &marks : NULL);
}

static int table_output_row(struct output *out, const struct row *row)
{
	static const char signs[] = {
		[ROW_NONE] = ' ',
		[ROW_NEW] = '+',
		[ROW_CHANGED] = '~',
		[ROW_GONE] = '-',
	};
	struct table *t = out->state;
	struct buf *label;
	struct row copy;

	if (!skip_line(out, row)) {
		if (unlikely(row->holder))
			row = output_with_owners(out, row, &copy);
		table_mark(out);
		label = table_line(out);
		/* A sign before a marked row, for terminals without colours. */
		if (out->marks)
			buf_char(label, signs[row->mark]);
		add_line(out, row, table_row_style(row));
	}
	/* The next row is skipped unless a sample begins with it. */
	out->owners_unused = !t->keeping && !t->printing &&
		t->sampled % table_sample;
	return 0;
}

const struct output_ops output_table = {
	.columns = &columns_table,
	.begin = table_output_begin,
	.row = table_output_row,
	.measured = table_measured,
	.release = table_release,
};
