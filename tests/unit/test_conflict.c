// SPDX-License-Identifier: GPL-2.0
/* Bind conflicts: the rule for one socket, and effects of several. */
#include "test.h"
#include "../../userspace/why/bind_rules.h"

#include <arpa/inet.h>

/* Each row of the table only has the members that matter. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define PORT	80
#define OLD	KERNEL(5, 10)
#define NEW	KERNEL_NEWEST

#define A	PORTSOCK_FLAG(REUSEADDR)
#define P	PORTSOCK_FLAG(REUSEPORT)
#define V	PORTSOCK_FLAG(V6ONLY)
#define ALL	(A | P)

#define TCP	PORTSOCK_PROTO_TCP
#define UDP	PORTSOCK_PROTO_UDP

struct side {
	const char *address;
	u32 flags;
	u32 uid;
	const char *dev;
};

struct expectation {
	const char *name;
	u8 proto;
	struct side request;
	u8 state;
	struct side there;
	enum bind_rule rule;
	u32 kernel;
	enum portsock_held held;
};

#define LISTEN		PORTSOCK_LISTEN
#define BOUND		PORTSOCK_BOUND
#define ESTABLISHED	PORTSOCK_ESTABLISHED
#define TIME_WAIT	PORTSOCK_TIME_WAIT
#define UNCONN		PORTSOCK_UNCONN

static const struct expectation table[] = {
	/* addresses */
	{ "the same", TCP, { "0.0.0.0" }, LISTEN, { "0.0.0.0" },
	  RULE_CONFLICT },
	{ "wildcard in use", TCP, { "10.0.0.1" }, LISTEN, { "0.0.0.0" },
	  RULE_CONFLICT },
	{ "wildcard requested", TCP, { "0.0.0.0" }, LISTEN, { "10.0.0.1" },
	  RULE_CONFLICT },
	{ "two addresses", TCP, { "10.0.0.1" }, LISTEN, { "10.0.0.2" },
	  RULE_ADDRESS },
	{ "two addresses of UDP", UDP, { "10.0.0.1" }, UNCONN, { "10.0.0.2" },
	  RULE_ADDRESS },
	{ "v6 wildcard covers v4", TCP, { "0.0.0.0" }, LISTEN, { "::" },
	  RULE_CONFLICT },
	{ "v6 wildcard covers a v4 address", TCP, { "10.0.0.1" }, LISTEN,
	  { "::" }, RULE_CONFLICT },
	{ "v6only wildcard does not cover v4", TCP, { "0.0.0.0" }, LISTEN,
	  { "::", V }, RULE_ADDRESS },
	{ "v6only wildcard does not cover a v4 address", TCP,
	  { "10.0.0.1" }, LISTEN, { "::", V }, RULE_ADDRESS },
	{ "v6only requested", TCP, { "::", V }, LISTEN, { "0.0.0.0" },
	  RULE_ADDRESS },
	{ "v6only requested, v6 in use", TCP, { "::", V }, LISTEN, { "::" },
	  RULE_CONFLICT },
	{ "v6 wildcard requested, v4 in use", TCP, { "::" }, LISTEN,
	  { "127.0.0.1" }, RULE_CONFLICT },
	{ "a v6 address and v4", TCP, { "::1" }, LISTEN, { "0.0.0.0" },
	  RULE_ADDRESS },
	{ "a v6 address and the v6 wildcard", TCP, { "::1" }, LISTEN, { "::" },
	  RULE_CONFLICT },
	{ "a v6 address and the v6only wildcard", TCP, { "::1" }, LISTEN,
	  { "::", V }, RULE_CONFLICT },
	{ "mapped is v4", TCP, { "::ffff:10.0.0.1" }, LISTEN, { "10.0.0.1" },
	  RULE_CONFLICT },
	{ "v4 is mapped", TCP, { "10.0.0.1" }, LISTEN, { "::ffff:10.0.0.1" },
	  RULE_CONFLICT },
	{ "mapped and another v4", TCP, { "::ffff:10.0.0.2" }, LISTEN,
	  { "10.0.0.1" }, RULE_ADDRESS },
	{ "mapped and v6only", TCP, { "::ffff:10.0.0.1" }, LISTEN,
	  { "::", V }, RULE_ADDRESS },
	{ "mapped wildcard in use", TCP, { "10.0.0.1" }, LISTEN,
	  { "::ffff:0.0.0.0" }, RULE_CONFLICT },
	{ "mapped wildcard and mapped address, 6.12", TCP,
	  { "::ffff:10.0.0.1" }, LISTEN, { "::ffff:0.0.0.0" },
	  RULE_CONFLICT, KERNEL(6, 12) },
	{ "mapped wildcard and mapped address, 6.1", TCP,
	  { "::ffff:10.0.0.1" }, LISTEN, { "::ffff:0.0.0.0" },
	  RULE_ADDRESS, KERNEL(6, 1) },
	{ "mapped wildcard and mapped address, 5.10", TCP,
	  { "::ffff:10.0.0.1" }, LISTEN, { "::ffff:0.0.0.0" },
	  RULE_CONFLICT, OLD },
	{ "mapped wildcard and mapped address of UDP", UDP,
	  { "::ffff:10.0.0.1" }, UNCONN, { "::ffff:0.0.0.0" },
	  RULE_CONFLICT, KERNEL(6, 1) },
	{ "a v6 connection and the v4 wildcard", TCP, { "0.0.0.0" },
	  ESTABLISHED, { "::1" }, RULE_CONFLICT },
	{ "a v6 connection, v6only, and the v4 wildcard", TCP, { "0.0.0.0" },
	  ESTABLISHED, { "::1", V }, RULE_ADDRESS },
	{ "a v6 connection and 127.0.0.6 since 6.1", TCP, { "127.0.0.6" },
	  ESTABLISHED, { "::1" }, RULE_ADDRESS, KERNEL(6, 1) },
	{ "a v6 connection and 127.0.0.6 before", TCP, { "127.0.0.6" },
	  ESTABLISHED, { "::1" }, RULE_CONFLICT, OLD },

	/* interfaces */
	{ "two interfaces", TCP, { "0.0.0.0", 0, 0, "eth0" }, LISTEN,
	  { "0.0.0.0", 0, 0, "eth1" }, RULE_DEVICE },
	{ "one interface", TCP, { "0.0.0.0", 0, 0, "eth0" }, LISTEN,
	  { "0.0.0.0", 0, 0, "eth0" }, RULE_CONFLICT },
	{ "an interface and no interface", TCP, { "0.0.0.0", 0, 0, "eth0" }, LISTEN,
	  { "0.0.0.0" }, RULE_CONFLICT },
	{ "no interface and one", UDP, { "0.0.0.0" }, UNCONN,
	  { "0.0.0.0", 0, 0, "eth0" }, RULE_CONFLICT },

	/* SO_REUSEADDR */
	{ "both reuseaddr, bound", TCP, { "0.0.0.0", A }, BOUND,
	  { "0.0.0.0", A }, RULE_REUSEADDR },
	{ "both reuseaddr, a listener", TCP, { "0.0.0.0", A }, LISTEN,
	  { "0.0.0.0", A }, RULE_CONFLICT },
	{ "reuseaddr and TIME_WAIT with it", TCP, { "0.0.0.0", A }, TIME_WAIT,
	  { "10.0.0.1", A }, RULE_REUSEADDR },
	{ "reuseaddr and TIME_WAIT without", TCP, { "0.0.0.0", A }, TIME_WAIT,
	  { "10.0.0.1" }, RULE_CONFLICT },
	{ "TIME_WAIT with reuseaddr, bind() without", TCP, { "0.0.0.0" },
	  TIME_WAIT, { "10.0.0.1", A }, RULE_CONFLICT },
	{ "other users share by reuseaddr", TCP, { "0.0.0.0", A, 1000 }, BOUND,
	  { "0.0.0.0", A, 33 }, RULE_REUSEADDR },
	{ "both reuseaddr, UDP", UDP, { "0.0.0.0", A }, UNCONN,
	  { "0.0.0.0", A }, RULE_REUSEADDR },
	{ "one reuseaddr, UDP", UDP, { "0.0.0.0", A }, UNCONN, { "0.0.0.0" },
	  RULE_CONFLICT },

	/* SO_REUSEPORT */
	{ "both reuseport", TCP, { "0.0.0.0", P, 33 }, LISTEN,
	  { "0.0.0.0", P, 33 }, RULE_REUSEPORT },
	{ "both reuseport, two users", TCP, { "0.0.0.0", P, 33 }, LISTEN,
	  { "0.0.0.0", P, 1000 }, RULE_CONFLICT },
	{ "one reuseport", TCP, { "0.0.0.0", P, 33 }, LISTEN,
	  { "0.0.0.0", 0, 33 }, RULE_CONFLICT },
	{ "reuseport and TIME_WAIT, which has no uid", TCP,
	  { "0.0.0.0", P, 33 }, TIME_WAIT, { "10.0.0.1", P },
	  RULE_REUSEPORT },
	{ "reuseport and a queued socket with the uid of root", TCP,
	  { "0.0.0.0", P, 33 }, ESTABLISHED, { "10.0.0.1", P },
	  RULE_CONFLICT },
	{ "... with an unknown uid, since 6.17", TCP,
	  { "0.0.0.0", P, 33 }, ESTABLISHED, { "10.0.0.1", P },
	  RULE_REUSEPORT, KERNEL(6, 17), PORTSOCK_HELD_ACCEPTQ },
	{ "... with the uid of root, before", TCP, { "0.0.0.0", P, 33 }, ESTABLISHED,
	  { "10.0.0.1", P }, RULE_CONFLICT, KERNEL(6, 16),
	  PORTSOCK_HELD_ACCEPTQ },
	{ "both have both, a listener", TCP, { "0.0.0.0", ALL, 33 }, LISTEN,
	  { "0.0.0.0", ALL, 33 }, RULE_REUSEPORT },
	{ "both reuseport, UDP", UDP, { "0.0.0.0", P, 33 }, UNCONN,
	  { "0.0.0.0", P, 33 }, RULE_REUSEPORT },
	{ "both reuseport, two users, UDP", UDP, { "0.0.0.0", P, 33 }, UNCONN,
	  { "0.0.0.0", P, 0 }, RULE_CONFLICT },
	{ "both have both, two users, UDP", UDP, { "0.0.0.0", ALL, 33 }, UNCONN,
	  { "0.0.0.0", ALL, 0 }, RULE_REUSEADDR },
};

static void set_end(struct ps_end *end, const char *address)
{
	end->form = strchr(address, ':') ? PS_FORM_INET6 : PS_FORM_INET;
	end->num = PORT;
	assert_int_equal(inet_pton(end->form == PS_FORM_INET6 ? AF_INET6 :
				   AF_INET, address, end->ip), 1);
}

static struct bind_request bind_of(const struct side *side, u8 proto,
				   u32 kernel)
{
	struct bind_request b = {
		.netns = 1, .uid = side->uid, .flags = side->flags,
		.kernel = kernel ? kernel : NEW, .proto = proto,
	};

	set_end(&b.local, side->address);
	if (side->dev)
		strcpy(b.dev, side->dev);
	return b;
}

static struct ps_record record_of(const struct side *side, u8 proto, u8 state)
{
	struct ps_record r = {
		.netns = 1, .uid = side->uid, .flags = side->flags,
		.proto = proto, .state = state, .port = PORT, .inode = 1,
		.has = PS_HAS_PORT | PS_HAS_CGROUP,
		.held = PORTSOCK_HELD_PROCESS,
	};

	set_end(&r.local, side->address);
	if (side->dev)
		strcpy(r.dev, side->dev);
	return r;
}

static void test_table(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const struct expectation *e = &table[i];
		struct bind_request b = bind_of(&e->request, e->proto, e->kernel);
		struct ps_record r = record_of(&e->there, e->proto, e->state);
		enum bind_rule rule;

		if (e->held)
			r.held = e->held;
		rule = bind_rule_for(&b, &r);
		if (rule != e->rule)
			fail_msg("%s: rule %d, not %d", e->name, rule, e->rule);
	}
}

static void test_elsewhere(void **state)
{
	const struct side any = { "0.0.0.0" };
	struct bind_request b = bind_of(&any, TCP, NEW);
	struct ps_record r = record_of(&any, TCP, LISTEN), other = r;

	assert_int_equal(bind_rule_for(&b, &r), RULE_CONFLICT);
	other.port++;
	assert_int_equal(bind_rule_for(&b, &other), RULE_PLACE);
	other = r;
	other.netns++;
	assert_int_equal(bind_rule_for(&b, &other), RULE_PLACE);
	other = r;
	other.proto = UDP;
	assert_int_equal(bind_rule_for(&b, &other), RULE_PLACE);
	other = r;
	other.has = 0;
	assert_int_equal(bind_rule_for(&b, &other), RULE_PLACE);
	other = r;
	other.local.form = PS_FORM_ANY;
	assert_int_equal(bind_rule_for(&b, &other), RULE_PLACE);
}

/* A request socket is not in the bind table; its child is. */
static void test_requests(void **state)
{
	const struct side any = { "0.0.0.0" };
	struct bind_request b = bind_of(&any, TCP, NEW);
	struct ps_record r = record_of(&any, TCP, PORTSOCK_SYN_RECV);

	assert_int_equal(bind_rule_for(&b, &r), RULE_CONFLICT);
	r.held = PORTSOCK_HELD_SYNRECV;
	assert_int_equal(bind_rule_for(&b, &r), RULE_REQUEST);
}

/* A TIME_WAIT socket in FIN_WAIT2 has no uid, an orphan has that of root. */
static void test_orphans(void **state)
{
	const struct side request = { "0.0.0.0", P, 33 };
	const struct side left = { "10.0.0.1", P };
	struct bind_request b = bind_of(&request, TCP, KERNEL(6, 12));
	struct ps_record r = record_of(&left, TCP, PORTSOCK_FIN_WAIT2);

	r.inode = 0;
	r.held = PORTSOCK_HELD_ORPHAN;
	assert_int_equal(bind_rule_for(&b, &r), RULE_CONFLICT);
	r.has &= ~PS_HAS_CGROUP;
	assert_int_equal(bind_rule_for(&b, &r), RULE_REUSEPORT);
}

/* Return a bit for each of two sockets, the older first, that conflicts. */
static unsigned int find(const struct bind_request *b,
			 const struct ps_record *older,
			 const struct ps_record *newer, bool *guess)
{
	struct row rows[] = { { .record = *older }, { .record = *newer } };
	const struct rowset socks = { .rows = rows, .count = 2 };
	bool blocks[2] = { true, true };
	size_t found = bind_find_conflicts(b, &socks, blocks, guess);

	assert_int_equal(found, blocks[0] + blocks[1]);
	return blocks[0] | blocks[1] << 1;
}

/* A socket joins the group of its uid, whichever sockets are queued. */
static void test_fastreuse(void **state)
{
	const struct side group = { "0.0.0.0", P, 33 };
	const struct side queued = { "10.0.0.1", P, 0 };
	struct ps_record child = record_of(&queued, TCP, ESTABLISHED);
	struct ps_record listener = record_of(&group, TCP, LISTEN);
	struct bind_request b = bind_of(&group, TCP, NEW);
	bool guess;

	child.inode = 0;
	assert_int_equal(find(&b, &child, &listener, &guess), 0);
	assert_true(guess);
	b.uid = 1000;
	assert_int_equal(find(&b, &child, &listener, &guess), 3);
	assert_false(guess);
	b.uid = 33;
	b.flags = 0;
	assert_int_equal(find(&b, &child, &listener, &guess), 3);
	assert_false(guess);
}

/* A socket without SO_REUSEPORT resets the fastreuse state. */
static void test_fastreuse_lost(void **state)
{
	const struct side group = { "127.0.0.1", P, 33 };
	const struct side other = { "127.0.0.2", 0, 33, "lo" };
	const struct side request = { "0.0.0.0", P, 33 };
	struct ps_record listener = record_of(&group, TCP, LISTEN);
	struct ps_record alone = record_of(&other, TCP, LISTEN);
	struct bind_request b = bind_of(&request, TCP, NEW);
	bool guess;

	assert_int_equal(find(&b, &listener, &alone, &guess), 2);
	assert_true(guess);
	alone.dev[0] = '\0';
	assert_int_equal(find(&b, &listener, &alone, &guess), 2);
	assert_false(guess);
}

/* The state in a bind row counts, not the state guessed from the sockets. */
static void test_fastreuse_row(void **state)
{
	const struct side group = { "127.0.0.1", P, 33 };
	const struct side request = { "0.0.0.0", P, 33 };
	struct ps_record child = record_of(&group, TCP, ESTABLISHED);
	struct ps_record listener = record_of(&group, TCP, LISTEN);
	struct ps_record port = { .flags = P, .has = PS_HAS_UID, .uid = 33 };
	struct bind_request b = bind_of(&request, TCP, NEW);
	bool guess;

	child.uid = 0;
	child.inode = 0;
	b.bind_rows = &port;
	b.bind_row_count = 1;
	port.local.form = PS_FORM_ANY;
	assert_int_equal(find(&b, &child, &listener, &guess), 0);
	assert_false(guess);
	port.local = listener.local;	/* strict: the address counts */
	assert_int_equal(find(&b, &child, &listener, &guess), 1);
	assert_false(guess);
	b.local = listener.local;
	assert_int_equal(find(&b, &child, &listener, &guess), 0);
	port.uid = 34;
	assert_int_equal(find(&b, &child, &listener, &guess), 1);
	assert_false(guess);
	port.uid = 33;
	port.has = 0;			/* the uid is hidden */
	assert_int_equal(find(&b, &child, &child, &guess), 0);
	assert_true(guess);
	port.flags = 0;
	assert_int_equal(find(&b, &child, &child, &guess), 3);
	assert_false(guess);
}

/* SO_REUSEADDR cleared after bind(): only listen() notices. */
static void test_fastreuse_addr(void **state)
{
	const struct side there = { "0.0.0.0", 0 };
	const struct side request = { "0.0.0.0", A };
	struct ps_record bound = record_of(&there, TCP, BOUND);
	struct ps_record port = { .flags = A, .local.form = PS_FORM_ANY };
	struct bind_request b = bind_of(&request, TCP, NEW);
	bool guess;

	b.bind_rows = &port;
	b.bind_row_count = 1;
	assert_int_equal(find(&b, &bound, &bound, &guess), 0);
	b.listens = true;
	assert_int_equal(find(&b, &bound, &bound, &guess), 3);
	b.flags = A | P;
	assert_int_equal(find(&b, &bound, &bound, &guess), 0);
	assert_false(guess);
	port.flags = 0;
	assert_int_equal(find(&b, &bound, &bound, &guess), 3);
}

/* Beside an IPv4 listener the fastreuse state may be that of an IPv6 socket. */
static void test_fastreuse_dual_stack(void **state)
{
	const struct side request = { "::", P, 33 };
	const struct side inet = { "0.0.0.0", 0, 33 };
	const struct side dual_stack = { "::", 0, 33 };
	struct bind_request b = bind_of(&request, TCP, NEW);
	struct ps_record r = record_of(&inet, TCP, LISTEN);
	bool guess;

	assert_int_equal(find(&b, &r, &r, &guess), 3);
	assert_true(guess);
	r = record_of(&dual_stack, TCP, LISTEN);
	assert_int_equal(find(&b, &r, &r, &guess), 3);
	assert_false(guess);
}

static const struct side sharing = { "127.0.0.1", P, 33 };
static const struct side alone = { "127.0.0.2", 0, 33 };
static const struct side to_share = { "0.0.0.0", P, 33 };

/* UDP: the walk begins with the newest, and ends at one that shares. */
static void test_udp_order(void **state)
{
	struct ps_record s = record_of(&sharing, UDP, UNCONN);
	struct ps_record a = record_of(&alone, UDP, UNCONN);
	struct bind_request b = bind_of(&to_share, UDP, NEW);
	bool guess;

	assert_int_equal(find(&b, &a, &s, &guess), 0);
	assert_true(guess);
	assert_int_equal(find(&b, &s, &a, &guess), 2);
	assert_true(guess);
	s.flags = 0;
	assert_int_equal(find(&b, &s, &a, &guess), 3);
	assert_false(guess);
}

/* With bind rows the order is certain. */
static void test_udp_order_rows(void **state)
{
	struct ps_record s = record_of(&sharing, UDP, UNCONN);
	struct ps_record a = record_of(&alone, UDP, UNCONN);
	struct bind_request b = bind_of(&to_share, UDP, NEW);
	struct ps_record rows[3];
	bool guess;

	s.cookie = 5;
	a.cookie = 6;
	rows[0] = rows[1] = rows[2] = s;
	rows[0].port++;			/* another port: skipped */
	rows[2].cookie = a.cookie;
	bind_request_set_rows(&b, rows, 3);
	assert_int_equal(b.bind_row_count, 2);
	assert_int_equal(find(&b, &s, &a, &guess), 0);
	assert_false(guess);
	assert_int_equal(find(&b, &a, &s, &guess), 0);
	assert_false(guess);
	rows[0].cookie = a.cookie;
	rows[1].cookie = s.cookie;
	assert_int_equal(find(&b, &s, &a, &guess), 2);
	assert_false(guess);
	rows[1].cookie = 7;		/* of an unknown socket: rows are useless */
	find(&b, &s, &a, &guess);
	assert_true(guess);
	bind_request_set_rows(&b, rows, 1);	/* incomplete: useless */
	find(&b, &s, &a, &guess);
	assert_true(guess);
}

/* eth0 in no VRF, eth1 in VRF blue, and VRF red. */
static struct link link_list[] = {
	{ .name = "eth0", .index = 2 },
	{ .name = "eth1", .index = 3, .master = 4, .vrf = 4 },
	{ .name = "blue", .index = 4, .vrf = 4, .table = 100 },
	{ .name = "red", .index = 5, .vrf = 5, .table = 101 },
};

static const struct link *link_names[] = {
	&link_list[2], &link_list[0], &link_list[1], &link_list[3],
};

static struct links all_links = {
	.list = link_list, .names = link_names, .count = 4, .known = true,
};

/*
 * Bind buckets: the devices of the bind() and of two listeners, the VRFs of the
 * buckets that exist ("-": none), and which of the listeners conflict.
 */
static const struct bucket_case {
	const char *name;
	const char *dev;
	const char *older;
	const char *newer;
	const char *buckets[3];
	unsigned int blocks;
	bool guess;
	bool accept;		/* tcp_l3mdev_accept   */
	bool saved;		/* no interfaces known */
	u32 flags;		/* of the older        */
} bucket_cases[] = {
	{ "a VRF beside none", "", "blue", "red", { "blue", "red" }, 0 },
	{ "its own VRF", "blue", "blue", "red", { "blue", "red" }, 1 },
	{ "a port of the VRF", "eth1", "blue", "red", { "blue", "red" }, 0 },
	{ "another VRF", "red", "blue", "eth1", { "blue" }, 0 },
	{ "no VRF", "", "", "blue", { "-", "blue" }, 1 },
	{ "bound before eth1 was moved", "", "eth1", "eth1", { "-" }, 3 },
	{ "... and one of them after it", "", "eth1", "eth1", { "-", "blue" },
	  3 },
	{ "eth1 now, after it was moved", "eth1", "eth1", "eth1", { "-" }, 0 },
	{ "the bucket may be that of either", "", "eth1", "blue",
	  { "-", "blue" }, 3 },
	{ "either, one does not conflict", "", "eth1", "blue",
	  { "-", "blue" }, 0, .guess = true, .flags = V },
	{ "of the VRF, or of none", "blue", "blue", "blue", { "-", "blue" }, 2,
	  .guess = true, .flags = V },
	{ "of the VRF for certain", "blue", "blue", "blue", { "blue", "red" },
	  2, .flags = V },
	{ "one bucket", "", "eth1", "blue", { "-" }, 3, .accept = true },
	{ "tcp_l3mdev_accept was set later", "", "blue", "blue", { "blue" }, 0,
	  .accept = true },
	{ "an interface that is gone", "", "eth9", "", { "-", "blue" }, 3 },
	{ "saved: no bucket rows", "", "eth0", "eth0", { NULL }, 3,
	  .guess = true, .saved = true },
	{ "saved: a VRF", "", "blue", "blue", { "blue" }, 0, .saved = true },
	{ "saved: one bucket", "", "eth0", "eth0", { "-" }, 3, .saved = true },
	{ "saved: eth0 may be in a VRF", "eth0", "", "", { "-" }, 3,
	  .guess = true, .saved = true },
};

static void test_buckets(void **state)
{
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(bucket_cases); i++) {
		const struct bucket_case *c = &bucket_cases[i];
		const struct side request = { "0.0.0.0", 0, 0, c->dev };
		const struct side older = { c->flags & V ? "::" : "0.0.0.0",
			c->flags, 0, c->older };
		const struct side newer = { "0.0.0.0", 0, 0, c->newer };
		struct bind_request b = bind_of(&request, TCP, OLD);
		struct ps_record one = record_of(&older, TCP, LISTEN);
		struct ps_record two = record_of(&newer, TCP, LISTEN);
		struct ps_record rows[3] = { two, two, two };
		unsigned int blocks;
		bool guess;

		for (j = 0; j < 3 && c->buckets[j]; j++)
			strcpy(rows[j].dev, strcmp(c->buckets[j], "-") ?
			       c->buckets[j] : "");
		all_links.tcp_l3mdev_accept = c->accept;
		b.links = c->saved ? NULL : &all_links;
		bind_request_set_rows(&b, rows, j);
		blocks = find(&b, &one, &two, &guess);
		if (blocks != c->blocks || guess != c->guess)
			fail_msg("%s: sockets %u%s, not %u%s", c->name, blocks,
				 guess ? " (guess)" : "", c->blocks,
				 c->guess ? " (guess)" : "");
	}
	all_links.tcp_l3mdev_accept = false;
}

/* IPv6 sockets with SO_REUSEPORT are at the tail, at any age. */
static void test_udp_tail(void **state)
{
	const struct side shares = { "::1", P | V, 33 };
	const struct side request = { "::", P, 33 };
	struct ps_record s = record_of(&shares, UDP, UNCONN);
	struct ps_record a = record_of(&alone, UDP, UNCONN);
	struct bind_request b = bind_of(&request, UDP, NEW);
	bool guess;

	assert_int_equal(find(&b, &a, &s, &guess), 1);
	assert_int_equal(find(&b, &s, &a, &guess), 2);
}

/* portsock wait: a listener has to cover the address, and not vice versa. */
static void test_wildcards(void **state)
{
	static const struct {
		const char *wanted, *used;
		bool v6only, covers, conflicts;
	} table[] = {
		{ "127.0.0.1", "0.0.0.0", false, true, true },
		{ "0.0.0.0", "127.0.0.1", false, false, true },
		{ "127.0.0.1", "::", false, true, true },
		{ "127.0.0.1", "::", true, false, false },
		{ "::", "127.0.0.1", false, false, true },
		{ "::", "0.0.0.0", false, false, true },
		{ "::1", "::", true, true, true },
		{ "::1", "0.0.0.0", false, false, false },
		{ "::ffff:127.0.0.1", "0.0.0.0", false, true, true },
		/* A connection of a dual-stack listener. */
		{ "0.0.0.0", "::1", false, false, true },
		{ "0.0.0.0", "::1", true, false, false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct ps_end wanted, used;
		struct bind_address a = { .end = &wanted };
		struct bind_address b = { .end = &used, .wild = true,
					  .v6only = table[i].v6only };

		set_end(&wanted, table[i].wanted);
		set_end(&used, table[i].used);
		if (rcv_saddr_equal(&a, &b) != table[i].covers)
			fail_msg("%s covers %s", table[i].used, table[i].wanted);
		a.wild = true;
		if (rcv_saddr_equal(&a, &b) != table[i].conflicts)
			fail_msg("%s and %s", table[i].wanted, table[i].used);
	}
}

/* No socket, and random sockets. */
static void test_anything(void **state)
{
	char local[PS_RECORD_MAX], remote[PS_RECORD_MAX];
	struct ps_record bind_rows[8];
	struct row rows[8] = {};
	struct rowset socks = { .rows = rows };
	bool blocks[8], guess;
	struct bind_request b;
	unsigned int i, n;

	for (n = 0; n < 20000; n++) {
		random_bytes(&b, sizeof(b));
		b.local.form = random_below(2) ? PS_FORM_INET : PS_FORM_INET6;
		b.proto = random_below(2) ? TCP : UDP;
		b.dev[PS_DEV_SIZE - 1] = '\0';
		b.links = random_below(2) ? &all_links : NULL;
		b.listens = random_below(2);
		for (i = 0; i < 8; i++) {
			struct ps_record *r = &rows[i].record;

			random_record(r, local, remote);
			if (random_below(2)) {
				r->proto = b.proto;
				r->netns = b.netns;
				r->port = b.local.num;
				r->has |= PS_HAS_PORT;
				r->local = b.local;
			}
			bind_rows[i] = *r;
		}
		b.bind_row_count = random_below(9);
		b.bind_rows = b.bind_row_count ? bind_rows : NULL;
		socks.count = random_below(9);
		assert_true(bind_find_conflicts(&b, &socks, blocks, &guess) <=
			    socks.count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_orphans),
		cmocka_unit_test(test_fastreuse),
		cmocka_unit_test(test_fastreuse_lost),
		cmocka_unit_test(test_fastreuse_row),
		cmocka_unit_test(test_fastreuse_addr),
		cmocka_unit_test(test_fastreuse_dual_stack),
		cmocka_unit_test(test_udp_order),
		cmocka_unit_test(test_udp_order_rows),
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_udp_tail),
		cmocka_unit_test(test_wildcards),
		cmocka_unit_test(test_anything),
	};

	return RUN(tests);
}
