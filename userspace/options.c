// SPDX-License-Identifier: GPL-2.0
/* The letters are those of ss, the words those of util-linux. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "util/error.h"
#include "resolve/netns.h"
#include "options.h"
#include "resolve/port_spec.h"
#include "view/parse.h"

#define SHORT_OPTIONS	":atuwxdSM046lnerp:N:Jjo:HWhV"
#define WATCH_LEAST	0.1	/* seconds */
#define WATCH_MOST	86400
#define SEE_HELP	"see portsock --help"

enum {
	OPTION_RAW = 256,
	OPTION_INPUT,
	OPTION_COLOR,
	OPTION_LIST_COLUMNS,
	OPTION_LEAKED,
	OPTION_TREE,
	OPTION_WATCH,
};

static const struct option long_options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "tcp", no_argument, NULL, 't' },
	{ "udp", no_argument, NULL, 'u' },
	{ "unix", no_argument, NULL, 'x' },
	{ "dccp", no_argument, NULL, 'd' },
	{ "sctp", no_argument, NULL, 'S' },
	{ "mptcp", no_argument, NULL, 'M' },
	{ "packet", no_argument, NULL, '0' },
	{ "ipv4", no_argument, NULL, '4' },
	{ "ipv6", no_argument, NULL, '6' },
	{ "listening", no_argument, NULL, 'l' },
	{ "numeric", no_argument, NULL, 'n' },
	{ "extended", no_argument, NULL, 'e' },
	{ "resolve", no_argument, NULL, 'r' },
	{ "netns", required_argument, NULL, 'N' },
	{ "leaked", no_argument, NULL, OPTION_LEAKED },
	{ "pid", required_argument, NULL, 'p' },
	{ "watch", optional_argument, NULL, OPTION_WATCH },
	{ "json", no_argument, NULL, 'J' },
	{ "jsonl", no_argument, NULL, 'j' },
	{ "tree", no_argument, NULL, OPTION_TREE },
	{ "raw", no_argument, NULL, OPTION_RAW },
	{ "output", required_argument, NULL, 'o' },
	{ "list-columns", no_argument, NULL, OPTION_LIST_COLUMNS },
	{ "no-headings", no_argument, NULL, 'H' },
	{ "wide", no_argument, NULL, 'W' },
	{ "color", optional_argument, NULL, OPTION_COLOR },
	{ "input", required_argument, NULL, OPTION_INPUT },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static u64 proto_of(int letter)
{
	switch (letter) {
	case 't':
		return PROTO_BIT(TCP);
	case 'u':
		return PROTO_BIT(UDP);
	case 'w':
		return PROTO_BIT(RAW);
	case 'x':
		return PROTO_BIT(UNIX);
	case 'd':
		return PROTO_BIT(DCCP);
	case 'S':
		return PROTO_BIT(SCTP);
	case 'M':
		return PROTO_BIT(MPTCP);
	case '0':
		return PROTO_BIT(PACKET);
	default:
		return 0;
	}
}

static int parse_color(struct options *o, const char *when)
{
	if (!when || !strcmp(when, "always"))
		o->color = COLOR_ALWAYS;
	else if (!strcmp(when, "auto"))
		o->color = COLOR_AUTO;
	else if (!strcmp(when, "never"))
		o->color = COLOR_NEVER;
	else
		return error_print("--color=%s: it is auto, always or never; "
				SEE_HELP, when);
	return 0;
}

static int parse_pid(struct options *o, const char *word)
{
	u64 pid;

	if (ps_parse_u64(word, strlen(word), 10, S32_MAX, &pid) || !pid)
		return error_print("-p %s: it takes a process' number (owners "
				"are always shown); " SEE_HELP, word);
	selection_pid(&o->select, pid);
	return 0;
}

static int parse_watch(struct options *o, const char *seconds)
{
	char *end;

	if (!seconds)
		seconds = "2";
	o->watch = strtod(seconds, &end);
	if (end == seconds || *end || !(o->watch >= WATCH_LEAST) ||
	    o->watch > WATCH_MOST)
		return error_print("--watch=%s: it takes seconds, %g to %d; "
				SEE_HELP, seconds, WATCH_LEAST, WATCH_MOST);
	return 0;
}

static int unknown_option(int c, char **argv)
{
	const char *word = argv[optind - 1];

	if (c == ':' && optopt == 'p')
		return error_print("-p: it takes a process' number (owners are "
				"always shown); " SEE_HELP);
	if (c == ':')
		return error_print("%s: it takes an argument; " SEE_HELP, word);
	if (optopt && strncmp(word, "--", 2))
		return error_print("unknown option -%c; " SEE_HELP, optopt);
	if (optopt)
		return error_print("%s: it takes no argument; " SEE_HELP, word);
	return error_print("unknown option %s; " SEE_HELP, word);
}

static int parse_output(struct options *o, int c)
{
	switch (c) {
	case 'J':
		o->out = &output_json;
		return 0;
	case 'j':
		o->out = &output_jsonl;
		return 0;
	case OPTION_TREE:
		o->out = &output_tree;
		return 0;
	case OPTION_RAW:
		o->out = &output_raw;
		return 0;
	case 'H':
		o->headings = false;
		return 0;
	case 'W':
		o->wide = true;
		return 0;
	case OPTION_COLOR:
		return parse_color(o, optarg);
	case OPTION_LIST_COLUMNS:
		o->action = ACTION_COLUMNS;
		return 0;
	case 'h':
		o->action = ACTION_HELP;
		return 0;
	default:
		o->action = ACTION_VERSION;
		return 0;
	}
}

static int parse_option(struct options *o, int c, const char **columns)
{
	switch (c) {
	case 'a':	/* of -a and -l the last counts */
	case 'l':
		o->states = c;
		return 0;
	case 'n':	/* of -n and -r the last counts */
	case 'r':
		o->resolve = c == 'r';
		return 0;
	case 'e':
		o->extended = true;
		return 0;
	case 'N':
		return netns_parse(optarg, &o->select.netns);
	case OPTION_WATCH:
		return parse_watch(o, optarg);
	case OPTION_LEAKED:
		o->leaked = true;
		return 0;
	case '4':
		o->select.forms |= 1U << PS_FORM_INET;
		return 0;
	case '6':
		o->select.forms |= 1U << PS_FORM_INET6;
		return 0;
	case 'p':
		return parse_pid(o, optarg);
	case 'o':
		*columns = optarg;
		return 0;
	case OPTION_INPUT:
		o->input = optarg;
		return 0;
	default:
		return parse_output(o, c);
	}
}

/*
 * Several families are ORed.  -4 and -6 choose among the protocols that stand
 * at both: all of them, unless some are asked for.
 */
static void settle_families(struct selection *sel)
{
	const u64 inet = selection_inet_protos();

	if (sel->forms && !(sel->protos & inet))
		sel->protos |= inet;
}

/*
 * Who asks for a port or a process wants all that is there.  A tree without
 * connections is none, but what has no port has no place in it.
 */
static void settle_states(struct options *o)
{
	bool tree = o->out == &output_tree;
	bool precise = o->select.nports || o->select.npids || tree;

	o->select.doors = o->states ? o->states == 'l' :
		!precise || o->leaked;
	o->select.at_ports = tree && o->states != 'a' && !o->select.protos;
}

/* What -e and --leaked add to the table, unless columns were chosen. */
static void settle_columns(struct options *o)
{
	static const u8 more[] = {
		PORTSOCK_COL_INODE, PORTSOCK_COL_COOKIE, PORTSOCK_COL_CGROUP,
		PORTSOCK_COL_FLAGS, PORTSOCK_COL_PARENT,
	};
	unsigned int i;

	o->columns = *o->out->columns;
	for (i = 0; o->extended && i < sizeof(more); i++)
		columns_insert(&o->columns, more[i]);
	if (o->leaked && (o->out == &output_table || o->out == &output_tree))
		columns_insert(&o->columns, COL_LEAK);
}

/**
 * options_parse() - read the command line
 * @o: result; its selection is to be freed in any case
 * @argc: of main()
 * @argv: of main()
 *
 * Return: 0, or -1 when it cannot be done; that has been said then.
 */
int options_parse(struct options *o, int argc, char **argv)
{
	const char *columns = NULL;
	int c;

	*o = (struct options){ .out = &output_table, .headings = true };
	opterr = 0;
	while ((c = getopt_long(argc, argv, SHORT_OPTIONS, long_options,
				NULL)) != -1) {
		if (c == '?' || c == ':')
			return unknown_option(c, argv);
		if (proto_of(c))
			o->select.protos |= proto_of(c);
		else if (parse_option(o, c, &columns))
			return -1;
	}
	for (; optind < argc; optind++)
		if (port_spec_parse(argv[optind], &o->select))
			return -1;
	if (o->leaked && o->input)
		return error_print("--leaked: a saved view does not know of "
				"processes; without --input it works");
	if (o->watch && o->input)
		return error_print("--watch: a saved view does not change; without "
				"--input it works");
	settle_states(o);
	settle_families(&o->select);
	settle_columns(o);
	return columns ? columns_choose(&o->columns, columns) : 0;
}
