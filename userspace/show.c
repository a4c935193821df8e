// SPDX-License-Identifier: GPL-2.0
/* Rows from a source, through a selection, into an output. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "error.h"
#include "leak.h"
#include "show.h"
#include "source.h"
#include "watch.h"

static bool wants_color(enum ps_color when)
{
	const char *no_color = getenv("NO_COLOR");

	if (when != PS_COLOR_AUTO)
		return when == PS_COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(no_color && *no_color);
}

/**
 * ps_show_wants() - whether a row is asked for
 * @o: command line
 * @names: what the view does not have
 * @row: row; owners that nobody asked for are taken out
 *
 * Return: whether it is.
 */
bool ps_show_wants(const struct ps_options *o, struct ps_names *names,
		   struct ps_row *row)
{
	return ps_select_row(&o->select, row) &&
		(!o->leaked || ps_is_leak(names, row));
}

/**
 * ps_show_rows() - show a snapshot's rows, as they come
 * @out: output; to be released in any case
 * @s: source, its first two lines read
 * @o: command line
 *
 * Return: exit status.
 */
int ps_show_rows(struct ps_out *out, struct ps_source *s,
		 const struct ps_options *o)
{
	int got, status = PS_EXIT_NOTHING;

	if (out->ops->begin(out))
		return PS_EXIT_ERROR;
	while ((got = ps_source_next(s)) > 0 && !out->text.error) {
		if (!ps_show_wants(o, out->names, &s->row))
			continue;
		if (out->ops->row(out, &s->row))
			return PS_EXIT_ERROR;
		status = PS_EXIT_MATCH;
	}
	if (got < 0 || (!got && out->ops->end(out)))
		return PS_EXIT_ERROR;
	return status;
}

/* Whether all of a row is shown, in the view's own words. */
static bool shows_lines(const struct ps_options *o)
{
	const struct ps_column_list *all = &ps_columns_all;

	return o->out == &ps_out_raw && !o->select.npids &&
		o->columns.count == all->count &&
		!memcmp(o->columns.id, all->id, all->count);
}

/**
 * ps_show() - show the rows that are asked for
 * @o: command line
 *
 * Return: exit status.
 */
int ps_show(const struct ps_options *o)
{
	struct ps_names names;
	struct ps_out out = {
		.ops = o->out,
		.names = &names,
		.resolve = o->resolve,
		.wide = o->wide,
		.columns = &o->columns,
		.headings = o->headings,
		.color = wants_color(o->color),
	};
	struct ps_source s;
	int status = PS_EXIT_ERROR;

	bool open = !ps_source_open(&s, o->input);

	ps_names_init(&names, !o->input);
	ps_text_init(&out.text, STDOUT_FILENO);
	s.keep_line = shows_lines(o);
	s.only_line = ps_select_is_all(&o->select) && !o->leaked && !o->watch;
	if (open && !ps_ask(&s, &o->select, o->leaked ||
			    ps_columns_need_owners(&o->columns)) &&
	    !ps_source_begin(&s)) {
		out.header = &s.header;
		if (o->watch) {
			status = ps_watch(&out, &s, o);
		} else {
			status = ps_show_rows(&out, &s, o);
			o->out->release(&out);
		}
	}
	ps_source_close(&s);
	ps_names_free(&names);
	return ps_text_finish(&out.text, status);
}
