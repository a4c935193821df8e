// SPDX-License-Identifier: GPL-2.0
/* portsock why: report whether bind() would succeed, and if not, why. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../resolve/netns.h"
#include "../resolve/spec.h"
#include "../util/error.h"
#include "../view/select_filter.h"
#include "ephemeral.h"
#include "unix_bind.h"
#include "why.h"

#define SEE_HELP	" (see portsock why --help)"

static const char help[] =
"Usage: portsock why [tcp|udp] [ADDRESS:]PORT | PATH | @NAME [OPTION]...\n"
"       portsock why connect ADDRESS:PORT [--from ADDRESS] [OPTION]...\n"
"Report whether bind() and listen() would succeed, and if not, which sockets\n"
"conflict and which remedies there are; of a unix socket, which process\n"
"connect() reaches; of port 0 and connect(), which processes have the ephemeral\n"
"ports. Nothing is changed. Without an address: 0.0.0.0, or [::] with --v6only.\n"
"\n"
"     --reuseaddr           set SO_REUSEADDR\n"
"     --reuseport           set SO_REUSEPORT\n"
"     --v6only              set IPV6_V6ONLY\n"
"     --dev IF              bind to an interface (SO_BINDTODEVICE)\n"
"     --uid N               bind as this user\n"
"     --unit UNIT           bind as a process of a systemd unit: its cgroup may\n"
"                           refuse a port (SocketBindDeny=)\n"
"     --cgroup PATH         bind as a process of a cgroup\n"
"     --no-listen           check bind() only\n"
"     --from ADDRESS        local address of connect()\n"
"     --probe               also call the real bind(), and compare\n"
" -N, --netns NETNS         use a network namespace: name, PID or inode number\n"
"     --input FILE          use the sockets of a saved view (-: stdin)\n"
" -J, --json                print {\"verdict\", \"blockers\", \"advice\"}\n"
" -h, --help\n"
"\n"
"Exit status: 0 bind() would succeed, 1 it would fail, 2 an error.\n";

static const char usage[] =
"usage: portsock why [tcp|udp] [ADDRESS:]PORT [OPTION]... (--help lists them)\n"
"  portsock why 8080\n"
"  portsock why tcp 127.0.0.1:8080 --reuseaddr\n"
"  portsock why /run/app.sock\n";

enum {
	OPTION_REUSEADDR = 256,
	OPTION_REUSEPORT,
	OPTION_V6ONLY,
	OPTION_DEV,
	OPTION_UID,
	OPTION_NO_LISTEN,
	OPTION_PROBE,
	OPTION_INPUT,
	OPTION_FROM,
	OPTION_UNIT,
	OPTION_CGROUP,
};

static const struct option long_options[] = {
	{ "reuseaddr", no_argument, NULL, OPTION_REUSEADDR },
	{ "reuseport", no_argument, NULL, OPTION_REUSEPORT },
	{ "v6only", no_argument, NULL, OPTION_V6ONLY },
	{ "dev", required_argument, NULL, OPTION_DEV },
	{ "uid", required_argument, NULL, OPTION_UID },
	{ "no-listen", no_argument, NULL, OPTION_NO_LISTEN },
	{ "probe", no_argument, NULL, OPTION_PROBE },
	{ "from", required_argument, NULL, OPTION_FROM },
	{ "netns", required_argument, NULL, 'N' },
	{ "input", required_argument, NULL, OPTION_INPUT },
	{ "unit", required_argument, NULL, OPTION_UNIT },
	{ "cgroup", required_argument, NULL, OPTION_CGROUP },
	{ "json", no_argument, NULL, 'J' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/**
 * struct why_options - Options that do not describe the bind()
 * @input: saved view, NULL for the kernel's
 * @netns: network namespace, NULL for that of this process
 * @unit: systemd unit, NULL for the cgroup of this process or of @cgroup
 * @cgroup: path of a cgroup, or NULL
 * @json: print JSON
 * @probe: call the real bind() as well
 * @help: print the help text only
 * @is_name: @name is to be bound, not an address
 * @name: name of a unix socket
 * @is_ephemeral: @ephemeral is in question, not a bind() to one port
 * @ephemeral: bind() to port 0, or connect()
 * @from: local address of connect(), NULL if it is not given
 */
struct why_options {
	const char *input;
	const char *netns;
	const char *unit;
	const char *cgroup;
	bool json;
	bool probe;
	bool help;
	bool is_name;
	struct endpoint name;
	bool is_ephemeral;
	struct ephemeral_request ephemeral;
	const char *from;
};

/* Parse the protocol, address and port of a bind(). */
static int parse_words(struct bind_request *b, int argc, char **argv)
{
	bool v6only = b->flags & PORTSOCK_FLAG(V6ONLY);
	struct bind_spec spec;

	if (!argc) {
		fputs(usage, stderr);
		return -1;
	}
	if (bind_spec_parse(&spec, "why", argc, argv))
		return -1;
	if (spec.local.form == PS_FORM_ANY)
		spec.local.form = v6only ? PS_FORM_INET6 : PS_FORM_INET;
	else if (v6only && spec.local.form == PS_FORM_INET)
		return error_print("--v6only: %s: not an IPv6 address: use "
				   "[::]:%u", argv[argc - 1], spec.local.num);
	b->proto = spec.proto;
	b->local = spec.local;
	if (spec.dev[0])	/* as sin6_scope_id, it overrides */
		strcpy(b->dev, spec.dev);
	return 0;
}

/* A unix socket has no options that decide about bind(). */
static int parse_unix_name(const struct bind_request *b, struct why_options *o,
			   int argc, char **argv)
{
	int is_name = unix_bind_parse(&o->name, argc, argv);

	o->is_name = is_name > 0;
	if (o->is_name && (b->flags || b->dev[0] || !b->listens || o->probe ||
			   b->uid != geteuid()))
		return error_print("%s: only -N, --input and --json apply to "
				   "a unix socket" SEE_HELP, argv[argc - 1]);
	return is_name < 0 ? -1 : 0;
}

static int parse_ephemeral(struct bind_request *b, struct why_options *o,
			   int argc, char **argv)
{
	bool options = b->flags || o->probe || b->dev[0];
	int found = ephemeral_parse(&o->ephemeral, b, o->from, argc, argv);

	o->is_ephemeral = found > 0;
	if (o->is_ephemeral && o->ephemeral.connects && options)
		return error_print("connect: only --from, -N, --input and "
				   "--json apply" SEE_HELP);
	return found < 0 ? -1 : 0;
}

static int why_parse_command(struct bind_request *b, struct why_options *o,
			 int argc, char **argv)
{
	u64 uid;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":N:Jh", long_options,
				NULL)) != -1) {
		switch (c) {
		case OPTION_REUSEADDR:
			b->flags |= PORTSOCK_FLAG(REUSEADDR);
			break;
		case OPTION_REUSEPORT:
			b->flags |= PORTSOCK_FLAG(REUSEPORT);
			break;
		case OPTION_V6ONLY:
			b->flags |= PORTSOCK_FLAG(V6ONLY);
			break;
		case OPTION_DEV:
			if (!*optarg || strlen(optarg) >= sizeof(b->dev))
				return error_print("no such interface: %s (see "
						   "'ip link')", optarg);
			strcpy(b->dev, optarg);
			break;
		case OPTION_UID:
			if (ps_parse_u64(optarg, strlen(optarg), 10,
					 U32_MAX - 1, &uid))
				return error_print("invalid --uid value: %s: "
						   "expected a number (see 'id "
						   "-u NAME')", optarg);
			b->uid = uid;
			break;
		case OPTION_NO_LISTEN:
			b->listens = false;
			break;
		case OPTION_PROBE:
			o->probe = true;
			break;
		case OPTION_INPUT:
			o->input = optarg;
			break;
		case OPTION_FROM:
			o->from = optarg;
			break;
		case OPTION_UNIT:
			o->unit = optarg;
			break;
		case OPTION_CGROUP:
			o->cgroup = optarg;
			break;
		case 'N':
			o->netns = optarg;
			break;
		case 'J':
			o->json = true;
			break;
		case 'h':
			o->help = true;
			break;
		case ':':
			return error_print("option needs an argument: %s"
					   SEE_HELP, argv[optind - 1]);
		default:
			return error_print("unknown option: %s" SEE_HELP,
					   argv[optind - 1]);
		}
	}
	if (o->help)
		return 0;
	if (o->input && (o->probe || o->netns || o->unit || o->cgroup))
		return error_print("%s cannot be combined with --input"
				   SEE_HELP, o->probe ? "--probe" :
				   o->netns ? "-N" : o->unit ? "--unit" :
				   "--cgroup");
	if (o->unit && o->cgroup)
		return error_print("--unit cannot be combined with --cgroup"
				   SEE_HELP);
	argc -= optind;
	argv += optind;
	if (parse_unix_name(b, o, argc, argv))
		return -1;
	if (!o->is_name && parse_ephemeral(b, o, argc, argv))
		return -1;
	return o->is_name || o->is_ephemeral ? 0 : parse_words(b, argc, argv);
}

/* Read sockets and bind rows of the port.  The latter belong to the view. */
static int read_sockets(struct why *w, struct view *v, const char *input)
{
	struct bind_request *b = &w->bind;
	struct selection sel = { .protos = 1ULL << b->proto, .bind = true };
	int got = -1;
	size_t i;

	selection_ports(&sel, b->local.num, b->local.num, 0);
	if (!view_open(v, input) && !view_select(v, &sel, true) &&
	    !view_begin(v)) {
		b->netns = v->header.netns;
		relations_init(w->relations, input, v->can_seek, NULL);
		v->keep_bind = true;
		while ((got = view_next(v)) > 0) {
			if (!bind_same_port(b, &v->row.record))
				continue;
			relations_add_parent(w->relations, &v->row);
			rowset_add(&w->socks, &v->row);
		}
		rowset_sort_by_inode(&w->socks);
		rowset_index(&w->socks);
		bind_request_set_rows(b, v->bind_rows, v->bind_count);
	}
	selection_free(&sel);
	/*
	 * The uid of a fastreuse state is shown to root and to that user only.
	 * If it is hidden, it differs from the uid of this process.
	 */
	for (i = 0; i < b->bind_row_count; i++)
		if (v->is_proc && b->uid == geteuid() &&
		    !(v->bind_rows[i].has & PS_HAS_UID))
			v->bind_rows[i].flags &= ~PORTSOCK_FLAG(REUSEPORT);
	return got;
}

static int report(struct why *w, const struct why_options *o)
{
	if (o->input)
		w->host.kernel = w->bind.kernel = KERNEL_NEWEST;
	else
		host_query(&w->host, &w->bind);
	if (!o->input)
		refusers_query(&w->refusers, &w->bind);
	if (w->bind.local.form == PS_FORM_INET6 && w->host.v6only)
		w->bind.flags |= PORTSOCK_FLAG(V6ONLY);
	w->blocks = xrealloc(NULL, w->socks.count + 1);
	verdict_decide(w);
	if (o->probe) {
		w->probed = probe_bind(w);
		if (!w->probed)
			return STATUS_ERROR;
	}
	return print_result(w, o->json);
}

/**
 * why_main() - Run portsock why
 * @argc: number of words
 * @argv: "why" and the words after it
 *
 * Return: Exit status.
 */
int why_main(int argc, char **argv)
{
	struct why w = { .bind.listens = true, .bind.uid = geteuid() };
	struct why_options o = { .input = NULL };
	struct relations relations = { .available = false };
	int status = STATUS_ERROR;
	struct buf t;
	struct view v;

	if (why_parse_command(&w.bind, &o, argc, argv))
		return STATUS_ERROR;
	if (o.help) {
		buf_init(&t, STDOUT_FILENO);
		buf_word(&t, help);
		return buf_finish(&t, STATUS_MATCH);
	}
	if (refusers_choose(&w.refusers, o.unit, o.cgroup) ||
	    (o.netns && netns_enter(o.netns)))
		return STATUS_ERROR;
	if (o.is_name)
		return unix_bind_report(&o.name, o.input, o.json);
	if (o.is_ephemeral) {
		status = ephemeral_report(&o.ephemeral, &w, o.input, o.json,
					  o.probe);
		refusers_close(&w.refusers);
		links_free(w.bind.links);
		free(w.blocks);
		return status;
	}
	w.relations = &relations;
	if (!read_sockets(&w, &v, o.input))
		status = report(&w, &o);
	view_close(&v);
	refusers_close(&w.refusers);
	links_free(w.bind.links);
	rowset_free(&w.socks);
	relations_renew(&relations);
	free(w.blocks);
	return status;
}
