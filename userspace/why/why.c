// SPDX-License-Identifier: GPL-2.0
/* portsock why: would bind() work, and if not, who is in the way. */
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#include "../view/select_filter.h"
#include "../resolve/netns.h"
#include "../util/error.h"
#include "why.h"
#include "bind_spec.h"
#include "../view/parse.h"

#define SEE_HELP	"see portsock why --help"

static const char help[] =
"portsock why [tcp|udp] [ADDRESS:]PORT [options]\n"
"Would bind() work there - and listen() - and if not, who is in the way?\n"
"Looks, and touches nothing. Without an address: 0.0.0.0 ([::] with --v6only).\n"
"\n"
"     --reuseaddr           with SO_REUSEADDR set\n"
"     --reuseport           with SO_REUSEPORT set\n"
"     --v6only              with IPV6_V6ONLY set\n"
"     --dev IF              bound to an interface (SO_BINDTODEVICE)\n"
"     --uid N               as that user\n"
"     --no-listen           bind() only\n"
"     --probe               really try as well, and say if it differs\n"
" -N, --netns NETNS         in that network namespace: name, pid or number\n"
"     --input FILE          beside the sockets of a saved view (-: stdin)\n"
" -J, --json                {\"verdict\", \"blockers\", \"advice\"}\n"
" -h, --help\n"
"\n"
"Exit status: 0 it would work, 1 it would not, 2 an error.\n";

enum {
	OPTION_REUSEADDR = 256,
	OPTION_REUSEPORT,
	OPTION_V6ONLY,
	OPTION_DEV,
	OPTION_UID,
	OPTION_NO_LISTEN,
	OPTION_PROBE,
	OPTION_INPUT,
};

static const struct option long_options[] = {
	{ "reuseaddr", no_argument, NULL, OPTION_REUSEADDR },
	{ "reuseport", no_argument, NULL, OPTION_REUSEPORT },
	{ "v6only", no_argument, NULL, OPTION_V6ONLY },
	{ "dev", required_argument, NULL, OPTION_DEV },
	{ "uid", required_argument, NULL, OPTION_UID },
	{ "no-listen", no_argument, NULL, OPTION_NO_LISTEN },
	{ "probe", no_argument, NULL, OPTION_PROBE },
	{ "netns", required_argument, NULL, 'N' },
	{ "input", required_argument, NULL, OPTION_INPUT },
	{ "json", no_argument, NULL, 'J' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/**
 * struct why - the command line
 * @c: the bind() that is asked about
 * @input: saved view, NULL: the kernel's
 * @netns: network namespace, NULL: ours
 * @json: for programs
 * @probe: really try
 * @help: say how it is used, and nothing else
 */
struct why {
	struct bind_case c;
	const char *input;
	const char *netns;
	bool json;
	bool probe;
	bool help;
};

/* --- what is asked */

static int parse_dev(struct bind_request *b, const char *name)
{
	if (!*name || strlen(name) >= sizeof(b->dev))
		return error_print("--dev %s: no interface is called so; 'ip link' "
				"lists them", name);
	strcpy(b->dev, name);
	return 0;
}

static int parse_uid(struct bind_request *b, const char *word)
{
	u64 uid;

	if (ps_parse_u64(word, strlen(word), 10, U32_MAX - 1, &uid))
		return error_print("--uid %s: it takes a user's number ('id -u "
				"NAME' tells it); " SEE_HELP, word);
	b->uid = uid;
	return 0;
}

static int parse_option(struct why *w, int option)
{
	struct bind_request *b = &w->c.bind;

	switch (option) {
	case OPTION_REUSEADDR:
		b->flags |= PORTSOCK_FLAG(REUSEADDR);
		return 0;
	case OPTION_REUSEPORT:
		b->flags |= PORTSOCK_FLAG(REUSEPORT);
		return 0;
	case OPTION_V6ONLY:
		b->flags |= PORTSOCK_FLAG(V6ONLY);
		return 0;
	case OPTION_DEV:
		return parse_dev(b, optarg);
	case OPTION_UID:
		return parse_uid(b, optarg);
	case OPTION_NO_LISTEN:
		w->c.bind.listens = false;
		return 0;
	case OPTION_PROBE:
		w->probe = true;
		return 0;
	case OPTION_INPUT:
		w->input = optarg;
		return 0;
	case 'N':
		w->netns = optarg;
		return 0;
	case 'J':
		w->json = true;
		return 0;
	default:
		w->help = true;
		return 0;
	}
}

static int unknown_option(int c, char **argv)
{
	const char *word = argv[optind - 1];

	if (c == ':')
		return error_print("%s: it takes an argument; " SEE_HELP, word);
	return error_print("unknown option %s; " SEE_HELP, word);
}

static int take_place(struct why *w, int argc, char **argv)
{
	struct bind_request *b = &w->c.bind;
	struct bind_spec place;
	bool v6only = b->flags & PORTSOCK_FLAG(V6ONLY);

	if (bind_spec_parse(&place, "why", argc, argv))
		return -1;
	if (place.local.form == PS_FORM_ANY)
		place.local.form = v6only ? PS_FORM_INET6 : PS_FORM_INET;
	else if (v6only && place.local.form == PS_FORM_INET)
		return error_print("--v6only: an IPv4 socket has no such option; "
				"ask for an IPv6 address, [::]:%u",
				place.local.num);
	b->proto = place.proto;
	b->local = place.local;
	if (place.dev[0])	/* as sin6_scope_id, it overrides */
		strcpy(b->dev, place.dev);
	return 0;
}

static int parse(struct why *w, int argc, char **argv)
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":N:Jh", long_options,
				NULL)) != -1) {
		if (c == '?' || c == ':')
			return unknown_option(c, argv);
		if (parse_option(w, c))
			return -1;
	}
	if (w->help)
		return 0;
	if (w->input && (w->probe || w->netns))
		return error_print("%s: not in a saved view; " SEE_HELP,
				w->probe ? "--probe" : "-N");
	return take_place(w, argc - optind, argv + optind);
}

/* --- what is there */

/* Whose bind() a port remembers is told to root, and to whose it was. */
static void remember(struct bind_case *c, struct view *s)
{
	bool mine = s->is_proc && c->bind.uid == geteuid();
	size_t i;

	c->told = s->bind_rows;
	s->bind_rows = NULL;
	conflict_add_bind_rows(&c->bind, c->told, s->bind_count);
	for (i = 0; i < c->bind.told_count && mine; i++)
		if (!(c->told[i].has & PS_HAS_UID))
			c->told[i].flags &= ~PORTSOCK_FLAG(REUSEPORT);
}

static int gather(struct bind_case *c, struct view *s)
{
	int got;

	while ((got = view_next(s)) > 0)
		if (conflict_is_at_port(&c->bind, &s->row.record))
			rowset_add(&c->crowd, &s->row);
	rowset_sort(&c->crowd);
	remember(c, s);
	return got;
}

static int look_at_sockets(struct bind_case *c, const char *input)
{
	struct selection sel = {
		.protos = 1ULL << c->bind.proto, .bind = true,
	};
	struct view s;
	int err = -1;

	selection_ports(&sel, c->bind.local.num, c->bind.local.num, 0);
	if (!view_open(&s, input) && !view_select(&s, &sel, true) &&
	    !view_begin(&s)) {
		c->bind.netns = s.header.netns;
		s.keep_bind = true;
		err = gather(c, &s);
	}
	view_close(&s);
	selection_free(&sel);
	return err;
}

static void look_at_machine(struct bind_case *c, bool here)
{
	struct bind_request *b = &c->bind;

	if (here)
		host_query(&c->machine, b);
	else
		host_unknown(&c->machine);
	b->kernel = c->machine.kernel;
	if (b->local.form == PS_FORM_INET6 && c->machine.v6only)
		b->flags |= PORTSOCK_FLAG(V6ONLY);
}

/* --- what comes of it */

static enum verdict decide(const struct bind_case *c, const struct bind_request *b,
			      struct bind_result *a)
{
	a->found = conflict_find(b, c->made, c->crowd.count, a->blocks,
				    &a->unsure);
	a->verdict = verdict_of(b, &c->machine, a->found);
	return a->verdict;
}

static bool *new_blocks(const struct bind_case *c)
{
	return xrealloc(NULL, c->crowd.count + 1);
}

/**
 * bind_case_with() - what bind() would say with other options
 * @c: case that was decided
 * @flags: added to those of its bind()
 *
 * Return: verdict.
 */
enum verdict bind_case_with(const struct bind_case *c, u32 flags)
{
	struct bind_result a = { .blocks = new_blocks(c) };
	struct bind_request b = c->bind;

	b.flags |= flags;
	decide(c, &b, &a);
	free(a.blocks);
	return a.verdict;
}

static void decide_case(struct bind_case *c)
{
	size_t i, count = c->crowd.count;

	c->made = xrealloc(NULL, (count + 1) * sizeof(*c->made));
	for (i = 0; i < count; i++)
		c->made[i] = &c->crowd.rows[i].record;
	c->answer.blocks = new_blocks(c);
	if (decide(c, &c->bind, &c->answer) != VERDICT_IN_USE)
		c->answer.found = 0;
}

/* --- the command */

static int decide_and_answer(const struct why *w, struct bind_case *c)
{
	const char *probed = NULL;

	decide_case(c);
	if (w->probe) {
		probed = probe_bind(c);
		if (!probed)
			return STATUS_ERROR;
	}
	return print_result(c, w->json, probed);
}

static int tell_help(void)
{
	struct buf t;

	buf_init(&t, STDOUT_FILENO);
	buf_put(&t, help, sizeof(help) - 1);
	return buf_finish(&t, STATUS_MATCH);
}

/**
 * why_main() - the command
 * @argc: words
 * @argv: "why" and what follows it
 *
 * Return: exit status: whether bind() would work.
 */
int why_main(int argc, char **argv)
{
	struct why w = { .c.bind.listens = true, .c.bind.uid = geteuid() };
	int status = STATUS_ERROR;

	if (parse(&w, argc, argv))
		return STATUS_ERROR;
	if (w.help)
		return tell_help();
	if ((!w.netns || !netns_enter(w.netns)) &&
	    !look_at_sockets(&w.c, w.input)) {
		look_at_machine(&w.c, !w.input);
		status = decide_and_answer(&w, &w.c);
	}
	rowset_free(&w.c.crowd);
	free(w.c.made);
	free(w.c.told);
	free(w.c.answer.blocks);
	return status;
}
