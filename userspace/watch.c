// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "changes.h"
#include "clock.h"
#include "error.h"
#include "screen.h"
#include "show.h"
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
static int wait_for_change(struct ps_source *s, int64_t begun, double period)
{
	if (ps_source_wait(s, period * 1000) < 0)
		return -1;
	sleep_milliseconds(begun + LEAST_PAUSE - ps_clock());
	return 0;
}

static int gather(struct ps_snapshot *now, struct ps_source *s,
		  struct ps_names *names, const struct ps_options *o)
{
	int got;

	while ((got = ps_source_next(s)) > 0)
		if (ps_show_wants(o, names, &s->row))
			ps_snapshot_add(now, &s->row);
	return got;
}

static int make_body(struct ps_out *out, const struct ps_snapshot *now)
{
	int err = out->ops->begin(out);
	size_t i;

	for (i = 0; i < now->count && !err; i++)
		err = out->ops->row(out, &now->rows[i]);
	if (!err)
		err = out->ops->end(out);
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

static void draw(const struct ps_out *out, const struct ps_snapshot *now,
		 const struct ps_changes *changes, double period)
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
	ps_screen_draw(head, right, &out->text);
}

/* On a terminal: drawn in place, with what has changed marked. */
static int watch_screen(struct ps_out *out, struct ps_source *s,
			const struct ps_options *o)
{
	struct ps_snapshot before = {}, now = {};
	struct ps_changes changes = {};
	bool first = true;
	int64_t begun;
	int err;

	for (;;) {
		begun = ps_clock();
		err = gather(&now, s, out->names, o);
		if (!err && !first)
			ps_changes_mark(&before, &now, &changes);
		first = false;
		out->text.len = 0;
		if (err || make_body(out, &now))
			break;
		draw(out, &now, &changes, o->watch);
		ps_snapshot_free(&before);
		before = now;
		now = (struct ps_snapshot){};
		ps_names_renew(out->names);
		if (wait_for_change(s, begun, o->watch) || ps_source_again(s))
			break;
	}
	ps_snapshot_free(&before);
	ps_snapshot_free(&now);
	return PS_EXIT_ERROR;
}

/* Elsewhere: one after the other, tables with an empty line between them. */
static int watch_stream(struct ps_out *out, struct ps_source *s,
			const struct ps_options *o)
{
	bool apart = out->ops != &ps_out_json && out->ops != &ps_out_jsonl;
	int64_t next = ps_clock();
	int status;

	for (;;) {
		status = ps_show_rows(out, s, o);
		out->ops->release(out);
		if (status == PS_EXIT_ERROR || ps_text_flush(&out->text))
			return status;
		next += o->watch * 1000;
		sleep_milliseconds(next - ps_clock());
		ps_names_renew(out->names);
		if (ps_source_again(s))
			return PS_EXIT_ERROR;
		if (apart)
			ps_text_char(&out->text, '\n');
	}
}

/**
 * ps_watch() - show the rows that are asked for, until somebody ends it
 * @out: output
 * @s: source, its first two lines read
 * @o: command line
 *
 * Return: exit status.
 */
int ps_watch(struct ps_out *out, struct ps_source *s,
	     const struct ps_options *o)
{
	bool people = out->ops == &ps_out_table || out->ops == &ps_out_tree;
	int status;

	if (!people || !isatty(STDOUT_FILENO))
		return watch_stream(out, s, o);
	out->text.fd = -1;	/* a screen is made in memory */
	out->marks = true;
	ps_screen_open();
	status = watch_screen(out, s, o);
	ps_screen_close();
	out->text.len = 0;
	out->text.fd = STDOUT_FILENO;
	return status;
}
