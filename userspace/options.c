// SPDX-License-Identifier: GPL-2.0
/* Letters as in ss, long options as in util-linux. */
#include <ctype.h>
#include <getopt.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/error.h"
#include "view/select_filter.h"
#include "resolve/netns.h"
#include "resolve/spec.h"
#include "options.h"

#define SHORT_OPTIONS	":atuwxdSM046lnepqrP:c:N:Jjo:HWhV"
#define WATCH_LEAST	0.1	/* seconds */
#define WATCH_MOST	86400
#define HELP		"portsock --help"
#define SEE_HELP	"(see " HELP ")"
#define SHOWN_PORTS	8	/* in a message */

enum {
	OPTION_RAW = 256,
	OPTION_INPUT,
	OPTION_COLOR,
	OPTION_LIST_COLUMNS,
	OPTION_LEAKED,
	OPTION_TREE,
	OPTION_WATCH,
	OPTION_STATE,
	OPTION_REMOTE,
	OPTION_USER,
	OPTION_INODE,
	OPTION_COOKIE,
	OPTION_HELD,
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
	{ "processes", no_argument, NULL, 'p' },
	{ "netns", required_argument, NULL, 'N' },
	{ "leaked", no_argument, NULL, OPTION_LEAKED },
	{ "pid", required_argument, NULL, 'P' },
	{ "comm", required_argument, NULL, 'c' },
	{ "state", required_argument, NULL, OPTION_STATE },
	{ "remote", required_argument, NULL, OPTION_REMOTE },
	{ "user", required_argument, NULL, OPTION_USER },
	{ "uid", required_argument, NULL, OPTION_USER },
	{ "inode", required_argument, NULL, OPTION_INODE },
	{ "cookie", required_argument, NULL, OPTION_COOKIE },
	{ "held", required_argument, NULL, OPTION_HELD },
	{ "watch", optional_argument, NULL, OPTION_WATCH },
	{ "json", no_argument, NULL, 'J' },
	{ "jsonl", no_argument, NULL, 'j' },
	{ "tree", no_argument, NULL, OPTION_TREE },
	{ "raw", no_argument, NULL, OPTION_RAW },
	{ "output", required_argument, NULL, 'o' },
	{ "list-columns", no_argument, NULL, OPTION_LIST_COLUMNS },
	{ "no-headings", no_argument, NULL, 'H' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "wide", no_argument, NULL, 'W' },
	{ "color", optional_argument, NULL, OPTION_COLOR },
	{ "input", required_argument, NULL, OPTION_INPUT },
	{ "help", optional_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* Options that select a protocol, and the protocols. */
static const char proto_letters[] = "tuwxdSM0";
static const u8 letter_protos[] = {
	PORTSOCK_PROTO_TCP, PORTSOCK_PROTO_UDP, PORTSOCK_PROTO_RAW,
	PORTSOCK_PROTO_UNIX, PORTSOCK_PROTO_DCCP, PORTSOCK_PROTO_SCTP,
	PORTSOCK_PROTO_MPTCP, PORTSOCK_PROTO_PACKET,
};

#define STATE_BIT(id)	(1U << PORTSOCK_##id)
#define STATES_ALL	((1U << PORTSOCK_NSTATES) - 2)
#define STATES_CLOSED	(STATE_BIT(CLOSE) | STATE_BIT(BOUND) | \
			 STATE_BIT(UNBOUND) | STATE_BIT(UNCONN))
#define STATES_CONNECTED (STATES_ALL & ~(STATES_CLOSED | STATE_BIT(LISTEN)))
#define STATES_BUCKET	(STATE_BIT(TIME_WAIT) | STATE_BIT(SYN_RECV))

/* The words of ss for states, without "-", beside the view's own. */
static const struct {
	const char *word;
	u32 states;
} ss_states[] = {
	{ "ALL", STATES_ALL }, { "BIG", STATES_ALL & ~STATES_BUCKET },
	{ "BUCKET", STATES_BUCKET }, { "CLOSED", STATES_CLOSED },
	{ "UNCONNECTED", STATES_CLOSED }, { "CONNECTED", STATES_CONNECTED },
	{ "SYNCHRONIZED", STATES_CONNECTED & ~STATE_BIT(SYN_SENT) },
	{ "LISTENING", STATE_BIT(LISTEN) }, { "ESTAB", STATE_BIT(ESTABLISHED) },
	{ "BOUNDINACTIVE", STATE_BIT(BOUND) },
};


/* Return the states that a word means in any case, 0 if it is unknown. */
static u32 find_states(const char *word, size_t len)
{
	char upper[16] = "", state[16];
	size_t i, j, n = 0;

	for (i = 0; i < len; i++) {
		if (word[i] == '-' || word[i] == '_')
			continue;
		if (n == sizeof(upper) - 1)
			return 0;
		upper[n++] = toupper((unsigned char)word[i]);
	}
	for (i = 0; i < ARRAY_SIZE(ss_states); i++)
		if (!strcmp(upper, ss_states[i].word))
			return ss_states[i].states;
	for (i = 1; i < PORTSOCK_NSTATES; i++) {
		for (j = n = 0; j <= ps_state_names[i].len; j++)
			if (ps_state_names[i].text[j] != '_')
				state[n++] = ps_state_names[i].text[j];
		if (!strcmp(upper, state))
			return 1U << i;
	}
	return 0;
}

static bool find_uid(const char *word, size_t len, u64 *uid)
{
	const struct passwd *user;
	char name[64];

	if (!ps_parse_u64(word, len, 10, U32_MAX, uid))
		return true;
	if (len >= sizeof(name))
		return false;
	memcpy(name, word, len);
	name[len] = '\0';
	user = getpwnam(name);
	if (user)
		*uid = user->pw_uid;
	return user;
}

/* Parse one of the values of an option; true if it is valid. */
static bool parse_value(struct selection *sel, int option, const char *word,
			size_t len)
{
	u64 number;
	int held;

	switch (option) {
	case 'P':
		if (ps_parse_u64(word, len, 10, S32_MAX, &number) || !number)
			return false;
		selection_number(&sel->pids, &sel->npids, number);
		return true;
	case 'c':
		selection_comm(sel, word, len);
		return len;
	case OPTION_STATE:
		number = find_states(word, len);
		sel->states |= number;
		return number;
	case OPTION_USER:
		if (!find_uid(word, len, &number))
			return false;
		selection_number(&sel->uids, &sel->nuids, number);
		return true;
	case OPTION_INODE:
		if (ps_parse_u64(word, len, 10, U64_MAX, &number))
			return false;
		selection_number(&sel->inodes, &sel->ninodes, number);
		return true;
	case OPTION_COOKIE:
		if (len > 2 && !strncmp(word, "0x", 2)) {
			word += 2;
			len -= 2;
		}
		if (ps_parse_u64(word, len, 16, U64_MAX, &number))
			return false;
		selection_number(&sel->cookies, &sel->ncookies, number);
		return true;
	default:
		held = ps_lookup(ps_held_names, word, len);
		if (held <= PORTSOCK_HELD_NONE)
			return false;
		sel->held |= 1U << held;
		return true;
	}
}

/* Parse the values of an option that selects, with commas between them. */
static int parse_values(struct options *o, int option, const char *words)
{
	static const struct {
		int option;
		const char *fault;
		const char *remedy;
	} faults[] = {
		{ 'P', "not a process number",
		  ": a name is selected by -c NAME" },
		{ 'c', "empty name", ": -c takes the name of a process" },
		{ OPTION_STATE, "no such state",
		  ": LISTEN, ESTABLISHED, ... or ss's words" },
		{ OPTION_USER, "no such user", "" },
		{ OPTION_INODE, "not an inode number", "" },
		{ OPTION_COOKIE, "not a cookie",
		  ": a hexadecimal number, as in column COOKIE" },
		{ OPTION_HELD, "no such HELD value", ": process, timewait, "
		  "synrecv, acceptq, orphan, kernel, inflight or hidden" },
	};
	size_t i = 0, len;

	for (;; words += len + 1) {
		len = strcspn(words, ",");
		if (!parse_value(&o->select, option, words, len))
			break;
		if (!words[len])
			return 0;
	}
	while (faults[i].option != option)
		i++;
	return error_print("%s: '%.*s'%s " SEE_HELP, faults[i].fault,
			   (int)(len < 100 ? len : 100), words,
			   faults[i].remedy);
}

/*
 * Report a word that is neither a port nor anything else.  If it is the name of
 * a process, the message has the ports of that process.
 */
static int print_unknown(const struct options *o, const char *word, size_t len)
{
	struct selection sel = { .netns = o->select.netns };
	static u8 seen[(U16_MAX + 1) / 8];
	struct buf ports;
	unsigned int count = 0, sockets = 0;
	const char *quote;
	struct view view;
	int got = 0;
	u32 port;

	if (len > 100)
		len = 100;
	selection_comm(&sel, word, len);
	if (len && (o->input || !access(PORTSOCK_PATH, R_OK))) {
		bool ready = !view_open(&view, o->input) &&
			!view_select(&view, &sel, true) && !view_begin(&view);

		got = ready ? view_next(&view) : -1;
		for (; got > 0; got = view_next(&view)) {
			const struct ps_record *r = &view.row.record;

			if (!selection_row(&sel, &view.row))
				continue;
			sockets++;
			if (r->has & PS_HAS_PORT && r->port <= U16_MAX &&
			    (r->state == PORTSOCK_LISTEN ||
			     r->state == PORTSOCK_UNCONN))
				seen[r->port / 8] |= 1U << r->port % 8;
		}
		view_close(&view);
	}
	selection_free(&sel);
	if (got < 0)
		return -1;	/* after the view's own message */
	if (!sockets)
		return error_print("no port, address, service or process '%.*s' "
				   SEE_HELP, (int)len, word);
	buf_init(&ports, -1);
	for (port = 0; port <= U16_MAX; port++) {
		if (!(seen[port / 8] & 1U << port % 8) ||
		    ++count > SHOWN_PORTS)
			continue;
		if (count > 1)
			buf_word(&ports, ", ");
		buf_u64(&ports, port);
	}
	if (count > SHOWN_PORTS) {
		buf_word(&ports, " and ");
		buf_u64(&ports, count - SHOWN_PORTS);
		buf_word(&ports, " more");
	}
	if (!count) {
		buf_u64(&ports, sockets);
		buf_word(&ports, sockets == 1 ? " socket" : " sockets");
	}
	buf_char(&ports, '\0');
	quote = strcspn(word, " \t'\"\\$&;|<>()*?[]#~`!") < len ? "'" : "";
	error_print("no service '%.*s'; a process by that name holds %s%s: "
		    "portsock -c %s%.*s%s", (int)len, word,
		    !count ? "" : count == 1 ? "port " : "ports ", ports.data,
		    quote, (int)len, word, quote);
	buf_free(&ports);
	return -1;
}

/* Parse words for the local or remote end, with commas between them. */
static int parse_specs(struct options *o, const char *words, bool remote)
{
	u64 services = selection_inet_protos();
	struct endpoints found = { .count = 0 };
	enum spec_fault fault;
	size_t len, i;

	for (;; words += len + 1) {
		len = spec_length(words);
		fault = spec_parse(words, len, services, &found);
		if (fault || !words[len])
			break;
	}
	for (i = 0; !fault && i < found.count; i++)
		if (remote)
			selection_remote(&o->select, &found.list[i]);
		else
			selection_local(&o->select, &found.list[i]);
	free(found.list);
	if (fault == SPEC_UNKNOWN && !remote)
		return print_unknown(o, words, len);
	return fault ? spec_print_fault(fault, words, len, HELP) : 0;
}

static int parse_watch(struct options *o, const char *seconds)
{
	char *end;

	if (!seconds)
		seconds = "2";
	o->watch = strtod(seconds, &end);
	if (end == seconds || *end || !(o->watch >= WATCH_LEAST) ||
	    o->watch > WATCH_MOST)
		return error_print("invalid --watch value '%s': expected seconds, "
				   "%g to %d " SEE_HELP, seconds, WATCH_LEAST,
				   WATCH_MOST);
	return 0;
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
		return error_print("invalid --color value '%s': expected auto, "
				   "always or never " SEE_HELP, when);
	return 0;
}

static int unknown_option(int c, char **argv)
{
	const char *word = argv[optind - 1];

	if (c == ':')
		return error_print("argument missing: %s " SEE_HELP, word);
	if (optopt && strncmp(word, "--", 2))
		return error_print("unknown option: -%c " SEE_HELP, optopt);
	if (optopt)
		return error_print("option takes no argument: %s " SEE_HELP,
				   word);
	return error_print("unknown or ambiguous option: %s " SEE_HELP, word);
}

static int parse_option(struct options *o, int c, const char **columns)
{
	const char *letter = c < 256 ? strchr(proto_letters, c) : NULL;
	size_t i;

	if (letter) {
		i = letter - proto_letters;
		o->select.protos |= 1ULL << letter_protos[i];
		return 0;
	}
	switch (c) {
	case 'a':	/* of -a and -l the last counts */
	case 'l':
		o->states = c;
		return 0;
	case 'n':	/* of -n and -r the last counts */
	case 'r':
		o->resolve = c == 'r';
		return 0;
	case 'p':	/* owners are always shown */
		return 0;
	case 'e':
		o->extended = true;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case 'H':
		o->headings = false;
		return 0;
	case 'W':
		o->wide = true;
		return 0;
	case OPTION_LEAKED:
		o->leaked = true;
		return 0;
	case '4':
		o->select.forms |= 1U << PS_FORM_INET;
		return 0;
	case '6':
		o->select.forms |= 1U << PS_FORM_INET6;
		return 0;
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
	case OPTION_INPUT:
		o->input = optarg;
		return 0;
	case 'o':
		*columns = optarg;
		return 0;
	case OPTION_LIST_COLUMNS:
		o->action = ACTION_COLUMNS;
		return 0;
	case 'V':
		o->action = ACTION_VERSION;
		return 0;
	case 'h':
		if (optarg && strcmp(optarg, "all"))
			return error_print("invalid --help value '%s': "
					   "expected all " SEE_HELP, optarg);
		o->action = optarg ? ACTION_HELP_ALL : ACTION_HELP;
		return 0;
	case 'N':
		return netns_parse(optarg, &o->select.netns);
	case OPTION_WATCH:
		return parse_watch(o, optarg);
	case OPTION_COLOR:
		return parse_color(o, optarg);
	case OPTION_REMOTE:
		return parse_specs(o, optarg, true);
	default:
		return parse_values(o, c, optarg);
	}
}

/* Derive what the options imply from all of them. */
static void settle(struct options *o)
{
	static const u8 more[] = {
		PORTSOCK_COL_INODE, PORTSOCK_COL_COOKIE, PORTSOCK_COL_CGROUP,
		PORTSOCK_COL_FLAGS, PORTSOCK_COL_PARENT,
	};
	const u64 inet = selection_inet_protos();
	struct selection *sel = &o->select;
	bool tree = o->out == &output_tree;
	unsigned int i;

	/* A tree has connections, but no sockets without a port. */
	sel->doors = o->states ? o->states == 'l' :
		!(selection_is_precise(sel) || tree) || o->leaked;
	sel->at_ports = tree && o->states != 'a' && !sel->protos;

	/* -4 and -6 mean all protocols of IP, unless some are selected. */
	if (sel->forms && !(sel->protos & inet))
		sel->protos |= inet;

	o->columns = *o->out->columns;
	for (i = 0; o->extended && i < ARRAY_SIZE(more); i++)
		columns_insert(&o->columns, more[i]);
	if (o->leaked && (o->out == &output_table || tree))
		columns_insert(&o->columns, COL_LEAK);
}

/**
 * options_parse() - Parse the command line
 * @o: result; its selection is to be freed in any case
 * @argc: of main()
 * @argv: of main()
 *
 * Return: 0, or -1 after an error message.
 */
int options_parse(struct options *o, int argc, char **argv)
{
	const char *columns = NULL;
	int c, i;

	*o = (struct options){ .out = &output_table, .headings = true };
	opterr = 0;
	while ((c = getopt_long(argc, argv, SHORT_OPTIONS, long_options,
				NULL)) != -1) {
		if (c == '?' || c == ':')
			return unknown_option(c, argv);
		if (parse_option(o, c, &columns))
			return -1;
	}
	for (i = optind; i < argc && o->action == ACTION_SHOW; i++)
		if (parse_specs(o, argv[i], false))
			return -1;
	if (o->leaked && o->input)
		return error_print("--leaked: not of a saved view, which has no "
				   "processes: without --input it works");
	if (o->watch && o->input)
		return error_print("--watch: not of a saved view, which does not "
				   "change: without --input it works");
	settle(o);
	return columns ? columns_choose(&o->columns, columns) : 0;
}
