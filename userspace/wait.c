// SPDX-License-Identifier: GPL-2.0
/*
 * portsock wait: until a port has a listener, or is free.
 *
 * The view is read again after each notification, and when the last socket at
 * the port expires, of which there is no notification.
 */
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/clock.h"
#include "util/error.h"
#include "resolve/spec.h"
#include "view/view.h"
#include "wait.h"
#include "why/bind_rules.h"

#define SEE_HELP	" (see portsock wait --help)"
#define FALLBACK	2000	/* ms: some changes have no notification */
#define LATE		100	/* ms: delay of the kernel's timers      */

static const char help[] =
"Usage: portsock wait (listen|free) [tcp|udp] [ADDRESS:]PORT [--timeout S]\n"
"Wait until a port has a listener, or is free.\n"
"\n"
" listen   a TCP socket listens, or a UDP socket is bound, at this address or\n"
"          at a wildcard that covers it\n"
" free     no socket uses the address, not even in TIME_WAIT: a server can\n"
"          bind it with and without SO_REUSEADDR\n"
"\n"
" ADDRESS  127.0.0.1, [::1]; without one: any address\n"
" PORT     1 to 65535, or the name of a service\n"
"\n"
"     --timeout S   give up after S seconds, such as 10 or 0.5\n"
" -h, --help\n"
"\n"
"Exit status: 0 the condition holds, 1 timeout, 2 an error.\n";

static const char usage[] =
"usage: portsock wait (listen|free) [tcp|udp] [ADDRESS:]PORT [--timeout S]\n"
"  portsock wait listen 8080 --timeout 30\n"
"  portsock wait free tcp 127.0.0.1:8080\n";

/**
 * struct wait - A condition to wait for
 * @listen: a socket listens at @spec; if not set, @spec is free
 * @spec: protocol, address and port
 * @deadline: when to give up, in milliseconds of CLOCK_MONOTONIC
 * @help: print the help text only
 */
struct wait {
	bool listen;
	struct bind_spec spec;
	int64_t deadline;
	bool help;
};

/*
 * Return true if the address of a socket matters to @end.  A listener has to
 * receive packets sent to @end.  For a wildcard to be free, all of its
 * addresses have to be free.
 */
static bool address_matches(const struct wait *w, const struct ps_record *r,
			    const struct ps_end *end)
{
	struct bind_address wanted = { .end = end, .wild = !w->listen };
	struct bind_address used = {
		.end = &r->local, .wild = true,
		.v6only = r->flags & PORTSOCK_FLAG(V6ONLY),
	};

	return (r->local.form == PS_FORM_INET ||
		r->local.form == PS_FORM_INET6) &&
		rcv_saddr_equal(&wanted, &used);
}

/*
 * Return true if a listener receives what arrives on the interface: it is bound
 * to the interface, to its VRF or to none.
 */
static bool listens_on_device(const struct wait *w, const struct ps_record *r,
			      const struct links *links)
{
	const struct link *link;

	if (!*w->spec.dev || !*r->dev || !strcmp(w->spec.dev, r->dev))
		return true;
	link = links_find_name(links, w->spec.dev);
	link = link ? links_find(links, link->vrf) : NULL;
	return link && !strcmp(link->name, r->dev);
}

/* Return the bind() of a server, as far as sockets of its port matter. */
static struct bind_request server_bind(const struct wait *w,
				       const struct view *v)
{
	struct bind_request b = {
		.local = w->spec.local, .netns = v->header.netns,
		.kernel = KERNEL_NEWEST, .proto = w->spec.proto,
	};

	strcpy(b.dev, w->spec.dev);
	bind_request_set_rows(&b, v->bind_rows, v->bind_count);
	return b;
}

static bool socket_matches(const struct wait *w, const struct ps_record *r,
			   struct bind_request *b)
{
	const struct bind_spec *spec = &w->spec;

	if (r->proto != spec->proto || r->port != spec->local.num)
		return false;
	/* Interfaces are read again for each snapshot that has some. */
	if (!b->links && (*spec->dev || *r->dev))
		b->links = links_read();
	if (w->listen && !listens_on_device(w, r, b->links))
		return false;
	if (!w->listen && ((*b->dev && *r->dev && strcmp(b->dev, r->dev)) ||
			   bind_bucket_match(b, r) < BUCKET_LIKELY_SAME))
		return false;
	return spec->local.form == PS_FORM_ANY ||
		address_matches(w, r, &spec->local) ||
		(spec->other.form != PS_FORM_NONE &&
		 address_matches(w, r, &spec->other));
}

/*
 * Read the view.  Return 1 if the condition holds, 0 if not, -1 on error.
 * Store in *pause the time after which to read it again at the latest.
 */
static int check_condition(const struct wait *w, struct view *v, int64_t *pause)
{
	bool listening = false, in_use = false, all_expire = true;
	struct bind_request b = { .links = NULL };
	bool first = true;
	int64_t last = 0;
	int got;

	while ((got = view_next(v)) > 0) {
		const struct ps_record *r = &v->row.record;

		/* The rows of bind=yes come before all others. */
		if (first)
			b = server_bind(w, v);
		first = false;
		if (!socket_matches(w, r, &b))
			continue;
		in_use = true;
		listening |= r->state == PORTSOCK_LISTEN ||
			r->state == PORTSOCK_UNCONN;
		all_expire &= r->expires != PS_NO_EXPIRY;
		if (r->expires > last)
			last = r->expires;
	}
	links_free(b.links);
	*pause = in_use && all_expire && !w->listen ? last + LATE : FALLBACK;
	if (got < 0)
		return -1;
	return w->listen ? listening : !in_use;
}

static int wait_until(const struct wait *w, struct view *v)
{
	int64_t pause, left;
	int holds;

	for (;;) {
		holds = check_condition(w, v, &pause);
		if (holds)
			return holds < 0 ? STATUS_ERROR : STATUS_MATCH;
		left = w->deadline - clock_ms();
		if (left <= 0)
			return STATUS_NOTHING;
		if (view_wait(v, left < pause ? left : pause) < 0 ||
		    view_again(v))
			return STATUS_ERROR;
	}
}

/* Parse seconds: digits, with at most one dot. */
static int parse_timeout(struct wait *w, const char *word)
{
	size_t whole = strspn(word, "0123456789"), part = 0;
	double seconds;

	if (word[whole] == '.')
		part = 1 + strspn(word + whole + 1, "0123456789");
	seconds = strtod(word, NULL);
	if (word[whole + part] || whole + part < 1 + (part > 0) ||
	    seconds > INT_MAX)
		return error_print("invalid --timeout value: %s: expected "
				   "seconds, such as 10 or 0.5", word);
	w->deadline = clock_ms() + (int64_t)(seconds * 1000);
	return 0;
}

static int wait_parse_command(struct wait *w, int argc, char **argv)
{
	static const struct option options[] = {
		{ "timeout", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *word;
	int c;

	*w = (struct wait){ .deadline = INT64_MAX };
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (c == 'h')
			w->help = true;
		else if (c == ':')
			return error_print("option needs an argument: %s"
					   SEE_HELP, argv[optind - 1]);
		else if (c != 't')
			return error_print("unknown option: %s" SEE_HELP,
					   argv[optind - 1]);
		else if (parse_timeout(w, optarg))
			return -1;
	}
	if (w->help)
		return 0;
	if (optind == argc) {
		fputs(usage, stderr);
		return -1;
	}
	word = argv[optind++];
	w->listen = !strcmp(word, "listen");
	if (!w->listen && strcmp(word, "free"))
		return error_print("invalid condition: %s: expected listen or "
				   "free" SEE_HELP, word);
	return bind_spec_parse(&w->spec, "wait", argc - optind, argv + optind);
}

/**
 * wait_main() - Run portsock wait
 * @argc: number of words
 * @argv: "wait" and the words after it
 *
 * Return: Exit status.
 */
int wait_main(int argc, char **argv)
{
	int err, status = STATUS_ERROR;
	char filter[64];
	struct wait w;
	struct view v;
	struct buf t;

	if (wait_parse_command(&w, argc, argv))
		return STATUS_ERROR;
	if (w.help) {
		buf_init(&t, STDOUT_FILENO);
		buf_word(&t, help);
		return buf_finish(&t, STATUS_MATCH);
	}
	snprintf(filter, sizeof(filter), "proto=%s port=%" PRIu32 " owners=no "
		 "bind=yes", w.spec.proto == PORTSOCK_PROTO_UDP ? "udp" : "tcp",
		 w.spec.local.num);
	if (!view_open(&v, NULL)) {
		/* Without a filter each pass would read all sockets. */
		err = view_filter(&v, filter);
		v.keep_bind = true;
		if (err)
			error_print("filter failed: %s: %s: waiting needs "
				    "write permission (run as root: sudo "
				    "portsock)", v.name, strerror(-err));
		else if (!view_begin(&v))
			status = wait_until(&w, &v);
	}
	view_close(&v);
	return status;
}
