// SPDX-License-Identifier: GPL-2.0
/* Would bind() work: a bind() and one socket to the rule that decides. */
#include "test.h"
#include "../../userspace/why/bind_rules.h"

#include <arpa/inet.h>

/* A row says only what matters to it. */
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
	const char *what;
	u8 proto;
	struct side asked;
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
	{ "a wildcard there", TCP, { "10.0.0.1" }, LISTEN, { "0.0.0.0" },
	  RULE_CONFLICT },
	{ "a wildcard asked for", TCP, { "0.0.0.0" }, LISTEN, { "10.0.0.1" },
	  RULE_CONFLICT },
	{ "two addresses", TCP, { "10.0.0.1" }, LISTEN, { "10.0.0.2" },
	  RULE_ADDRESS },
	{ "two addresses of UDP", UDP, { "10.0.0.1" }, UNCONN, { "10.0.0.2" },
	  RULE_ADDRESS },
	{ "v6 wildcard covers v4", TCP, { "0.0.0.0" }, LISTEN, { "::" },
	  RULE_CONFLICT },
	{ "v6 wildcard covers a v4 address", TCP, { "10.0.0.1" }, LISTEN,
	  { "::" }, RULE_CONFLICT },
	{ "v6only does not", TCP, { "0.0.0.0" }, LISTEN, { "::", V },
	  RULE_ADDRESS },
	{ "v6only does not, of an address", TCP, { "10.0.0.1" }, LISTEN,
	  { "::", V }, RULE_ADDRESS },
	{ "v6only asked for", TCP, { "::", V }, LISTEN, { "0.0.0.0" },
	  RULE_ADDRESS },
	{ "v6only asked for, v6 there", TCP, { "::", V }, LISTEN, { "::" },
	  RULE_CONFLICT },
	{ "v6 wildcard asked for, v4 there", TCP, { "::" }, LISTEN,
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
	{ "mapped wildcard there", TCP, { "10.0.0.1" }, LISTEN,
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
	{ "an interface and none", TCP, { "0.0.0.0", 0, 0, "eth0" }, LISTEN,
	  { "0.0.0.0" }, RULE_CONFLICT },
	{ "none and an interface", UDP, { "0.0.0.0" }, UNCONN,
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
	{ "TIME_WAIT with reuseaddr, asked without", TCP, { "0.0.0.0" },
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
	{ "reuseport and a TIME_WAIT, which has no user", TCP,
	  { "0.0.0.0", P, 33 }, TIME_WAIT, { "10.0.0.1", P },
	  RULE_REUSEPORT },
	{ "reuseport and who waits for accept(), who is root's", TCP,
	  { "0.0.0.0", P, 33 }, ESTABLISHED, { "10.0.0.1", P },
	  RULE_CONFLICT },
	{ "... or unknown, since 6.17", TCP, { "0.0.0.0", P, 33 }, ESTABLISHED,
	  { "10.0.0.1", P }, RULE_REUSEPORT, KERNEL(6, 17),
	  PORTSOCK_HELD_ACCEPTQ },
	{ "... or root's, before", TCP, { "0.0.0.0", P, 33 }, ESTABLISHED,
	  { "10.0.0.1", P }, RULE_CONFLICT, KERNEL(6, 16),
	  PORTSOCK_HELD_ACCEPTQ },
	{ "both of both, a listener", TCP, { "0.0.0.0", ALL, 33 }, LISTEN,
	  { "0.0.0.0", ALL, 33 }, RULE_REUSEPORT },
	{ "both reuseport, UDP", UDP, { "0.0.0.0", P, 33 }, UNCONN,
	  { "0.0.0.0", P, 33 }, RULE_REUSEPORT },
	{ "both reuseport, two users, UDP", UDP, { "0.0.0.0", P, 33 }, UNCONN,
	  { "0.0.0.0", P, 0 }, RULE_CONFLICT },
	{ "both of both, two users, UDP", UDP, { "0.0.0.0", ALL, 33 }, UNCONN,
	  { "0.0.0.0", ALL, 0 }, RULE_REUSEADDR },
};

static void set_end(struct ps_end *end, const char *address)
{
	end->form = strchr(address, ':') ? PS_FORM_INET6 : PS_FORM_INET;
	end->num = PORT;
	assert_int_equal(inet_pton(end->form == PS_FORM_INET6 ? AF_INET6 :
				   AF_INET, address, end->ip), 1);
}

static struct bind_request bind_of(const struct side *side, u8 proto, u32 kernel)
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

/* As the kernel has it: what is bound to one IPv6 address is v6only. */
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
		struct bind_request b = bind_of(&e->asked, e->proto, e->kernel);
		struct ps_record r = record_of(&e->there, e->proto, e->state);
		enum bind_rule rule;

		if (e->held)
			r.held = e->held;
		rule = conflict_rule(&b, &r);
		if (rule != e->rule)
			fail_msg("%s: rule %d, not %d", e->what, rule, e->rule);
	}
}

static void test_elsewhere(void **state)
{
	const struct side any = { "0.0.0.0" };
	struct bind_request b = bind_of(&any, TCP, NEW);
	struct ps_record r = record_of(&any, TCP, LISTEN), other = r;

	assert_int_equal(conflict_rule(&b, &r), RULE_CONFLICT);
	other.port++;
	assert_int_equal(conflict_rule(&b, &other), RULE_PLACE);
	other = r;
	other.netns++;
	assert_int_equal(conflict_rule(&b, &other), RULE_PLACE);
	other = r;
	other.proto = UDP;
	assert_int_equal(conflict_rule(&b, &other), RULE_PLACE);
	other = r;
	other.has = 0;
	assert_int_equal(conflict_rule(&b, &other), RULE_PLACE);
	other = r;
	other.local.form = PS_FORM_ANY;
	assert_int_equal(conflict_rule(&b, &other), RULE_PLACE);
}

/* A request is not in the bind table; the child that comes of it is. */
static void test_requests(void **state)
{
	const struct side any = { "0.0.0.0" };
	struct bind_request b = bind_of(&any, TCP, NEW);
	struct ps_record r = record_of(&any, TCP, PORTSOCK_SYN_RECV);

	assert_int_equal(conflict_rule(&b, &r), RULE_CONFLICT);
	r.held = PORTSOCK_HELD_SYNRECV;
	assert_int_equal(conflict_rule(&b, &r), RULE_REQUEST);
}

/* FIN_WAIT2 of the kernel's small object is of no user, a socket's is root's. */
static void test_orphans(void **state)
{
	const struct side asked = { "0.0.0.0", P, 33 };
	const struct side left = { "10.0.0.1", P };
	struct bind_request b = bind_of(&asked, TCP, KERNEL(6, 12));
	struct ps_record r = record_of(&left, TCP, PORTSOCK_FIN_WAIT2);

	r.inode = 0;
	r.held = PORTSOCK_HELD_ORPHAN;
	assert_int_equal(conflict_rule(&b, &r), RULE_CONFLICT);
	r.has &= ~PS_HAS_CGROUP;
	assert_int_equal(conflict_rule(&b, &r), RULE_REUSEPORT);
}

/* Finds among two sockets, the older first; which of them are in the way. */
static unsigned int find(const struct bind_request *b, const struct ps_record *older,
			 const struct ps_record *newer, bool *unsure)
{
	const struct ps_record *made[] = { older, newer };
	bool blocks[2] = { true, true };
	size_t found = conflict_find(b, made, 2, blocks, unsure);

	assert_int_equal(found, blocks[0] + blocks[1]);
	return blocks[0] | blocks[1] << 1;
}

/* A group of one user lets its own in, whoever waits for accept(). */
static void test_memory(void **state)
{
	const struct side group = { "0.0.0.0", P, 33 };
	const struct side waits = { "10.0.0.1", P, 0 };
	struct ps_record child = record_of(&waits, TCP, ESTABLISHED);
	struct ps_record listener = record_of(&group, TCP, LISTEN);
	struct bind_request b = bind_of(&group, TCP, NEW);
	bool unsure;

	child.inode = 0;
	assert_int_equal(find(&b, &child, &listener, &unsure), 0);
	assert_true(unsure);
	b.uid = 1000;
	assert_int_equal(find(&b, &child, &listener, &unsure), 3);
	assert_false(unsure);
	b.uid = 33;
	b.flags = 0;
	assert_int_equal(find(&b, &child, &listener, &unsure), 3);
	assert_false(unsure);
}

/* One that does not share makes the port forget. */
static void test_memory_is_lost(void **state)
{
	const struct side group = { "127.0.0.1", P, 33 };
	const struct side other = { "127.0.0.2", 0, 33, "lo" };
	const struct side asked = { "0.0.0.0", P, 33 };
	struct ps_record listener = record_of(&group, TCP, LISTEN);
	struct ps_record alone = record_of(&other, TCP, LISTEN);
	struct bind_request b = bind_of(&asked, TCP, NEW);
	bool unsure;

	assert_int_equal(find(&b, &listener, &alone, &unsure), 2);
	assert_true(unsure);
	alone.dev[0] = '\0';
	assert_int_equal(find(&b, &listener, &alone, &unsure), 2);
	assert_false(unsure);
}

/* What the port is told to remember counts, not who seems to have bound it. */
static void test_memory_is_told(void **state)
{
	const struct side group = { "127.0.0.1", P, 33 };
	const struct side asked = { "0.0.0.0", P, 33 };
	struct ps_record child = record_of(&group, TCP, ESTABLISHED);
	struct ps_record listener = record_of(&group, TCP, LISTEN);
	struct ps_record port = { .flags = P, .has = PS_HAS_UID, .uid = 33 };
	struct bind_request b = bind_of(&asked, TCP, NEW);
	bool unsure;

	child.uid = 0;
	child.inode = 0;
	b.told = &port;
	port.local.form = PS_FORM_ANY;
	assert_int_equal(find(&b, &child, &listener, &unsure), 0);
	assert_false(unsure);
	port.local = listener.local;	/* not alone: its address counts */
	assert_int_equal(find(&b, &child, &listener, &unsure), 1);
	assert_false(unsure);
	b.local = listener.local;
	assert_int_equal(find(&b, &child, &listener, &unsure), 0);
	port.uid = 34;
	assert_int_equal(find(&b, &child, &listener, &unsure), 1);
	assert_false(unsure);
	port.has = 0;			/* not told whose it was */
	assert_int_equal(find(&b, &child, &child, &unsure), 0);
	assert_true(unsure);
	port.flags = 0;
	assert_int_equal(find(&b, &child, &child, &unsure), 3);
	assert_false(unsure);
}

/* SO_REUSEADDR that was taken back: bind() does not see it, listen() does. */
static void test_all_reused_it(void **state)
{
	const struct side there = { "0.0.0.0", 0 };
	const struct side asked = { "0.0.0.0", A };
	struct ps_record bound = record_of(&there, TCP, BOUND);
	struct ps_record port = { .flags = A, .local.form = PS_FORM_ANY };
	struct bind_request b = bind_of(&asked, TCP, NEW);
	bool unsure;

	b.told = &port;
	assert_int_equal(find(&b, &bound, &bound, &unsure), 0);
	b.listens = true;
	assert_int_equal(find(&b, &bound, &bound, &unsure), 3);
	b.flags = A | P;
	assert_int_equal(find(&b, &bound, &bound, &unsure), 0);
	assert_false(unsure);
	port.flags = 0;
	assert_int_equal(find(&b, &bound, &bound, &unsure), 3);
}

static const struct side sharing = { "127.0.0.1", P, 33 };
static const struct side alone = { "127.0.0.2", 0, 33 };
static const struct side to_share = { "0.0.0.0", P, 33 };

/* UDP: the newest is met first, and one that shares ends the walk. */
static void test_udp_order(void **state)
{
	struct ps_record s = record_of(&sharing, UDP, UNCONN);
	struct ps_record a = record_of(&alone, UDP, UNCONN);
	struct bind_request b = bind_of(&to_share, UDP, NEW);
	bool unsure;

	assert_int_equal(find(&b, &a, &s, &unsure), 0);
	assert_true(unsure);
	assert_int_equal(find(&b, &s, &a, &unsure), 2);
	assert_true(unsure);
	s.flags = 0;
	assert_int_equal(find(&b, &s, &a, &unsure), 3);
	assert_false(unsure);
}

/* A view that tells the order leaves nothing to be guessed. */
static void test_udp_order_told(void **state)
{
	struct ps_record s = record_of(&sharing, UDP, UNCONN);
	struct ps_record a = record_of(&alone, UDP, UNCONN);
	struct bind_request b = bind_of(&to_share, UDP, NEW);
	struct ps_record told[3];
	bool unsure;

	s.cookie = 5;
	a.cookie = 6;
	told[0] = told[1] = told[2] = s;
	told[0].port++;			/* another port's: not of interest */
	told[2].cookie = a.cookie;
	conflict_add_bind_rows(&b, told, 3);
	assert_int_equal(b.told_count, 2);
	assert_int_equal(find(&b, &s, &a, &unsure), 0);
	assert_false(unsure);
	assert_int_equal(find(&b, &a, &s, &unsure), 0);
	assert_false(unsure);
	told[0].cookie = a.cookie;
	told[1].cookie = s.cookie;
	assert_int_equal(find(&b, &s, &a, &unsure), 2);
	assert_false(unsure);
	told[1].cookie = 7;		/* of another one: no use */
	find(&b, &s, &a, &unsure);
	assert_true(unsure);
	conflict_add_bind_rows(&b, told, 1);	/* not of all: neither */
	find(&b, &s, &a, &unsure);
	assert_true(unsure);
}

/* IPv6 sockets with SO_REUSEPORT stand at the end, whenever they came. */
static void test_udp_tail(void **state)
{
	const struct side shares = { "::1", P | V, 33 };
	const struct side asked = { "::", P, 33 };
	struct ps_record s = record_of(&shares, UDP, UNCONN);
	struct ps_record a = record_of(&alone, UDP, UNCONN);
	struct bind_request b = bind_of(&asked, UDP, NEW);
	bool unsure;

	assert_int_equal(find(&b, &a, &s, &unsure), 1);
	assert_int_equal(find(&b, &s, &a, &unsure), 2);
}

/* Nobody there, and anything there. */
static void test_anything(void **state)
{
	char local[PS_RECORD_MAX], remote[PS_RECORD_MAX];
	struct ps_record r[8];
	const struct ps_record *made[8];
	bool blocks[8], unsure;
	struct bind_request b;
	unsigned int i, n;

	for (n = 0; n < 20000; n++) {
		random_bytes(&b, sizeof(b));
		b.local.form = random_below(2) ? PS_FORM_INET : PS_FORM_INET6;
		b.proto = random_below(2) ? TCP : UDP;
		b.dev[PS_DEV_SIZE - 1] = '\0';
		b.listens = random_below(2);
		b.told_count = random_below(9);
		b.told = b.told_count ? r : NULL;
		for (i = 0; i < 8; i++) {
			random_record(&r[i], local, remote);
			made[i] = &r[i];
			if (random_below(2)) {
				r[i].proto = b.proto;
				r[i].netns = b.netns;
				r[i].port = b.local.num;
				r[i].has |= PS_HAS_PORT;
				r[i].local = b.local;
			}
		}
		i = random_below(9);
		assert_true(conflict_find(&b, made, i, blocks, &unsure) <=
			    i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_orphans),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_memory_is_lost),
		cmocka_unit_test(test_memory_is_told),
		cmocka_unit_test(test_all_reused_it),
		cmocka_unit_test(test_udp_order),
		cmocka_unit_test(test_udp_order_told),
		cmocka_unit_test(test_udp_tail),
		cmocka_unit_test(test_anything),
	};

	return RUN(tests);
}
