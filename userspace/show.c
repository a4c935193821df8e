// SPDX-License-Identifier: GPL-2.0
/* Pass the rows of a view that are selected to an output. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "show.h"
#include "util/error.h"
#include "view/select_filter.h"

static bool wants_color(enum color_when when, bool terminal)
{
	const char *no_color = getenv("NO_COLOR");

	if (when != COLOR_AUTO)
		return when == COLOR_ALWAYS;
	return terminal && !(no_color && *no_color);
}

/**
 * show_wants() - Return true if a row is selected
 * @o: command line
 * @names: names for --leaked
 * @row: row; owners that were not selected are removed
 */
bool show_wants(const struct options *o, struct names *names, struct row *row)
{
	return selection_row(&o->select, row) &&
		(!o->leaked || names_leaked(names, row));
}

/* Pass the selected rows to an output.  Return a result of view_next(). */
static int pass_rows(struct output *out, struct view *v,
		     const struct options *o, int *status)
{
	bool by_owner = o->select.npids || o->select.ncomms || o->leaked;
	bool all = selection_is_all(&o->select) && !o->leaked;
	int got;

	for (;;) {
		out->row_at = view_position(v);
		v->no_owners = out->owners_unused && !by_owner;
		got = view_next(v);
		if (got <= 0 || out->text.error)
			return got;
		if (!all && !show_wants(o, out->names, &v->row))
			continue;
		if (out->ops->row(out, &v->row))
			return -1;
		*status = STATUS_MATCH;
	}
}

/**
 * show_rows() - Show the rows of a snapshot
 * @out: output
 * @v: view with its header lines read
 * @o: command line
 *
 * Return: Exit status.
 */
int show_rows(struct output *out, struct view *v, const struct options *o)
{
	const struct output_ops *ops = out->ops;
	int status = STATUS_NOTHING, err;

	out->can_seek = v->can_seek;
	out->resume = false;
	out->owners_unused = false;
	err = ops->begin(out) || pass_rows(out, v, o, &status) < 0 ||
		(ops->measured && ops->measured(out)) ||
		(out->resume && (view_seek(v, &out->resume_at) ||
				 pass_rows(out, v, o, &status) < 0)) ||
		(ops->end && ops->end(out));
	ops->release(out);
	return err ? STATUS_ERROR : status;
}

/* Count the selected rows of other network namespaces, if that is permitted. */
static size_t count_elsewhere(const struct options *o, struct names *names,
			      u32 own)
{
	struct selection all = o->select;
	struct buf filter;
	size_t count = 0;
	struct view v;

	all.netns = NETNS_ALL;
	buf_init(&filter, -1);
	selection_put_filter(&filter, &all, o->leaked);
	if (!view_open(&v, NULL) && !view_filter(&v, filter.data) &&
	    !view_begin(&v))
		while (view_next(&v) > 0)
			count += v.row.record.netns != own &&
				selection_row(&all, &v.row) &&
				(!o->leaked || names_leaked(names, &v.row));
	view_close(&v);
	buf_free(&filter);
	return count;
}

#define ENDPOINTS_MAX	4	/* in a message */

/* Report to a person that nothing matched: headings alone explain nothing. */
static void report_nothing(const struct output *out, const struct view *v,
			   const struct options *o)
{
	const struct endpoints *local = &o->select.local;
	size_t i, elsewhere = 0;
	struct buf t;

	if (o->quiet || !out->terminal || !isatty(STDERR_FILENO) ||
	    (out->ops != &output_table && out->ops != &output_tree))
		return;
	buf_init(&t, -1);
	buf_word(&t, local->count ? "no socket at " : "no socket matches");
	for (i = 0; i < local->count && i < ENDPOINTS_MAX; i++) {
		if (i)
			buf_word(&t, ", ");
		else if (local->list[i].form == PS_FORM_NONE)
			buf_word(&t, local->count > 1 ? "ports " : "port ");
		endpoint_put(&t, &local->list[i]);
	}
	if (i < local->count)
		buf_word(&t, ", ...");
	if (!v->is_proc)
		buf_word(&t, " in the view");
	else if (!o->select.netns)
		buf_word(&t, " in this network namespace");
	else if (o->select.netns != NETNS_ALL)
		buf_word(&t, " in that network namespace");
	if (v->is_proc && !o->select.netns)
		elsewhere = count_elsewhere(o, out->names, v->header.netns);
	if (elsewhere)
		buf_printf(&t, "; %zu in others (see -N all)", elsewhere);
	error_print("%.*s", (int)t.len, t.data);
	buf_free(&t);
}

/**
 * show() - Show the rows that the command line selects
 * @o: command line
 * @run: shows one snapshot (show_rows()) or one after the other (watch_run())
 *
 * Return: Exit status.
 */
int show(const struct options *o,
	 int (*run)(struct output *out, struct view *v,
		    const struct options *o))
{
	const struct column_list *all = &columns_all;
	bool terminal = isatty(STDOUT_FILENO);
	struct relations relations;
	struct names names;
	struct output out = {
		.ops = o->out,
		.names = &names,
		.relations = &relations,
		.resolve = o->resolve,
		.wide = o->wide,
		.terminal = terminal,
		.names_whole = o->wide || !terminal ||
			o->select.protos & PROTO_BIT(UNIX),
		.columns = &o->columns,
		.headings = o->headings,
		.color = wants_color(o->color, terminal),
	};
	int status = STATUS_ERROR;
	struct view v;
	bool open;

	names_init(&names, !o->input);
	buf_init(&out.text, STDOUT_FILENO);
	open = !view_open(&v, o->input);
	relations_init(&relations, o->input, v.can_seek, &o->select);
	/* All columns of the view: its lines are shown as they are. */
	v.keep_line = o->out == &output_raw && !o->select.npids &&
		o->columns.count == all->count &&
		!memcmp(o->columns.id, all->id, all->count);
	v.only_line = selection_is_all(&o->select) && !o->leaked && !o->watch;
	if (open && !view_select(&v, &o->select, o->leaked ||
				 columns_need_owners(&o->columns)) &&
	    !view_begin(&v)) {
		out.header = &v.header;
		status = run(&out, &v, o);
		if (status == STATUS_NOTHING && !out.text.error) {
			buf_flush(&out.text);	/* the headings go first */
			report_nothing(&out, &v, o);
		}
	}
	view_close(&v);
	relations_renew(&relations);
	names_free(&names);
	return buf_finish(&out.text, status);
}
