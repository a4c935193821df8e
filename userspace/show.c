// SPDX-License-Identifier: GPL-2.0
/* Rows from a source, through a selection, into an output. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "view/select_filter.h"
#include "util/error.h"
#include "show.h"
#include "view/view.h"
#include "watch/watch.h"

static bool wants_color(enum color_when when)
{
	const char *no_color = getenv("NO_COLOR");

	if (when != COLOR_AUTO)
		return when == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(no_color && *no_color);
}

/**
 * show_wants() - whether a row is asked for
 * @o: command line
 * @names: what the view does not have
 * @row: row; owners that nobody asked for are taken out
 *
 * Return: whether it is.
 */
bool show_wants(const struct options *o, struct names *names,
		   struct row *row)
{
	return selection_row(&o->select, row) &&
		(!o->leaked || names_leaked(names, row));
}

/* Pass the rows that are selected to an output.  Return a result of view_next(). */
static int pass_rows(struct output *out, struct view *v,
		     const struct options *o, int *status)
{
	int got;

	for (;;) {
		out->row_at = view_position(v);
		got = view_next(v);
		if (got <= 0 || out->text.error)
			return got;
		if (!show_wants(o, out->names, &v->row))
			continue;
		if (out->ops->row(out, &v->row))
			return -1;
		*status = STATUS_MATCH;
	}
}

/**
 * show_rows() - Show the rows of a snapshot
 * @out: output, to be released in any case
 * @v: view with its header lines read
 * @o: command line
 *
 * Return: Exit status.
 */
int show_rows(struct output *out, struct view *v, const struct options *o)
{
	int status = STATUS_NOTHING;

	out->can_seek = v->can_seek;
	out->resume = false;
	if (out->ops->begin(out) || pass_rows(out, v, o, &status) < 0)
		return STATUS_ERROR;
	if (out->ops->measured) {
		if (out->ops->measured(out))
			return STATUS_ERROR;
		if (out->resume && (view_seek(v, &out->resume_at) ||
				    pass_rows(out, v, o, &status) < 0))
			return STATUS_ERROR;
	}
	return out->ops->end && out->ops->end(out) ? STATUS_ERROR : status;
}

/* Whether all of a row is shown, in the view's own words. */
static bool shows_lines(const struct options *o)
{
	const struct column_list *all = &columns_all;

	return o->out == &output_raw && !o->select.npids &&
		o->columns.count == all->count &&
		!memcmp(o->columns.id, all->id, all->count);
}

/**
 * show() - show the rows that are asked for
 * @o: command line
 *
 * Return: exit status.
 */
int show(const struct options *o)
{
	struct names names;
	struct output out = {
		.ops = o->out,
		.names = &names,
		.resolve = o->resolve,
		.wide = o->wide,
		.names_whole = o->wide || !isatty(STDOUT_FILENO) ||
			o->select.protos & PROTO_BIT(UNIX),
		.columns = &o->columns,
		.headings = o->headings,
		.color = wants_color(o->color),
	};
	struct view s;
	int status = STATUS_ERROR;

	bool open = !view_open(&s, o->input);

	names_init(&names, !o->input);
	buf_init(&out.text, STDOUT_FILENO);
	s.keep_line = shows_lines(o);
	s.only_line = selection_is_all(&o->select) && !o->leaked && !o->watch;
	if (open && !view_select(&s, &o->select, o->leaked ||
			    columns_need_owners(&o->columns)) &&
	    !view_begin(&s)) {
		out.header = &s.header;
		if (o->watch) {
			status = watch_run(&out, &s, o);
		} else {
			status = show_rows(&out, &s, o);
			o->out->release(&out);
		}
	}
	view_close(&s);
	names_free(&names);
	return buf_finish(&out.text, status);
}
