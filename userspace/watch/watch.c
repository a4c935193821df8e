// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "diff.h"
#include "../util/clock.h"
#include "../util/error.h"
#include "screen.h"
#include "../show.h"
#include "watch.h"

#define LEAST_PAUSE	200	/* milliseconds between two screens */

static void sleep_milliseconds(int64_t pause)
{
	const struct timespec time = {
		.tv_sec = pause / 1000,
		.tv_nsec = pause % 1000 * 1000000,
	};

	if (pause > 0)
		nanosleep(&time, NULL);
}

/* Once a period at least; at once when the kernel says that it is time. */
static int wait_for_change(struct view *s, int64_t begun, double period)
{
	if (view_wait(s, period * 1000) < 0)
		return -1;
	sleep_milliseconds(begun + LEAST_PAUSE - clock_ms());
	return 0;
}

static int gather(struct row_list *now, struct view *s,
		  struct names *names, const struct options *o)
{
	int got;

	while ((got = view_next(s)) > 0)
		if (show_wants(o, names, &s->row))
			row_list_add(now, &s->row);
	return got;
}

static int make_body(struct output *out, const struct row_list *now)
{
	int err = out->ops->begin(out);
	size_t i;

	for (i = 0; i < now->count && !err; i++)
		err = out->ops->row(out, &now->rows[i]);
	if (!err)
		err = output_end(out);
	out->ops->release(out);
	return err;
}

static size_t put_count(char *text, size_t size, size_t at, const char *format,
			size_t count)
{
	if (count && at < size)
		at += snprintf(text + at, size - at, format, count);
	return at;
}

static void draw(const struct output *out, const struct row_list *now,
		 const struct row_changes *changes, double period)
{
	size_t there = now->count - changes->gone, at = 0;
	time_t seconds = time(NULL);
	char head[256], right[64];
	struct tm local;

	if (there)
		at = put_count(head, sizeof(head), at, there == 1 ?
			       "%zu socket" : "%zu sockets", there);
	else
		at = snprintf(head, sizeof(head), "no socket matches");
	at = put_count(head, sizeof(head), at, ", %zu new", changes->added);
	at = put_count(head, sizeof(head), at, ", %zu changed",
		       changes->changed);
	put_count(head, sizeof(head), at, ", %zu gone", changes->gone);
	localtime_r(&seconds, &local);
	at = snprintf(right, sizeof(right), "every %g s  ", period);
	strftime(right + at, sizeof(right) - at, "%F %T", &local);
	screen_draw(head, right, &out->text);
}

/* On a terminal: drawn in place, with what has changed marked. */
static int watch_screen(struct output *out, struct view *s,
			const struct options *o)
{
	struct row_list before = {}, now = {};
	struct row_changes changes = {};
	bool first = true;
	int64_t begun;
	int err;

	for (;;) {
		begun = clock_ms();
		err = gather(&now, s, out->names, o);
		if (!err && !first)
			diff_mark(&before, &now, &changes);
		first = false;
		out->text.len = 0;
		if (err || make_body(out, &now))
			break;
		draw(out, &now, &changes, o->watch);
		row_list_free(&before);
		before = now;
		now = (struct row_list){};
		names_renew(out->names);
		if (wait_for_change(s, begun, o->watch) || view_again(s))
			break;
	}
	row_list_free(&before);
	row_list_free(&now);
	return STATUS_ERROR;
}

/* Elsewhere: one after the other, tables with an empty line between them. */
static int watch_stream(struct output *out, struct view *s,
			const struct options *o)
{
	bool apart = out->ops != &output_json && out->ops != &output_jsonl;
	int64_t next = clock_ms();
	int status;

	for (;;) {
		status = show_rows(out, s, o);
		out->ops->release(out);
		if (status == STATUS_ERROR || buf_flush(&out->text))
			return status;
		next += o->watch * 1000;
		sleep_milliseconds(next - clock_ms());
		names_renew(out->names);
		if (view_again(s))
			return STATUS_ERROR;
		if (apart)
			buf_char(&out->text, '\n');
	}
}

/**
 * watch_run() - show the rows that are asked for, until somebody ends it
 * @out: output
 * @s: source, its first two lines read
 * @o: command line
 *
 * Return: exit status.
 */
int watch_run(struct output *out, struct view *s,
	     const struct options *o)
{
	bool people = out->ops == &output_table || out->ops == &output_tree;
	int status;

	if (!people || !isatty(STDOUT_FILENO))
		return watch_stream(out, s, o);
	out->text.fd = -1;	/* a screen is made in memory */
	out->marks = true;
	screen_open();
	status = watch_screen(out, s, o);
	screen_close();
	out->text.len = 0;
	out->text.fd = STDOUT_FILENO;
	return status;
}
