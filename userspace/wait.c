// SPDX-License-Identifier: GPL-2.0
/*
 * The view is read, and read again when the kernel says that it is out of date
 * - or when what is in the way ends by itself, which nobody announces.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/error.h"
#include "why/bind_spec.h"
#include "view/view.h"
#include "util/buf.h"
#include "wait.h"

#define SEE_HELP	"see portsock wait --help"
#define FALLBACK	2000	/* ms: not every end is announced           */
#define LATE		100	/* ms: the kernel's timers are late by that */
#define FOREVER		INT64_MAX

static const char help[] =
"portsock wait (listen|free) [tcp|udp] [ADDRESS:]PORT [--timeout S]\n"
"Waits until it is so.\n"
"\n"
" listen   something takes connections there, or datagrams (udp); also what\n"
"          listens at all addresses of this machine\n"
" free     no socket is there any more, not even a TIME_WAIT: a server can bind\n"
"          there, with and without SO_REUSEADDR\n"
"\n"
" ADDRESS  127.0.0.1, [::1]; without one: any address\n"
" PORT     1 to 65535, or the name of a service\n"
"\n"
"     --timeout S   give up after so many seconds (0.5 is half of one)\n"
" -h, --help\n"
"\n"
"Exit status: 0 it is so, 1 the time was over, 2 an error.\n";

/**
 * struct wait - what is waited for
 * @listen: that something listens at @place; else that it is free
 * @place: where
 * @deadline: when to give up, in milliseconds of CLOCK_MONOTONIC, or FOREVER
 * @help: nothing, --help is asked for
 */
struct wait {
	bool listen;
	struct bind_spec place;
	int64_t deadline;
	bool help;
};

/* An address and the family whose addresses it is one of. */
static struct ps_end plain(const struct ps_end *end)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct ps_end e = *end;

	if (e.form == PS_FORM_INET6 && !memcmp(e.ip, mapped, sizeof(mapped))) {
		memmove(e.ip, e.ip + sizeof(mapped), 4);
		e.form = PS_FORM_INET;
	}
	return e;
}

/* Whether what comes to @to comes to @at, too. */
static bool covers(const struct ps_end *at, bool v6only,
		   const struct ps_end *to)
{
	static const u8 any[16];
	struct ps_end a = plain(at), b = plain(to);
	size_t len = a.form == PS_FORM_INET6 ? 16 : 4;

	if (!memcmp(a.ip, any, len))
		return a.form == b.form || (len == 16 && !v6only);
	return a.form == b.form && !memcmp(a.ip, b.ip, len);
}

/* A place without an address is at all of them. */
static bool is_there(const struct wait *w, const struct ps_record *r)
{
	const struct bind_spec *place = &w->place;

	if (r->proto != place->proto || r->port != place->local.num)
		return false;
	if (*place->dev && *r->dev && strcmp(place->dev, r->dev))
		return false;
	return place->local.form == PS_FORM_ANY ||
		covers(&r->local, r->flags & PORTSOCK_FLAG(V6ONLY),
		       &place->local) ||
		(!w->listen && covers(&place->local, false, &r->local));
}

static bool is_listening(const struct ps_record *r)
{
	return r->state == PORTSOCK_LISTEN || r->state == PORTSOCK_UNCONN;
}

/*
 * Reads the view: 1 it is so, 0 not yet, -1 an error.  What is in the way may
 * have an end: *pause is how long it takes at most, or when to look again.
 */
static int look(const struct wait *w, struct view *s, int64_t *pause)
{
	bool listening = false, taken = false, ends = true;
	int64_t last = 0;
	int got;

	while ((got = view_next(s)) > 0) {
		const struct ps_record *r = &s->row.record;

		if (!is_there(w, r))
			continue;
		taken = true;
		listening |= is_listening(r);
		ends &= r->expires != PS_NO_EXPIRY;
		if (r->expires > last)
			last = r->expires;
	}
	*pause = taken && ends && !w->listen ? last + LATE : FALLBACK;
	if (got < 0)
		return -1;
	return w->listen ? listening : !taken;
}

static int wait_until(const struct wait *w, struct view *s)
{
	int64_t pause, left;
	int so;

	for (;;) {
		so = look(w, s, &pause);
		if (so)
			return so < 0 ? STATUS_ERROR : STATUS_MATCH;
		left = w->deadline - clock_ms();
		if (left <= 0)
			return STATUS_NOTHING;
		if (view_wait(s, left < pause ? left : pause) < 0 ||
		    view_again(s))
			return STATUS_ERROR;
	}
}

/* Digits, and one dot among them. */
static int parse_timeout(struct wait *w, const char *word)
{
	size_t whole = strspn(word, "0123456789"), part = 0;
	double seconds;

	if (word[whole] == '.')
		part = 1 + strspn(word + whole + 1, "0123456789");
	seconds = strtod(word, NULL);
	if (word[whole + part] || whole + part < 1 + (part > 0) ||
	    seconds > INT_MAX)
		return error_print("--timeout %s: it takes seconds, 10 or 0.5; "
				SEE_HELP, word);
	w->deadline = clock_ms() + (int64_t)(seconds * 1000);
	return 0;
}

static int parse_options(struct wait *w, int argc, char **argv)
{
	static const struct option options[] = {
		{ "timeout", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (c == 'h')
			w->help = true;
		else if (c == ':')
			return error_print("--timeout: it takes seconds; "
					SEE_HELP);
		else if (c != 't')
			return error_print("unknown option %s; " SEE_HELP,
					argv[optind - 1]);
		else if (parse_timeout(w, optarg))
			return -1;
	}
	return 0;
}

static int parse(struct wait *w, int argc, char **argv)
{
	const char *what;

	*w = (struct wait){ .deadline = FOREVER };
	if (parse_options(w, argc, argv))
		return -1;
	if (w->help)
		return 0;
	what = optind < argc ? argv[optind++] : "";
	w->listen = !strcmp(what, "listen");
	if (!w->listen && strcmp(what, "free"))
		return error_print("wait%s%s: it is listen or free; " SEE_HELP,
				*what ? " " : "", what);
	return bind_spec_parse(&w->place, "wait", argc - optind, argv + optind);
}

/* All of it, again and again, would be no way to wait. */
static int ask(struct view *s, const char *filter)
{
	int err = view_filter(s, filter);

	return err ? error_print("cannot ask %s for one port: %s; waiting needs "
			      "permission to write to it", s->name,
			      strerror(-err)) : 0;
}

static int tell_help(void)
{
	struct buf t;

	buf_init(&t, STDOUT_FILENO);
	buf_put(&t, help, sizeof(help) - 1);
	return buf_finish(&t, STATUS_MATCH);
}

/**
 * wait_main() - portsock wait
 * @argc: of the command's words
 * @argv: the first is the command itself
 *
 * Return: exit status.
 */
int wait_main(int argc, char **argv)
{
	int status = STATUS_ERROR;
	struct view s;
	char filter[64];
	struct wait w;

	if (parse(&w, argc, argv))
		return STATUS_ERROR;
	if (w.help)
		return tell_help();
	snprintf(filter, sizeof(filter), "proto=%s port=%" PRIu32 " owners=no",
		 w.place.proto == PORTSOCK_PROTO_UDP ? "udp" : "tcp",
		 w.place.local.num);
	if (!view_open(&s, NULL) && !ask(&s, filter) &&
	    !view_begin(&s))
		status = wait_until(&w, &s);
	view_close(&s);
	return status;
}
