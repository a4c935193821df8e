// SPDX-License-Identifier: GPL-2.0
/*
 * Report whether the kernel finds a port of ip_local_port_range, and which
 * processes have the others.
 *
 * bind() to port 0: inet_csk_find_open_port() in
 * net/ipv4/inet_connection_sock.c takes a port at which no socket's address
 * matches; SO_REUSEADDR and SO_REUSEPORT do not count there.  UDP:
 * udp_lib_get_port(), where they count.
 * connect(): __inet_hash_connect() in net/ipv4/inet_hashtables.c takes a port
 * that bind() has not given away, unless a connection with the same addresses
 * and ports exists.  Connections to other destinations share their ports.
 *
 * Both try the ports of one parity first, and then the others.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../output/json.h"
#include "../resolve/manager.h"
#include "../resolve/spec.h"
#include "../util/error.h"
#include "../view/select_filter.h"
#include "ephemeral.h"
#include "sysctl.h"

#define PORTS		(U16_MAX + 1)
#define DEFAULT_LOW	32768	/* of the kernel: assumed for a saved view */
#define DEFAULT_HIGH	60999
#define TIMEWAIT_LEN	60000	/* milliseconds, TCP_TIMEWAIT_LEN */
#define REUSE_AGE	2000	/* tcp_twsk_unique() compares whole seconds */
#define TAKERS_SHOWN	5

/* Facts of a port. */
enum port_fact {
	PORT_RESERVED	= 1 << 0,	/* in ip_local_reserved_ports        */
	PORT_USED	= 1 << 1,	/* a socket is there                 */
	PORT_TAKEN	= 1 << 2,	/* not usable by this socket         */
	PORT_REUSABLE	= 1 << 3,	/* only a TIME_WAIT that gives way   */
};

/**
 * struct taker - Owner of sockets at ports that are taken
 * @key: PID; 0 for sockets without a visible owner
 * @held: HELD value of those sockets
 * @comm: name of the process
 * @ports: number of ports
 */
struct taker {
	struct hash_key key;
	u8 held;
	char comm[PS_COMM_SIZE];
	u32 ports;
};

/**
 * struct ephemeral - The ports of ip_local_port_range
 * @request: bind() or connect()
 * @why: the bind(), and facts of the machine
 * @source: local address of connect()
 * @low: first port
 * @high: last port
 * @facts: of each port, bits of enum port_fact
 * @taker: of each port that is used, the owner of the socket that takes it
 * @takers: struct taker by PID and HELD value
 * @list: @takers, most ports first
 * @tw_reuse: tcp_tw_reuse, 0 without timestamps
 * @autobind_reuse: ip_autobind_reuse
 * @reserved: number of reserved ports
 * @taken: number of ports that are not usable
 * @free: number of ports without sockets
 * @shared: number of ports with connections to other destinations only
 * @reusable: number of ports with a TIME_WAIT that gives way
 * @timewait: number of taken ports with a TIME_WAIT
 * @verdict: result
 * @guess: the result depends on facts that the view lacks
 * @probed: result of the real bind(), NULL if it was not tried
 */
struct ephemeral {
	const struct ephemeral_request *request;
	struct why *why;
	struct ps_end source;
	u32 low;
	u32 high;
	u8 facts[PORTS];
	struct taker *taker[PORTS];
	struct hash takers;
	struct taker **list;
	u32 tw_reuse;
	bool autobind_reuse;
	u32 reserved;
	u32 taken;
	u32 free;
	u32 shared;
	u32 reusable;
	u32 timewait;
	const char *verdict;
	bool guess;
	const char *probed;
};

/* Command line */

/* Replace port 0, which is not a port for bind_spec_parse(), by port 1. */
static bool replace_zero(char *word)
{
	char *end = word + strlen(word), *slash = strrchr(word, '/');

	if (slash && slash[1] && (!strcasecmp(slash, "/tcp") ||
				  !strcasecmp(slash, "/udp")))
		end = slash;
	if (end == word || end[-1] != '0' ||
	    (end - 1 > word && end[-2] != ':' && end[-2] != '/'))
		return false;
	end[-1] = '1';
	return true;
}

static int parse_source(struct bind_request *b, const char *from)
{
	b->local = (struct ps_end){ .form = PS_FORM_INET };
	if (inet_pton(AF_INET, from, b->local.ip) == 1)
		return 0;
	b->local.form = PS_FORM_INET6;
	if (inet_pton(AF_INET6, from, b->local.ip) == 1)
		return 0;
	return error_print("--from: not an IP address: %s (see 'ip address')",
			   from);
}

/**
 * ephemeral_parse() - Parse the words for a bind() to port 0 or a connect()
 * @e: result
 * @b: result: protocol, address and interface
 * @from: local address of connect(), or NULL
 * @argc: number of words
 * @argv: [tcp|udp] ADDRESS:0, or connect [tcp] ADDRESS:PORT
 *
 * Return: 1, 0 if the words are neither, -1 after an error message.
 */
int ephemeral_parse(struct ephemeral_request *e, struct bind_request *b,
		    const char *from, int argc, char **argv)
{
	struct bind_spec spec;
	char word[256], *words[2];
	int i;

	e->connects = argc && !strcmp(argv[0], "connect");
	if (from && !e->connects)
		return error_print("--from is for 'portsock why connect' (see "
				   "portsock why --help)");
	argc -= e->connects;
	argv += e->connects;
	if (!e->connects) {
		if (!argc || argc > 2 || strlen(argv[argc - 1]) >= sizeof(word))
			return 0;
		strcpy(word, argv[argc - 1]);
		if (!replace_zero(word))
			return 0;
		for (i = 0; i < argc; i++)
			words[i] = i == argc - 1 ? word : argv[i];
		argv = words;
	}
	if (bind_spec_parse(&spec, "why", argc, argv))
		return -1;
	b->proto = spec.proto;
	strcpy(b->dev, spec.dev);
	if (!e->connects) {
		b->local = spec.local;
		b->local.num = 0;
		if (spec.local.form == PS_FORM_ANY)
			b->local.form = b->flags & PORTSOCK_FLAG(V6ONLY) ?
				PS_FORM_INET6 : PS_FORM_INET;
		return 1;
	}
	if (spec.local.form == PS_FORM_ANY)
		return error_print("address missing: '%s': connect needs the "
				   "destination (see portsock why --help)",
				   argv[argc - 1]);
	if (spec.proto != PORTSOCK_PROTO_TCP)
		return error_print("connect: only for tcp: a UDP socket gets "
				   "its port as by 'portsock why udp 0'");
	e->remote = spec.local;
	e->has_source = from;
	if (from && parse_source(b, from))
		return -1;
	if (from && addr_is_ip4(&b->local) != addr_is_ip4(&e->remote))
		return error_print("--from: not of the destination's address "
				   "family: %s", from);
	return 1;
}

/* Facts of the machine */

static void read_reserved(struct ephemeral *e)
{
	char *ranges = sysctl_reserved_ports();
	u32 first, last;

	while (sysctl_next_range(&ranges, &first, &last))
		for (; first <= last && first < PORTS; first++)
			e->facts[first] |= PORT_RESERVED;
}

/*
 * Look up the local address of a connect() by a route lookup: connect() of a
 * UDP socket sends nothing.  Return an errno.
 */
static int find_source(const struct ps_end *remote, const char *dev,
		       struct ps_end *source)
{
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} addr = { .in6.sin6_family = AF_INET6 };
	socklen_t len = sizeof(addr);
	int fd, err = 0;

	if (remote->form == PS_FORM_INET) {
		addr.in.sin_family = AF_INET;
		addr.in.sin_port = htons(remote->num);
		memcpy(&addr.in.sin_addr, remote->ip, 4);
	} else {
		addr.in6.sin6_port = htons(remote->num);
		addr.in6.sin6_scope_id = *dev ? if_nametoindex(dev) : 0;
		memcpy(&addr.in6.sin6_addr, remote->ip, 16);
	}
	fd = socket(addr.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, &addr.sa, len) ||
	    getsockname(fd, &addr.sa, &len))
		err = errno;
	if (fd >= 0)
		close(fd);
	*source = (struct ps_end){ .form = remote->form };
	if (remote->form == PS_FORM_INET)
		memcpy(source->ip, &addr.in.sin_addr, 4);
	else
		memcpy(source->ip, &addr.in6.sin6_addr, 16);
	return err;
}

static bool same_address(const struct ps_end *a, const struct ps_end *b)
{
	if (addr_is_ip4(a) != addr_is_ip4(b))
		return false;
	return addr_is_ip4(a) ? addr_same_ip4(a, b) : addr_same_ip6(a, b);
}

/* Sockets */

static struct taker *find_taker(struct ephemeral *e, const struct row *row)
{
	const struct ps_owner *o = row->count ? row->owners : NULL;
	const struct hash_key key = {
		.kind = row->record.held, .low = o ? o->pid : 0,
	};
	struct taker *taker = hash_find(&e->takers, &key);

	if (taker)
		return taker;
	taker = hash_add(&e->takers, &key, sizeof(*taker));
	taker->held = row->record.held;
	if (o)
		memcpy(taker->comm, o->comm, sizeof(o->comm));
	return taker;
}

/*
 * Return true if a TIME_WAIT gives way to a connection with the same addresses
 * and ports, as tcp_twsk_unique() decides.
 */
static bool gives_way(const struct ephemeral *e, const struct ps_record *r)
{
	if (r->state != PORTSOCK_TIME_WAIT ||
	    r->expires > TIMEWAIT_LEN - REUSE_AGE)
		return false;
	return e->tw_reuse == 1 ||
		(e->tw_reuse == 2 && (addr_is_loopback(&r->local) ||
				      addr_is_loopback(&r->remote)));
}

/* Return the facts of a port that follow from a socket. */
static u8 connect_facts(const struct ephemeral *e, const struct ps_record *r)
{
	bool request = r->state == PORTSOCK_SYN_RECV &&
		r->held == PORTSOCK_HELD_SYNRECV;

	if (!why_is_connection(r))
		return PORT_USED | PORT_TAKEN;
	if (!r->dev[0] && r->remote.num == e->request->remote.num &&
	    same_address(&r->remote, &e->request->remote) &&
	    same_address(&r->local, &e->source))
		return PORT_USED |
			(gives_way(e, r) ? PORT_REUSABLE : PORT_TAKEN);
	return request ? 0 : PORT_USED;
}

static u8 bind_facts(const struct ephemeral *e, const struct ps_record *r)
{
	struct bind_request b = e->why->bind;
	enum bind_rule rule;

	b.local.num = r->port;
	if (b.proto == PORTSOCK_PROTO_TCP)
		b.flags &= PORTSOCK_FLAG(V6ONLY) |
			(e->autobind_reuse ? PORTSOCK_FLAG(REUSEADDR) : 0);
	rule = bind_rule_for(&b, r);
	return rule <= RULE_REQUEST ? 0 :
		rule == RULE_CONFLICT ? PORT_USED | PORT_TAKEN : PORT_USED;
}

static void count_socket(struct ephemeral *e, const struct row *row)
{
	const struct ps_record *r = &row->record;
	u8 *facts, found;

	if (r->proto != e->why->bind.proto || !(r->has & PS_HAS_PORT) ||
	    r->port < e->low || r->port > e->high ||
	    r->netns != e->why->bind.netns)
		return;
	facts = &e->facts[r->port];
	found = e->request->connects ? connect_facts(e, r) : bind_facts(e, r);
	if (!found)
		return;
	if (!e->taker[r->port] ||
	    (found & PORT_TAKEN && !(*facts & PORT_TAKEN)))
		e->taker[r->port] = find_taker(e, row);
	*facts |= found;
}

/*
 * The fastreuse state of a port that connect() chose is -1.  In a row of
 * bind=yes it looks as the state of a bind() without options.
 */
static void count_bind_row(struct ephemeral *e, const struct ps_record *r)
{
	const u32 flags = PORTSOCK_FLAG(REUSEADDR) | PORTSOCK_FLAG(REUSEPORT);

	if (r->proto == e->why->bind.proto && r->netns == e->why->bind.netns &&
	    r->port >= e->low && r->port <= e->high && !r->dev[0] &&
	    r->flags & flags)
		e->facts[r->port] |= PORT_USED | PORT_TAKEN;
}

static int read_ports(struct ephemeral *e, const char *input)
{
	struct bind_request *b = &e->why->bind;
	struct selection sel = { .protos = 1ULL << b->proto, .bind = true };
	struct view v;
	int got = -1;
	size_t i;

	selection_ports(&sel, e->low, e->high, 0);
	if (!view_open(&v, input) && !view_select(&v, &sel, true) &&
	    !view_begin(&v)) {
		b->netns = v.header.netns;
		v.keep_bind = true;
		while ((got = view_next(&v)) > 0)
			count_socket(e, &v.row);
		for (i = 0; e->request->connects && i < v.bind_count; i++)
			count_bind_row(e, &v.bind_rows[i]);
	}
	selection_free(&sel);
	view_close(&v);
	return got;
}

/* Result */

static int compare_takers(const void *a, const void *b)
{
	const struct taker *x = *(struct taker *const *)a;
	const struct taker *y = *(struct taker *const *)b;

	if (x->ports != y->ports)
		return x->ports < y->ports ? 1 : -1;
	return (x->key.low > y->key.low) - (x->key.low < y->key.low);
}

static void count_ports(struct ephemeral *e)
{
	u32 port, ends = 0;
	size_t i, count = 0;

	for (port = e->low; port <= e->high; port++) {
		u8 facts = e->facts[port];
		struct taker *taker = e->taker[port];

		if (facts & PORT_RESERVED) {
			e->reserved++;
		} else if (facts & PORT_TAKEN) {
			e->taken++;
			if (taker)
				taker->ports++;
			e->timewait += taker &&
				taker->held == PORTSOCK_HELD_TIMEWAIT;
		} else if (facts & PORT_REUSABLE) {
			e->reusable++;
		} else if (facts & PORT_USED && e->request->connects) {
			e->shared++;
		} else {
			e->free++;
			ends += port == e->low || port == e->high;
		}
	}
	e->list = xrealloc(NULL, (e->takers.count + 1) * sizeof(*e->list));
	for (i = 0; i < e->takers.size; i++) {
		struct taker *taker = (struct taker *)e->takers.slots[i];

		if (taker && taker->ports)
			e->list[count++] = taker;
	}
	e->list[count] = NULL;
	if (count)
		qsort(e->list, count, sizeof(*e->list), compare_takers);
	e->verdict = e->free + e->shared + e->reusable ? "OK" :
		e->request->connects ? "EADDRNOTAVAIL" : "EADDRINUSE";
	/*
	 * Of an odd number of ports TCP skips the first or the last one, at
	 * random.  UDP tries all.
	 */
	if (e->why->bind.proto == PORTSOCK_PROTO_TCP && e->high > e->low &&
	    !((e->high - e->low) & 1))
		e->guess = e->free == ends && !e->shared && !e->reusable &&
			e->free == 1;
	if (!e->free && (e->shared || e->reusable))
		e->guess = true;
}

/* Printing */

static void put_request(struct buf *t, const struct ephemeral *e)
{
	const struct bind_request *b = &e->why->bind;

	if (!e->request->connects) {
		print_end(t, &b->local, b->dev);
		buf_printf(t, "/%s", ps_proto_names[b->proto].text);
		return;
	}
	buf_word(t, "connect ");
	print_end(t, &e->request->remote, b->dev);
	buf_word(t, "/tcp from ");
	print_address(t, &e->source, b->dev);
}

static void put_counts(struct buf *t, const struct ephemeral *e)
{
	u32 usable = e->high - e->low + 1 - e->reserved;

	buf_printf(t, "%u of %u ports in ip_local_port_range (%u-%u) are taken",
		   e->taken, usable, e->low, e->high);
	if (e->shared)
		buf_printf(t, ", %u %s connections to other destinations only",
			   e->shared, e->shared > 1 ? "have" : "has");
	if (e->reusable)
		buf_printf(t, ", %u %s a TIME_WAIT that gives way", e->reusable,
			   e->reusable > 1 ? "have" : "has");
	if (e->reserved)
		buf_printf(t, "; %u more %s reserved", e->reserved,
			   e->reserved > 1 ? "are" : "is");
}

static const char *taker_kind(u8 held)
{
	switch (held) {
	case PORTSOCK_HELD_KERNEL: return "the kernel";
	case PORTSOCK_HELD_TIMEWAIT: return "closed connections in TIME_WAIT";
	case PORTSOCK_HELD_ACCEPTQ: return "connections in accept queues";
	case PORTSOCK_HELD_ORPHAN: return "connections closed by their process";
	case PORTSOCK_HELD_HIDDEN: return "hidden processes";
	case PORTSOCK_HELD_SYNRECV: return "connection requests";
	default: return "sockets without owner";
	}
}

/* Append a line for each of those with most ports. */
static void put_takers(struct buf *t, const struct ephemeral *e)
{
	struct managers managers = { .netns_read = false };
	struct procfs procfs = { .row = 0 };
	u32 left = 0;
	size_t i;

	for (i = 0; e->list[i]; i++) {
		const struct taker *taker = e->list[i];
		struct manager m;

		if (i >= TAKERS_SHOWN) {
			left += taker->ports;
			continue;
		}
		buf_word(t, "taken: ");
		if (taker->key.low) {
			print_name(t, taker->comm, sizeof(taker->comm));
			buf_printf(t, " (pid %u", (u32)taker->key.low);
			if (e->why->host.queried) {
				manager_of_process(&managers, &procfs,
						   taker->key.low, &m);
				if (m.unit_known == PROPERTY_KNOWN) {
					buf_word(t, ", ");
					print_name(t, m.unit, sizeof(m.unit));
				}
			}
			buf_word(t, ") has");
		} else {
			buf_printf(t, "%s %s", taker_kind(taker->held),
				   taker->held == PORTSOCK_HELD_KERNEL ?
				   "has" : "have");
		}
		buf_printf(t, " %u port%s\n", taker->ports,
			   taker->ports > 1 ? "s" : "");
	}
	if (left)
		buf_printf(t, "... and %zu more have %u port%s (--json lists "
			   "all)\n", i - TAKERS_SHOWN, left,
			   left > 1 ? "s" : "");
	managers_renew(&managers);
	procfs_free(&procfs);
}

static void put_ephemeral_advice(struct buf *t, const struct ephemeral *e)
{
	bool any = addr_is_any(&e->why->bind.local), hidden = false;
	size_t i;

	if (!strcmp(e->verdict, "OK") && !e->guess)
		return;
	for (i = 0; e->list[i]; i++)
		hidden |= e->list[i]->held == PORTSOCK_HELD_HIDDEN;
	if (e->request->connects) {
		print_clause(t, "reuse connections to this destination, or "
			     "connect from another address of this machine "
			     "(bind() with IP_BIND_ADDRESS_NO_PORT)");
		if (e->timewait && e->tw_reuse != 1)
			print_clause(t, "let new connections replace TIME_WAIT "
				     "(sysctl -w net.ipv4.tcp_tw_reuse=1)");
	} else if (e->why->bind.proto == PORTSOCK_PROTO_TCP) {
		print_clause(t, "a client should not bind() a port: set "
			     "IP_BIND_ADDRESS_NO_PORT, and connect() shares "
			     "the ports of other destinations");
		if (any)
			print_clause(t, "bind to one address: ports that are "
				     "taken at others are free there");
	}
	print_clause(t, "widen the range (sysctl -w "
		     "net.ipv4.ip_local_port_range=\"LOW HIGH\")");
	if (hidden)
		print_clause(t, "run as root to list hidden owners "
			     "(sudo portsock why)");
}

static void put_ephemeral_notes(struct buf *t, const struct ephemeral *e)
{
	if (e->guess && e->request->connects && e->shared)
		print_clause(t, "the result is a guess: a port is shared with "
			     "connections to other destinations unless bind() "
			     "or accept() gave it to them");
	else if (e->guess && e->reusable)
		print_clause(t, "the result is a guess: a TIME_WAIT gives way "
			     "if its connection had TCP timestamps");
	else if (e->guess)
		print_clause(t, "the result is a guess: of an odd number of "
			     "ports the kernel tries all but one");
	if (e->why->host.kernel >= KERNEL(6, 3) && strcmp(e->verdict, "OK"))
		print_clause(t, "a socket may have a range of its own "
			     "(IP_LOCAL_PORT_RANGE)");
	if (!e->why->host.queried)
		print_clause(t, "not checked in a saved view: "
			     "ip_local_port_range, which is assumed to be the "
			     "kernel's default, and reserved ports");
}

static void put_ephemeral_text(struct buf *t, const struct ephemeral *e)
{
	struct buf line;

	buf_printf(t, "%s: ", e->verdict);
	put_request(t, e);
	buf_word(t, " - ");
	put_counts(t, e);
	buf_char(t, '\n');
	put_takers(t, e);
	buf_init(&line, -1);
	put_ephemeral_advice(&line, e);
	if (line.len)
		buf_printf(t, "advice: %.*s\n", (int)line.len, line.data);
	line.len = 0;
	put_ephemeral_notes(&line, e);
	if (line.len)
		buf_printf(t, "note: %.*s\n", (int)line.len, line.data);
	if (e->probed)
		buf_printf(t, "probe: %s, %s\n", e->probed,
			   strcmp(e->probed, e->verdict) ?
			   "not as predicted" : "as predicted");
	buf_free(&line);
}

static void put_ephemeral_json(struct buf *t, const struct ephemeral *e)
{
	struct json j = { .text = t };
	struct buf advice;
	size_t i;

	json_open(&j, '{');
	json_key(&j, "verdict");
	json_word(&j, e->verdict, strlen(e->verdict));
	json_key(&j, "blockers");
	json_open(&j, '[');
	json_close(&j, ']');
	json_key(&j, "ports");
	json_open(&j, '{');
	json_key(&j, "low");
	json_u64(&j, e->low);
	json_key(&j, "high");
	json_u64(&j, e->high);
	json_key(&j, "taken");
	json_u64(&j, e->taken);
	json_key(&j, "free");
	json_u64(&j, e->free);
	json_key(&j, "shared");
	json_u64(&j, e->shared);
	json_key(&j, "reusable");
	json_u64(&j, e->reusable);
	json_key(&j, "reserved");
	json_u64(&j, e->reserved);
	json_close(&j, '}');
	json_key(&j, "takers");
	json_open(&j, '[');
	for (i = 0; e->list[i]; i++) {
		const struct taker *taker = e->list[i];
		const char *held = ps_held_names[taker->held].text;

		json_open(&j, '{');
		json_key(&j, "held");
		json_word(&j, held, strlen(held));
		if (taker->key.low) {
			json_key(&j, "pid");
			json_u64(&j, taker->key.low);
			json_key(&j, "comm");
			json_bytes(&j, taker->comm,
				   strnlen(taker->comm, sizeof(taker->comm)));
		}
		json_key(&j, "ports");
		json_u64(&j, taker->ports);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	buf_init(&advice, -1);
	put_counts(&advice, e);
	put_ephemeral_advice(&advice, e);
	put_ephemeral_notes(&advice, e);
	json_key(&j, "advice");
	json_bytes(&j, advice.data, advice.len);
	buf_free(&advice);
	if (e->probed) {
		json_key(&j, "probe");
		json_word(&j, e->probed, strlen(e->probed));
	}
	json_close(&j, '}');
	buf_char(t, '\n');
}

/* Read the facts of the machine.  Return -1 after an error message. */
static int query_machine(struct ephemeral *e, bool saved)
{
	struct why *w = e->why;
	char text[32];
	int err;

	e->source = w->bind.local;
	e->low = DEFAULT_LOW;
	e->high = DEFAULT_HIGH;
	e->tw_reuse = 2;
	w->host.kernel = KERNEL_NEWEST;
	w->bind.kernel = KERNEL_NEWEST;
	if (saved && e->request->connects && !e->request->has_source)
		return error_print("connect: the local address is unknown in a "
				   "saved view: add --from ADDRESS");
	if (saved)
		return 0;
	if (e->request->connects && !e->request->has_source) {
		err = find_source(&e->request->remote, w->bind.dev,
				  &e->source);
		if (err)
			return error_print("connect: no route to the "
					   "destination: %s (see 'ip route')",
					   strerror(err));
		w->bind.local = e->source;
	}
	host_query(&w->host, &w->bind);
	w->bind.kernel = w->host.kernel;
	if (w->bind.local.form == PS_FORM_INET6 && w->host.v6only)
		w->bind.flags |= PORTSOCK_FLAG(V6ONLY);
	w->host.unprivileged = 0;	/* port 0 is not privileged */
	if (w->host.port_high < PORTS && w->host.port_low &&
	    w->host.port_low <= w->host.port_high) {
		e->low = w->host.port_low;
		e->high = w->host.port_high;
	}
	read_reserved(e);
	sysctl_read(SYSCTL_NET "ipv4/tcp_tw_reuse", text, sizeof(text));
	e->tw_reuse = strtoul(text, NULL, 10);
	sysctl_read(SYSCTL_NET "ipv4/ip_autobind_reuse", text, sizeof(text));
	e->autobind_reuse = *text == '1';
	sysctl_read(SYSCTL_NET "ipv4/tcp_timestamps", text, sizeof(text));
	if (*text == '0')
		e->tw_reuse = 0;
	return 0;
}

/**
 * ephemeral_report() - Report which ports bind() or connect() can get
 * @request: bind() or connect()
 * @w: the bind()
 * @input: saved view, NULL for the kernel's
 * @json: as JSON
 * @probe: call the real bind() as well
 *
 * Return: Exit status.
 */
int ephemeral_report(const struct ephemeral_request *request, struct why *w,
		     const char *input, bool json, bool probe)
{
	struct ephemeral *e = xrealloc(NULL, sizeof(*e));
	int status = STATUS_ERROR;
	struct buf t;

	memset(e, 0, sizeof(*e));
	e->request = request;
	e->why = w;
	if (query_machine(e, input))
		goto out;
	w->blocks = xrealloc(NULL, 1);
	verdict_decide(w);
	/* An address that bind() refuses whatever the port is. */
	if (w->verdict != VERDICT_OK) {
		status = print_result(w, json);
		goto out;
	}
	if (read_ports(e, input))
		goto out;
	count_ports(e);
	if (probe) {
		e->probed = probe_bind(w);
		if (!e->probed)
			goto out;
	}
	buf_init(&t, STDOUT_FILENO);
	if (json)
		put_ephemeral_json(&t, e);
	else
		put_ephemeral_text(&t, e);
	status = buf_finish(&t, strcmp(e->verdict, "OK") ?
			    STATUS_NOTHING : STATUS_MATCH);
out:
	hash_free(&e->takers);
	free(e->list);
	free(e);
	return status;
}
