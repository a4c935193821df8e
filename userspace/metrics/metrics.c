// SPDX-License-Identifier: GPL-2.0
/* portsock metrics: the command line, and where the text goes. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../util/error.h"
#include "metrics.h"
#include "privilege.h"
#include "../util/save_file.h"
#include "../view/view.h"
#include "../view/version.h"

#define SEE_HELP	"see portsock metrics --help"
#define MAX_LISTENERS	1000
#define RANGE		"/proc/sys/net/ipv4/ip_local_port_range"

static const char help[] =
"portsock metrics [options]\n"
"Sockets counted, as OpenMetrics text: by protocol, state and reason, and for\n"
"each listening port its owners, backlog, accept queue and TIME_WAIT.\n"
"\n"
" -o, --output FILE   write a regular FILE as a whole or not at all: for the\n"
"                     textfile collector of node_exporter (FILE ends in .prom)\n"
"     --limit N       series for N listening ports (1000): the lowest of system\n"
"                     users, then of others; the rest is summed up as \"other\"\n"
"     --input FILE    a view saved with 'cat /proc/portsock' (-: stdin)\n"
" -h, --help\n"
"\n"
"Exit status: 0, or 2 after an error.\n";

struct options {
	const char *input;
	const char *output;
	u64 max_listeners;
	bool help;
};

static int take_option(struct options *o, int c, char **argv)
{
	switch (c) {
	case 'o':
		o->output = optarg;
		return 0;
	case 'i':
		o->input = optarg;
		return 0;
	case 'l':
		if (ps_parse_u64(optarg, strlen(optarg), 10, U32_MAX,
				 &o->max_listeners))
			return error_print("--limit %s: it takes a number; "
					SEE_HELP, optarg);
		return 0;
	case 'h':
		o->help = true;
		return 0;
	case ':':
		return error_print("%s: it takes an argument; " SEE_HELP,
				argv[optind - 1]);
	default:
		return error_print("metrics: unknown option %s; " SEE_HELP,
				argv[optind - 1]);
	}
}

static int take_options(struct options *o, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "input", required_argument, NULL, 'i' },
		{ "limit", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":o:h", long_options, NULL)) != -1)
		if (take_option(o, c, argv))
			return -1;
	if (optind < argc)
		return error_print("metrics: there is nothing to choose by '%s'; "
				SEE_HELP, argv[optind]);
	return 0;
}

static void read_range(struct metrics_about *about)
{
	FILE *file = fopen(RANGE, "re");

	if (!file)
		return;
	if (fscanf(file, "%" SCNu32 " %" SCNu32, &about->first,
		   &about->last) != 2 || about->first > about->last ||
	    about->last > U16_MAX)
		about->last = 0;
	fclose(file);
}

/* All rows, then the text, so that what is wrong is known before a word. */
static int count_and_put(struct buf *t, struct view *s, u64 max)
{
	static struct metrics m;
	struct metrics_about about = {
		.header = &s->header,
		.max_listeners = max,
	};
	int got;

	names_init(&m.names, s->is_proc);
	while ((got = view_next(s)) > 0)
		metrics_count(&m, &s->row, s->header.netns);
	if (!got && s->is_proc) {
		read_range(&about);
		version_of_module(about.module);
	}
	if (!got)
		metrics_put(t, &m, &about);
	free(m.listeners);
	names_free(&m.names);
	return got;
}

static int make_metrics(struct buf *t, const struct options *o)
{
	struct view s;
	int err = view_open(&s, o->input);

	privilege_drop();
	if (!err)
		err = view_begin(&s);
	if (!err)
		err = count_and_put(t, &s, o->max_listeners);
	view_close(&s);
	return err;
}

/**
 * metrics_main() - portsock metrics
 * @argc: as of main(), from the command's word on
 * @argv: as of main()
 *
 * Return: exit status.
 */
int metrics_main(int argc, char **argv)
{
	struct options o = { .max_listeners = MAX_LISTENERS };
	int status = STATUS_ERROR;
	struct buf t;

	if (take_options(&o, argc, argv))
		return STATUS_ERROR;
	buf_init(&t, o.output ? -1 : STDOUT_FILENO);
	if (o.help) {
		t.fd = STDOUT_FILENO;
		buf_put(&t, help, sizeof(help) - 1);
		return buf_finish(&t, STATUS_MATCH);
	}
	if (!make_metrics(&t, &o) && !(o.output && save_file(o.output, &t)))
		status = STATUS_MATCH;
	if (!o.output)
		return buf_finish(&t, status);
	buf_free(&t);
	return status;
}
