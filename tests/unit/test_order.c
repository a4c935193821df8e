// SPDX-License-Identifier: GPL-2.0
/* The order of rows, compared with the definition in format.md. */
#include "test.h"
#include "../../module/format/order.h"

#define POOL	160

static int sign(int diff)
{
	return (diff > 0) - (diff < 0);
}

/* Compare as the snapshot sorts: keys first, then rows of one key. */
static int compare_rows(const struct ps_record *a, const struct ps_record *b)
{
	u64 x = ps_order_key(a), y = ps_order_key(b);

	if (x != y)
		return x < y ? -1 : 1;
	return sign(ps_order_cmp(a, b));
}

#define COMPARE(x, y)							\
	do {								\
		if ((x) != (y))						\
			return (x) < (y) ? -1 : 1;			\
	} while (0)

static int compare_ends_by_definition(const struct ps_end *a,
				      const struct ps_end *b)
{
	int diff;

	COMPARE(a->form, b->form);
	if (a->form == PS_FORM_INET || a->form == PS_FORM_INET6) {
		diff = memcmp(a->ip, b->ip, a->form == PS_FORM_INET ? 4 : 16);
		if (diff)
			return sign(diff);
	}
	if (a->form == PS_FORM_VSOCK)
		COMPARE(a->id, b->id);
	COMPARE(a->num, b->num);
	return 0;
}

/*
 * "Sockets with a port first, by port, PROTO (alphabetically), LISTEN before
 * the others, local, remote; then the portless by PROTO, INODE."  Return
 * 0 where this sentence does not define the order.
 */
static int compare_by_definition(const struct ps_record *a,
				 const struct ps_record *b)
{
	bool a_port = a->has & PS_HAS_PORT, b_port = b->has & PS_HAS_PORT;
	int diff;

	COMPARE(!a_port, !b_port);
	if (a_port)
		COMPARE(a->port, b->port);
	diff = strcmp(ps_proto_names[a->proto].text,
		      ps_proto_names[b->proto].text);
	if (diff)
		return sign(diff);
	if (!a_port) {
		COMPARE(a->inode, b->inode);
		return 0;
	}
	COMPARE(a->state != PORTSOCK_LISTEN, b->state != PORTSOCK_LISTEN);
	diff = compare_ends_by_definition(&a->local, &b->local);
	return diff ? diff : compare_ends_by_definition(&a->remote, &b->remote);
}

static void random_similar_end(struct ps_end *end, u8 proto)
{
	memset(end, 0, sizeof(*end));
	if (proto == PORTSOCK_PROTO_VSOCK) {
		end->form = PS_FORM_VSOCK;
		end->id = random_below(3);
	} else {
		if (random_below(5) == 0) {
			end->form = PS_FORM_ANY;
			return;
		}
		end->form = random_below(2) ? PS_FORM_INET : PS_FORM_INET6;
		end->ip[0] = random_below(2) * 0xff;
		end->ip[1] = random_below(2) * 0x7f;
		end->ip[3] = random_below(2) * 0x80;
		if (end->form == PS_FORM_INET6)
			end->ip[15] = random_below(2);
	}
	end->num = random_below(2) * 0xffff;
}

/* Choose from few values, so that each rule decides some pairs. */
static void random_similar_record(struct ps_record *r)
{
	static const u8 protos[] = {
		PORTSOCK_PROTO_SCTP, PORTSOCK_PROTO_SMC, PORTSOCK_PROTO_TCP,
		PORTSOCK_PROTO_UDP, PORTSOCK_PROTO_VSOCK,
	};
	static const u8 states[] = {
		PORTSOCK_ESTABLISHED, PORTSOCK_LISTEN, PORTSOCK_CLOSE,
		PORTSOCK_BOUND,
	};
	/* inodes of sockets have 32 bits; a key has room for 55 */
	static const u64 inodes[] = { 0, 1, 2, 0xffffffff, (1ULL << 55) - 1 };

	memset(r, 0, sizeof(*r));
	r->has = random_below(3) ? PS_HAS_PORT : 0;
	r->port = random_below(2) * 0xffff;
	r->proto = protos[random_below(ARRAY_SIZE(protos))];
	if (r->proto == PORTSOCK_PROTO_VSOCK && random_below(2))
		r->port = random_below(2) ? 0x10000 : U32_MAX;
	r->state = states[random_below(ARRAY_SIZE(states))];
	r->inode = inodes[random_below(ARRAY_SIZE(inodes))];
	r->cookie = random_below(2);
	r->netns = 4026531840u + random_below(2);
	random_similar_end(&r->local, r->proto);
	random_similar_end(&r->remote, r->proto);
}

static void order_matches_the_definition(void **state)
{
	unsigned int i, decided = 0;
	struct ps_record a, b;

	(void)state;
	for (i = 0; i < 400000; i++) {
		int expected;

		random_similar_record(&a);
		random_similar_record(&b);
		if (random_below(2)) {
			b.has = a.has;
			b.port = a.port;
			b.proto = a.proto;
		}
		expected = compare_by_definition(&a, &b);
		if (!expected)
			continue;
		decided++;
		assert_int_equal(compare_rows(&a, &b), expected);
	}
	assert_true(decided > 100000 && decided < 400000);
}

static void order_is_total_for_similar_rows(void **state)
{
	static struct ps_record pool[POOL];
	unsigned int i, k, m;

	(void)state;
	for (i = 0; i < POOL; i++) {
		random_similar_record(&pool[i]);
		/* half of them at one port, so that later rules decide */
		if (i % 2)
			pool[i].port = 0;
	}
	for (i = 0; i < POOL; i++) {
		assert_int_equal(compare_rows(&pool[i], &pool[i]), 0);
		for (k = 0; k < POOL; k++) {
			int ik = compare_rows(&pool[i], &pool[k]);

			assert_int_equal(ik, -compare_rows(&pool[k], &pool[i]));
			for (m = 0; ik <= 0 && m < POOL; m++) {
				int km = compare_rows(&pool[k], &pool[m]);
				int im = compare_rows(&pool[i], &pool[m]);

				assert_true(km > 0 || im <= 0);
			}
		}
	}
}

static void order_is_total_for_random_rows(void **state)
{
	static char local[POOL][PS_TEXT_MAX], remote[POOL][PS_TEXT_MAX];
	static struct ps_record pool[POOL];
	unsigned int i, k, m;

	(void)state;
	for (i = 0; i < POOL; i++) {
		random_record(&pool[i], local[i], remote[i]);
		if (random_below(2))
			pool[i].port = 80;
	}
	for (i = 0; i < POOL; i++) {
		for (k = 0; k < POOL; k++) {
			int ik = compare_rows(&pool[i], &pool[k]);

			assert_int_equal(ik, -compare_rows(&pool[k], &pool[i]));
			assert_int_equal(ik == 0, i == k);
			for (m = 0; ik <= 0 && m < POOL; m++) {
				int km = compare_rows(&pool[k], &pool[m]);
				int im = compare_rows(&pool[i], &pool[m]);

				assert_true(km > 0 || im <= 0);
			}
		}
	}
}

/* Rows that are equal by the definition are still ordered. */
static void equal_places_are_ordered(void **state)
{
	struct ps_record a = {
		.has = PS_HAS_PORT, .port = 80, .proto = PORTSOCK_PROTO_TCP,
		.state = PORTSOCK_LISTEN, .cookie = 1, .inode = 5, .netns = 7,
		.local = { .form = PS_FORM_INET, .num = 80 },
		.remote = { .form = PS_FORM_ANY },
	}, b = a;

	(void)state;
	assert_int_equal(compare_rows(&a, &b), 0);
	b.inode = 6;
	assert_int_equal(compare_rows(&a, &b), -1);
	b = a;
	b.netns = 8;
	assert_int_equal(compare_rows(&a, &b), -1);
	b = a;
	b.cookie = 2;
	assert_int_equal(compare_rows(&a, &b), -1);
	/* a TIME_WAIT socket and the socket it replaced */
	a.state = PORTSOCK_TIME_WAIT;
	b = a;
	b.state = PORTSOCK_CLOSE;
	assert_int_equal(compare_rows(&a, &b), -1);
}

/* Rows of one connection may differ in state, inode and cookie. */
static void rows_of_one_connection(void **state)
{
	struct ps_record a = {
		.has = PS_HAS_PORT, .port = 80, .proto = PORTSOCK_PROTO_TCP,
		.state = PORTSOCK_ESTABLISHED, .cookie = 1, .inode = 5,
		.netns = 7,
		.local = { .form = PS_FORM_INET6, .num = 80, .ip = { 1 } },
		.remote = { .form = PS_FORM_INET6, .num = 9, .ip = { 2 } },
	}, b = a;

	(void)state;
	b.inode = 0;
	b.cookie = 2;
	b.state = PORTSOCK_SYN_RECV;
	assert_true(ps_order_same_place(&a, &b));
	b.netns = 8;
	assert_false(ps_order_same_place(&a, &b));
	b = a;
	b.proto = PORTSOCK_PROTO_DCCP;
	assert_false(ps_order_same_place(&a, &b));
	b = a;
	b.local.ip[15] = 1;
	assert_false(ps_order_same_place(&a, &b));
	b = a;
	b.remote.num = 10;
	assert_false(ps_order_same_place(&a, &b));
}

/* No other row is ordered between two rows of one connection. */
static void rows_of_one_connection_are_adjacent(void **state)
{
	static struct ps_record pool[POOL];
	unsigned int i, k, m, pairs = 0;

	(void)state;
	for (i = 0; i < POOL; i++) {
		random_similar_record(&pool[i]);
		pool[i].has = PS_HAS_PORT;
		pool[i].port = 0;
	}
	for (i = 0; i < POOL; i++) {
		for (k = 0; k < POOL; k++) {
			if (!ps_order_same_place(&pool[i], &pool[k]))
				continue;
			pairs += i != k;
			for (m = 0; m < POOL; m++)
				if (compare_rows(&pool[i], &pool[m]) < 0 &&
				    compare_rows(&pool[m], &pool[k]) < 0)
					assert_true(ps_order_same_place(
							&pool[i], &pool[m]));
		}
	}
	assert_true(pairs > 0);
}

static int compare_names(const char *a_text, const char *b_text)
{
	struct ps_record a = {
		.has = PS_HAS_PORT, .proto = PORTSOCK_PROTO_UNIX,
		.local = { .form = PS_FORM_PATH, .len = strlen(a_text) },
	}, b = a;
	char *a_name = malloc(strlen(a_text)), *b_name = malloc(strlen(b_text));
	int diff;

	/* of exact size: a name in a record has no NUL */
	memcpy(a_name, a_text, strlen(a_text));
	memcpy(b_name, b_text, strlen(b_text));
	a.local.text = a_name;
	b.local.text = b_name;
	b.local.len = strlen(b_text);
	diff = compare_rows(&a, &b);
	assert_int_equal(compare_rows(&b, &a), -diff);
	free(a_name);
	free(b_name);
	return diff;
}

static void names_are_ordered_by_bytes(void **state)
{
	(void)state;
	assert_int_equal(compare_names("/a", "/a"), 0);
	assert_int_equal(compare_names("/a", "/ab"), -1);
	assert_int_equal(compare_names("/ab", "/b"), -1);
	assert_int_equal(compare_names("/a", "/\xff"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_matches_the_definition),
		cmocka_unit_test(order_is_total_for_similar_rows),
		cmocka_unit_test(order_is_total_for_random_rows),
		cmocka_unit_test(equal_places_are_ordered),
		cmocka_unit_test(rows_of_one_connection),
		cmocka_unit_test(rows_of_one_connection_are_adjacent),
		cmocka_unit_test(names_are_ordered_by_bytes),
	};

	return RUN(tests);
}
