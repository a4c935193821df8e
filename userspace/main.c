// SPDX-License-Identifier: GPL-2.0
/* portsock: what is at a port, and who owns it. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "util/error.h"
#include "metrics/metrics.h"
#include "why/why.h"
#include "options.h"
#include "show.h"
#include "wait.h"

#define VERSION	"portsock " PORTSOCK_VERSION ", format 1 of " PORTSOCK_PATH "\n"

static const char help[] =
"portsock [options] [PORT | A-B | PORT/PROTO | :PORT | SERVICE]...\n"
"portsock why | wait | metrics    who is in the way; until it is so; OpenMetrics\n"
"What is at a port, who owns it, and if nobody does: why it is there.\n"
"Without -a and PORT: listening and bound sockets. With PORT: all that is there.\n"
"\n"
" -t TCP   -u UDP   -w raw   -x unix   -d DCCP   -S SCTP   -M MPTCP   -0 packet\n"
" -4, -6                    only IPv4, only IPv6 addresses\n"
" -a, --all                 any state, with a port or not     -l, --listening\n"
" -p, --pid PID             only what this process holds\n"
" -N, --netns NETNS         there: a name, a process, an inode number, or all\n"
"     --leaked              held by another cgroup or user than made it, or left\n"
"                           behind by a process group that is gone (as it looks)\n"
"\n"
"     --tree                port, namespace, listener, what came in, owners\n"
"     --watch[=S]           at each change, and every S seconds (2)\n"
" -J, --json  -j, --jsonl   one JSON object; one a line     --raw  every column\n"
" -o, --output COL,...      these columns; +COL,... adds them     --list-columns\n"
" -e, --extended            more columns    -W, --wide  none of them is cut\n"
" -r, --resolve             names of ports, users, cgroups, hosts  -n, --numeric\n"
" -H, --no-headings         --color[=auto|always|never]\n"
"     --input FILE          a view saved with 'cat /proc/portsock' (-: stdin)\n"
" -h, --help  -V, --version\n"
"Exit status: 0 something matched, 1 nothing matched, 2 an error.\n";

static int tell(enum action action)
{
	struct buf t;

	buf_init(&t, STDOUT_FILENO);
	if (action == ACTION_HELP)
		buf_put(&t, help, sizeof(help) - 1);
	else if (action == ACTION_VERSION)
		buf_put(&t, VERSION, sizeof(VERSION) - 1);
	else
		columns_describe(&t);
	return buf_finish(&t, STATUS_MATCH);
}

static int run_show(int argc, char **argv)
{
	struct options options;
	int status = STATUS_ERROR;

	if (!options_parse(&options, argc, argv))
		status = options.action == ACTION_SHOW ?
			show(&options) : tell(options.action);
	selection_free(&options.select);
	return status;
}

/*
 * The first word may be a command; argv[0] of its function is that word, so
 * that getopt_long() finds the rest where it expects it.
 */
static const struct command {
	const char *word;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "wait", wait_main },
	{ "metrics", metrics_main },
	{ "why", why_main },
	{ NULL, run_show },
};

int main(int argc, char **argv)
{
	const struct command *command = commands;

	signal(SIGPIPE, SIG_IGN);
	while (command->word && (argc < 2 || strcmp(argv[1], command->word)))
		command++;
	if (command->word) {
		argc--;
		argv++;
	}
	return command->run(argc, argv);
}
