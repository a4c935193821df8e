// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../util/error.h"
#include "../util/save_file.h"
#include "../view/version.h"
#include "../view/view.h"
#include "metrics.h"
#include "openmetrics.h"
#include "privilege.h"

#define SEE_HELP	"(see portsock metrics --help)"
#define MAX_LISTENING	1000
#define PORT_RANGE	"/proc/sys/net/ipv4/ip_local_port_range"

static const char help[] =
"portsock metrics [options]\n"
"Sockets counted, as OpenMetrics text: by protocol, state and HELD value, and\n"
"for each listening port its owners, backlog, accept queue and TIME_WAIT.\n"
"\n"
" -o, --output FILE   write a regular FILE as a whole or not at all: for the\n"
"                     textfile collector of node_exporter (FILE ends in .prom)\n"
"     --limit N       series for N listening ports (1000): the lowest of system\n"
"                     users, then of others; the rest is summed up as \"other\"\n"
"     --input FILE    a view saved with 'cat /proc/portsock' (-: stdin)\n"
" -h, --help\n"
"\n"
"Exit status: 0, or 2 after an error.\n";

struct metrics_options {
	const char *input;
	const char *output;
	u64 max_listening;
	bool help;
};

static int parse_options(struct metrics_options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "input", required_argument, NULL, 'i' },
		{ "limit", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":o:h", options, NULL)) != -1) {
		switch (c) {
		case 'o':
			o->output = optarg;
			break;
		case 'i':
			o->input = optarg;
			break;
		case 'l':
			if (ps_parse_u64(optarg, strlen(optarg), 10, U32_MAX,
					 &o->max_listening))
				return error_print("invalid --limit value "
						   "'%s': expected a number "
						   SEE_HELP, optarg);
			break;
		case 'h':
			o->help = true;
			break;
		case ':':
			return error_print("metrics: missing argument: %s "
					   SEE_HELP, argv[optind - 1]);
		default:
			return error_print("metrics: unknown option: %s "
					   SEE_HELP, argv[optind - 1]);
		}
	}
	if (optind < argc)
		return error_print("metrics: unexpected argument: %s "
				   SEE_HELP, argv[optind]);
	return 0;
}

static void read_port_range(struct openmetrics *m)
{
	FILE *file = fopen(PORT_RANGE, "re");

	if (!file)
		return;
	if (fscanf(file, "%" SCNu32 " %" SCNu32, &m->first_port,
		   &m->last_port) != 2 || m->first_port > m->last_port ||
	    m->last_port > U16_MAX)
		m->last_port = 0;
	fclose(file);
}

/*
 * Put the metrics after the last row has been counted, so that nothing is
 * printed of a damaged view.
 */
static int put_metrics(struct buf *t, const struct metrics_options *o)
{
	static struct openmetrics m;	/* too large for a stack */
	struct view view;
	int err = view_open(&view, o->input);

	privilege_drop();
	if (!err)
		err = view_begin(&view);
	if (!err) {
		m.header = &view.header;
		m.max_listening = o->max_listening;
		names_init(&m.counts.names, view.is_proc);
		while ((err = view_next(&view)) > 0)
			count_row(&m.counts, &view.row, view.header.netns);
		if (!err && view.is_proc) {
			read_port_range(&m);
			version_of_module(m.module);
		}
		if (!err) {
			count_finish(&m.counts);
			openmetrics_put(t, &m);
		}
		count_free(&m.counts);
	}
	view_close(&view);
	return err;
}

/**
 * metrics_main() - Run portsock metrics
 * @argc: as of main(), from the word "metrics" on
 * @argv: as of main()
 *
 * Return: exit status.
 */
int metrics_main(int argc, char **argv)
{
	struct metrics_options o = { .max_listening = MAX_LISTENING };
	int status = STATUS_ERROR;
	struct buf t;

	if (parse_options(&o, argc, argv))
		return STATUS_ERROR;
	buf_init(&t, o.output && !o.help ? -1 : STDOUT_FILENO);
	if (o.help) {
		buf_word(&t, help);
		return buf_finish(&t, STATUS_MATCH);
	}
	if (!put_metrics(&t, &o) && !(o.output && save_file(o.output, &t)))
		status = STATUS_MATCH;
	if (!o.output)
		return buf_finish(&t, status);
	buf_free(&t);
	return status;
}
