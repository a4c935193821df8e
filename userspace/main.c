// SPDX-License-Identifier: GPL-2.0
/* portsock: sockets with all processes that own them, and why others exist. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "util/error.h"
#include "metrics/metrics.h"
#include "why/why.h"
#include "options.h"
#include "show.h"
#include "wait.h"
#include "watch/watch.h"

#define EXIT_STATUS \
"Exit status: 0 something matched, 1 nothing matched, 2 an error.\n"

static const char version[] =
"portsock " PORTSOCK_VERSION ", format 1 of " PORTSOCK_PATH "\n";

static const char usage[] =
"portsock [options] [PORT | ADDRESS[:PORT] | PATH | SERVICE]...\n"
"portsock why | wait | metrics | help\n";

static const char help[] =
"Lists sockets with all processes that own them; for a socket without an owner,\n"
"why it exists. Without arguments: listening and bound sockets.\n"
"\n"
"  portsock 8080             the sockets at a port in any state (80,443 53/udp)\n"
"  portsock 127.0.0.1:8080   those that receive there (:::80 localhost:80 a URL)\n"
"  portsock -tulpn           TCP and UDP, listening; letters as in ss\n"
"  portsock -c nginx         of processes by name; by number: --pid PID\n"
"  portsock why 8080         would bind() work? Which sockets are in the way?\n"
"  portsock wait free 8080   wait until it is free; listen: until it listens\n"
"\n"
" -a, --all             any state             -l, --listening    no connections\n"
" -t TCP, -u UDP, -x unix, -w raw             -4, -6    IPv4 or IPv6 only\n"
" -N, --netns NETNS     a network namespace: name, PID, inode number, or all\n"
"     --tree            ports, listeners, their connections and owners\n"
"     --watch[=S]       at each change, and every S seconds (2)\n"
" -o, --output COL,...  these columns; +COL,... adds them   -e, --extended  more\n"
" -r, --resolve         names of ports, users, cgroups and hosts\n"
" -J, --json, -j, --jsonl, --raw              for programs\n"
" -h, --help, --help=all, portsock help why   this, all options, those of why\n"
"\n"
EXIT_STATUS;

static const char help_all[] =
"\n"
"Which sockets: words are ORed, options are ANDed\n"
" PORT A-B SERVICE :PORT     with /tcp, /udp, ... behind it, or tcp/ before it\n"
" ADDRESS ADDRESS:PORT       IPv4, [IPv6], %DEV behind it, host name, *, URL\n"
" /PATH ./PATH @NAME         a unix socket by its name\n"
" -t, --tcp    -u, --udp     -w (raw)        -x, --unix    -0, --packet\n"
" -d, --dccp   -S, --sctp    -M, --mptcp     -4, --ipv4    -6, --ipv6\n"
" -a, --all                  in any state, with a port or not\n"
" -l, --listening            listening and bound sockets only\n"
" -P, --pid PID,...          owned by these processes\n"
" -c, --comm NAME,...        owned by processes with these names\n"
"     --state STATE,...      LISTEN, established, time-wait, ...; words of ss\n"
"     --remote WORD,...      connected to this port, address or both\n"
"     --user, --uid USER,... of these users, by name or number\n"
"     --inode N,...          with these inode numbers\n"
"     --cookie HEX,...       with these cookies\n"
"     --held HELD,...        process, timewait, synrecv, acceptq, orphan,\n"
"                            kernel, inflight, hidden\n"
" -N, --netns NETNS          in a network namespace: name, path, PID, inode\n"
"                            number, or all\n"
"     --leaked               an owner is in another service than made it\n"
"                            it, or was left behind by an ended process group\n"
"Which columns\n"
" -e, --extended             more\n"
" -o, --output COL,...       these; +COL,... adds them to the others\n"
"     --list-columns         list the columns\n"
" -r, --resolve              names of ports, users, cgroups and hosts\n"
" -n, --numeric              numbers, the default\n"
" -p, --processes            ignored, for ss: owners are always shown\n"
" -W, --wide                 cut nothing to the width of the terminal\n"
" -H, --no-headings          no line with the names of the columns\n"
"     --color[=WHEN]         auto, always or never\n"
" -q, --quiet                no remark when nothing matched\n"
"In which form\n"
"     --tree                 ports, listeners, their connections and owners\n"
"     --watch[=S]            again at each change, and every S seconds (2)\n"
" -J, --json                 one JSON object\n"
" -j, --jsonl                one JSON object a line\n"
"     --raw                  one blank between columns, all of them\n"
"     --input FILE           a view saved with 'cat /proc/portsock' (-: stdin)\n"
" -h, --help[=all]  -V, --version\n"
"\n"
"portsock help why | wait | metrics lists the options of a command.\n"
EXIT_STATUS;

static int print_text(enum action action)
{
	struct buf t;

	buf_init(&t, STDOUT_FILENO);
	if (action == ACTION_VERSION) {
		buf_word(&t, version);
	} else if (action == ACTION_COLUMNS) {
		columns_describe(&t);
	} else {
		buf_word(&t, usage);
		buf_word(&t, action == ACTION_HELP ? help : help_all);
	}
	return buf_finish(&t, STATUS_MATCH);
}

static int show_main(int argc, char **argv)
{
	struct options options;
	int status = STATUS_ERROR;

	if (!options_parse(&options, argc, argv))
		status = options.action == ACTION_SHOW ?
			show(&options, options.watch ? watch_run : show_rows) :
			print_text(options.action);
	selection_free(&options.select);
	return status;
}

/* argv[0] of a command is its name: getopt_long() parses the words after it. */
static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "wait", wait_main },
	{ "metrics", metrics_main },
	{ "why", why_main },
};

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

/* portsock help [COMMAND | all]: the same as --help of the command. */
static int help_main(int argc, char **argv)
{
	char option[] = "--help", *words[] = { NULL, option, NULL };
	const struct command *command;

	if (argc < 2 || !strcmp(argv[1], "all"))
		return print_text(argc < 2 ? ACTION_HELP : ACTION_HELP_ALL);
	command = find_command(argv[1]);
	if (!command) {
		error_print("no such command: %s: why, wait or metrics (see "
			    "portsock --help)", argv[1]);
		return STATUS_ERROR;
	}
	words[0] = argv[1];
	return command->run(2, words);
}

int main(int argc, char **argv)
{
	const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;

	signal(SIGPIPE, SIG_IGN);
	if (command)
		return command->run(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "help"))
		return help_main(argc - 1, argv + 1);
	return show_main(argc, argv);
}
