// SPDX-License-Identifier: GPL-2.0
/* portsock metrics: the command line, and where the text goes. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "metrics.h"
#include "privilege.h"
#include "save.h"
#include "source.h"
#include "version.h"

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
			return ps_error("--limit %s: it takes a number; "
					SEE_HELP, optarg);
		return 0;
	case 'h':
		o->help = true;
		return 0;
	case ':':
		return ps_error("%s: it takes an argument; " SEE_HELP,
				argv[optind - 1]);
	default:
		return ps_error("metrics: unknown option %s; " SEE_HELP,
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
		return ps_error("metrics: there is nothing to choose by '%s'; "
				SEE_HELP, argv[optind]);
	return 0;
}

static void read_range(struct ps_metrics_about *about)
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
static int count_and_put(struct ps_text *t, struct ps_source *s, u64 max)
{
	static struct ps_metrics m;
	struct ps_metrics_about about = {
		.header = &s->header,
		.max_listeners = max,
	};
	int got;

	ps_names_init(&m.names, s->is_proc);
	while ((got = ps_source_next(s)) > 0)
		ps_metrics_count(&m, &s->row, s->header.netns);
	if (!got && s->is_proc) {
		read_range(&about);
		ps_version_of_module(about.module);
	}
	if (!got)
		ps_metrics_put(t, &m, &about);
	free(m.listeners);
	ps_names_free(&m.names);
	return got;
}

static int make_metrics(struct ps_text *t, const struct options *o)
{
	struct ps_source s;
	int err = ps_source_open(&s, o->input);

	ps_privilege_drop();
	if (!err)
		err = ps_source_begin(&s);
	if (!err)
		err = count_and_put(t, &s, o->max_listeners);
	ps_source_close(&s);
	return err;
}

/**
 * ps_metrics() - portsock metrics
 * @argc: as of main(), from the command's word on
 * @argv: as of main()
 *
 * Return: exit status.
 */
int ps_metrics(int argc, char **argv)
{
	struct options o = { .max_listeners = MAX_LISTENERS };
	int status = PS_EXIT_ERROR;
	struct ps_text t;

	if (take_options(&o, argc, argv))
		return PS_EXIT_ERROR;
	ps_text_init(&t, o.output ? -1 : STDOUT_FILENO);
	if (o.help) {
		t.fd = STDOUT_FILENO;
		ps_text_put(&t, help, sizeof(help) - 1);
		return ps_text_finish(&t, PS_EXIT_MATCH);
	}
	if (!make_metrics(&t, &o) && !(o.output && ps_save(o.output, &t)))
		status = PS_EXIT_MATCH;
	if (!o.output)
		return ps_text_finish(&t, status);
	ps_text_free(&t);
	return status;
}
