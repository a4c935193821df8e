// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "../show.h"
#include "../util/clock.h"
#include "../util/error.h"
#include "diff.h"
#include "screen.h"
#include "watch.h"

#define LEAST_PAUSE	200	/* milliseconds between two screens */

static void sleep_until(int64_t end)
{
	int64_t pause = end - clock_ms();
	const struct timespec time = {
		.tv_sec = pause / 1000,
		.tv_nsec = pause % 1000 * 1000000,
	};

	if (pause > 0)
		nanosleep(&time, NULL);
}

static int read_rows(struct rowset *rows, struct view *view,
		     struct names *names, const struct options *o)
{
	int got;

	while ((got = view_next(view)) > 0)
		if (show_wants(o, names, &view->row))
			rowset_add(rows, &view->row);
	return got;
}

/* Format the rows in memory, and draw them below a line of numbers. */
static int draw_rows(struct output *out, const struct rowset *rows,
		     const struct row_changes *changes, double period)
{
	const struct {
		size_t count;
		const char *name;
	} parts[] = {
		{ changes->added, "new" },
		{ changes->changed, "changed" },
		{ changes->gone, "gone" },
	};
	size_t sockets = rows->count - changes->gone, i, at;
	time_t seconds = time(NULL);
	char head[256], right[64];
	struct tm local;
	int err;

	out->text.len = 0;
	err = out->ops->begin(out);
	for (i = 0; i < rows->count && !err; i++)
		err = out->ops->row(out, &rows->rows[i]);
	if (!err)
		err = output_end(out);
	out->ops->release(out);
	if (err)
		return err;

	at = sockets ? snprintf(head, sizeof(head), "%zu socket%s", sockets,
				sockets == 1 ? "" : "s") :
		snprintf(head, sizeof(head), "no socket matches");
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i].count)
			at += snprintf(head + at, sizeof(head) - at,
				       ", %zu %s", parts[i].count,
				       parts[i].name);
	localtime_r(&seconds, &local);
	at = snprintf(right, sizeof(right), "every %g s  ", period);
	strftime(right + at, sizeof(right) - at, "%F %T", &local);
	screen_draw(head, right, &out->text);
	return 0;
}

/*
 * On a terminal: draw in place, with the changes marked; again after a
 * notification of the kernel, and at least once a period.
 */
static void watch_screen(struct output *out, struct view *view,
			 const struct options *o)
{
	struct rowset before = {}, now = {};
	struct row_changes changes = {};
	bool first = true;
	int64_t begin;

	for (;;) {
		begin = clock_ms();
		if (read_rows(&now, view, out->names, o))
			break;
		if (!first)
			diff_mark(&before, &now, &changes);
		first = false;
		if (draw_rows(out, &now, &changes, o->watch))
			break;
		rowset_free(&before);
		before = now;
		now = (struct rowset){};
		names_renew(out->names);
		relations_renew(out->relations);
		if (view_wait(view, o->watch * 1000) < 0)
			break;
		sleep_until(begin + LEAST_PAUSE);
		if (view_again(view))
			break;
	}
	rowset_free(&before);
	rowset_free(&now);
}

/* Elsewhere: one output after the other, with an empty line between tables. */
static int watch_stream(struct output *out, struct view *view,
			const struct options *o)
{
	bool json = out->ops == &output_json || out->ops == &output_jsonl;
	int64_t next = clock_ms();
	int status;

	for (;;) {
		status = show_rows(out, view, o);
		if (status == STATUS_ERROR || buf_flush(&out->text))
			return status;
		next += o->watch * 1000;
		sleep_until(next);
		names_renew(out->names);
		relations_renew(out->relations);
		if (view_again(view))
			return STATUS_ERROR;
		if (!json)
			buf_char(&out->text, '\n');
	}
}

/**
 * watch_run() - Show the selected rows of one snapshot after the other
 * @out: output
 * @view: view, its first two lines read
 * @o: command line
 *
 * It ends by a signal, after an error, or when a pipe is closed.
 *
 * Return: exit status.
 */
int watch_run(struct output *out, struct view *view, const struct options *o)
{
	bool table = out->ops == &output_table || out->ops == &output_tree;

	if (!table || !isatty(STDOUT_FILENO))
		return watch_stream(out, view, o);
	out->text.fd = -1;	/* a screen is formatted in memory */
	out->marks = true;
	screen_open();
	watch_screen(out, view, o);
	screen_close();
	out->text.len = 0;
	out->text.fd = STDOUT_FILENO;
	return STATUS_ERROR;
}
