// SPDX-License-Identifier: GPL-2.0
/* What becomes one row, why it is there, who owns it, and in which order. */
#include <kunit/test.h>
#include <linux/random.h>

#include "link.h"
#include "held.h"
#include "format/order.h"
#include "samples.h"
#include "rows.h"

#define OPEN	(PS_OBS_FULL | PS_OBS_SOCKET | PS_OBS_FILE)

struct fixture {
	struct ps_store store;
};

static int store_init(struct kunit *test)
{
	struct fixture *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);

	if (!fix)
		return -ENOMEM;
	ps_store_init(&fix->store, 100000);
	test->priv = fix;
	return 0;
}

static void store_exit(struct kunit *test)
{
	struct fixture *fix = test->priv;

	if (fix)
		ps_store_free(&fix->store);
}

static struct ps_store *store_of(struct kunit *test)
{
	struct fixture *fix = test->priv;

	return &fix->store;
}

static void finish(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, ps_rows_make(store_of(test)), 0);
}

static void an_empty_view(struct kunit *test)
{
	finish(test);
	KUNIT_EXPECT_EQ(test, store_of(test)->nrows, 0U);
	KUNIT_EXPECT_EQ(test, store_of(test)->nowners, 0U);
}

static void seen_twice_is_one_row(struct kunit *test)
{
	struct ps_store *store = store_of(test);

	add_tcp(test, store, 7, PORTSOCK_BOUND, OPEN);
	add_tcp(test, store, 7, PORTSOCK_LISTEN, OPEN);
	finish(test);
	KUNIT_EXPECT_EQ(test, store->nrows, 1U);
}

static void a_request_becomes_its_child(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	struct ps_record request = made_up_tcp(7, PORTSOCK_SYN_RECV, 0);
	struct ps_record *child;

	request.parent = 99;
	request.has |= PS_HAS_PARENT;
	add(test, store, &request);
	KUNIT_EXPECT_PTR_EQ(test, ps_store_find_full(store, 7),
			    (struct ps_record *)NULL);
	child = add_tcp(test, store, 7, PORTSOCK_ESTABLISHED, PS_OBS_FULL);
	KUNIT_EXPECT_PTR_EQ(test, ps_store_find_full(store, 7), child);
	finish(test);
	KUNIT_ASSERT_EQ(test, store->nrows, 1U);
	KUNIT_EXPECT_EQ(test, (int)row(store, 0)->state, PORTSOCK_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, (int)row(store, 0)->held, PORTSOCK_HELD_ACCEPTQ);
	KUNIT_EXPECT_EQ(test, row(store, 0)->parent, 99ULL);
}

static void a_child_is_not_its_request_again(struct kunit *test)
{
	struct ps_store *store = store_of(test);

	add_tcp(test, store, 7, PORTSOCK_ESTABLISHED, PS_OBS_FULL);
	add_tcp(test, store, 7, PORTSOCK_SYN_RECV, 0);
	finish(test);
	KUNIT_ASSERT_EQ(test, store->nrows, 1U);
	KUNIT_EXPECT_EQ(test, (int)row(store, 0)->state, PORTSOCK_ESTABLISHED);
}

/* The request got its cookie after its child was made. */
static void a_child_of_another_cookie(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	struct ps_record r = made_up_tcp(7, PORTSOCK_SYN_RECV, 0);
	u32 i;

	r.parent = 99;
	r.has |= PS_HAS_PARENT;
	for (i = 0; i < 3; i++) {	/* three connections, two of them made */
		r.cookie = 7 + i;
		r.remote.form = PS_FORM_INET;
		r.remote.num = 1000 + i;
		r.observed = 0;
		r.state = PORTSOCK_SYN_RECV;
		add(test, store, &r);
		r.cookie = i == 0 ? 70 : 5;
		r.observed = PS_OBS_FULL;
		r.state = PORTSOCK_ESTABLISHED;
		if (i < 2)
			add(test, store, &r);
	}
	finish(test);
	KUNIT_ASSERT_EQ(test, store->nrows, 3U);
	KUNIT_EXPECT_EQ(test, row(store, 0)->cookie, 70ULL);
	KUNIT_EXPECT_EQ(test, row(store, 0)->parent, 99ULL);
	KUNIT_EXPECT_EQ(test, row(store, 1)->cookie, 5ULL);
	KUNIT_EXPECT_EQ(test, row(store, 2)->cookie, 9ULL);
}

static void add_link(struct kunit *test, struct ps_store *store,
		     enum ps_link_kind kind, u64 carrier, u64 carried)
{
	const struct ps_link link = { carrier, carried, kind };

	KUNIT_ASSERT_EQ(test, ps_store_add_link(store, &link), 0);
}

/* A socket without a port that only a message in a queue has. */
static void add_inflight(struct kunit *test, struct ps_store *store,
			 u64 carrier, u64 carried)
{
	struct ps_record r = made_up_tcp(carried, PORTSOCK_UNBOUND,
					 OPEN | PS_OBS_INFLIGHT);

	r.has &= ~PS_HAS_PORT;
	add_link(test, store, PS_LINK_INFLIGHT, carrier, carried);
	add(test, store, &r);
}

static void inflight_is_as_visible_as_its_carrier(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	struct ps_record *held = add_tcp(test, store, 1, PORTSOCK_UNCONN, OPEN);
	u32 i;

	own(test, store, held, 10, 10, 3);
	for (i = 4; i > 1; i--)		/* the last level first */
		add_inflight(test, store, i - 1, i);
	add_inflight(test, store, 99, 5);	/* no record of the carrier */
	add_inflight(test, store, 7, 6);	/* in each other's queue */
	add_inflight(test, store, 6, 7);
	finish(test);
	KUNIT_ASSERT_EQ(test, store->nrows, 4U);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_LT(test, row(store, i)->cookie, 5ULL);
}

/* As deep as a user likes, whatever the order of the links. */
static void inflight_is_visible_at_any_depth(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	struct ps_record *owned = add_tcp(test, store, 1, PORTSOCK_UNCONN, OPEN);
	const u32 depth = 3000;
	u32 i;

	own(test, store, owned, 10, 10, 3);
	for (i = 2; i <= depth; i += 2)		/* from the owner on */
		add_inflight(test, store, i - 1, i);
	for (i = depth - 1; i > 1; i -= 2)	/* and towards it */
		add_inflight(test, store, i - 1, i);
	add_link(test, store, PS_LINK_INFLIGHT, depth, 1);
	finish(test);
	KUNIT_EXPECT_EQ(test, store->nrows, depth);
}

static void a_socket_in_a_table_is_visible(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	struct ps_record r = made_up_tcp(2, PORTSOCK_UNBOUND, OPEN);

	r.has &= ~PS_HAS_PORT;
	add_inflight(test, store, 1, 2);
	add(test, store, &r);
	r.cookie = 3;
	add(test, store, &r);
	add_inflight(test, store, 1, 3);
	finish(test);
	KUNIT_EXPECT_EQ(test, store->nrows, 2U);
}

/* MPTCP: the subflow is in the queue, the whole is what will be accepted. */
static void a_part_that_waits_finds_its_whole(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	const u16 part = PS_OBS_FULL | PS_OBS_KERNEL | PS_OBS_QUEUED;
	struct ps_record r;
	u32 i;

	for (i = 0; i < 20; i++) {
		r = made_up_tcp(100 + i, PORTSOCK_ESTABLISHED, part);
		r.remote = r.local;
		r.remote.num = 1000 + i * 7 % 20;
		r.parent = 99;
		r.has |= PS_HAS_PARENT;
		add(test, store, &r);
		r = made_up_tcp(200 + i, PORTSOCK_ESTABLISHED, PS_OBS_FULL);
		r.proto = PORTSOCK_PROTO_MPTCP;
		r.remote = r.local;
		r.remote.num = 1000 + i * 7 % 20;
		if (i)
			add(test, store, &r);
	}
	finish(test);
	KUNIT_ASSERT_EQ(test, store->nrows, 39U);
	for (i = 0; i < store->nrows; i++) {
		const struct ps_record *got = row(store, i);

		if (got->proto == PORTSOCK_PROTO_MPTCP)
			KUNIT_EXPECT_EQ(test, got->parent, 99ULL);
		else if (got->cookie == 100)
			KUNIT_EXPECT_FALSE(test, got->has & PS_HAS_PARENT);
		else
			KUNIT_EXPECT_EQ(test, got->parent, got->cookie + 100);
	}
}

static void accepted_in_between(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	struct ps_record r = made_up_tcp(7, PORTSOCK_ESTABLISHED,
					 PS_OBS_FULL | PS_OBS_QUEUED);
	struct ps_record *record;

	r.parent = 99;
	r.has |= PS_HAS_PARENT;
	add(test, store, &r);
	r = made_up_tcp(7, PORTSOCK_ESTABLISHED, OPEN);
	r.inode = 4711;
	record = add(test, store, &r);
	own(test, store, record, 10, 10, 3);
	finish(test);
	KUNIT_ASSERT_EQ(test, store->nrows, 1U);
	KUNIT_EXPECT_EQ(test, row(store, 0)->inode, 4711ULL);
	KUNIT_EXPECT_EQ(test, (int)row(store, 0)->held, PORTSOCK_HELD_PROCESS);
	KUNIT_EXPECT_FALSE(test, row(store, 0)->has & PS_HAS_PARENT);
}

/* Told anew after its owner was found, with what only the kernel's have. */
static void told_anew_it_keeps_its_owner(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	struct ps_record r = made_up_tcp(7, PORTSOCK_ESTABLISHED, PS_OBS_FULL);
	struct ps_record *record = add(test, store, &r);

	own(test, store, record, 10, 10, 3);
	r.observed = OPEN;
	r.owners_at = 5;
	KUNIT_EXPECT_PTR_EQ(test, add(test, store, &r), record);
	finish(test);
	KUNIT_ASSERT_EQ(test, store->nrows, 1U);
	KUNIT_ASSERT_EQ(test, record->owners, 1U);
	KUNIT_EXPECT_EQ(test, ps_store_owner_at(store, record, 0).fd, 3U);
	KUNIT_EXPECT_EQ(test, ps_store_owner_at(store, record, 0).task, 0U);
}

static void a_timewait_takes_the_sockets_place(struct kunit *test)
{
	struct ps_store *store = store_of(test);

	add_tcp(test, store, 7, PORTSOCK_FIN_WAIT2, PS_OBS_FULL | PS_OBS_DEAD);
	add_tcp(test, store, 7, PORTSOCK_TIME_WAIT, 0);
	finish(test);
	KUNIT_ASSERT_EQ(test, store->nrows, 1U);
	KUNIT_EXPECT_EQ(test, (int)row(store, 0)->held, PORTSOCK_HELD_TIMEWAIT);
}

static void an_owned_socket_keeps_its_place(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	struct ps_record *record = add_tcp(test, store, 7, PORTSOCK_FIN_WAIT2,
					   OPEN);

	add_tcp(test, store, 7, PORTSOCK_TIME_WAIT, 0);
	own(test, store, record, 10, 10, 3);
	finish(test);
	KUNIT_ASSERT_EQ(test, store->nrows, 1U);
	KUNIT_EXPECT_EQ(test, (int)row(store, 0)->held, PORTSOCK_HELD_PROCESS);
}

static void the_one_legitimate_pair(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	struct ps_record *record;

	add_tcp(test, store, 7, PORTSOCK_TIME_WAIT, 0);
	record = add_tcp(test, store, 7, PORTSOCK_CLOSE, OPEN);
	own(test, store, record, 10, 10, 3);
	finish(test);
	KUNIT_ASSERT_EQ(test, store->nrows, 2U);
	KUNIT_EXPECT_NE(test, row(store, 0)->held, row(store, 1)->held);
}

struct reason {
	u16 observed;
	u8 state;
	u8 held;
	u8 walk;
};

static void every_reason(struct kunit *test)
{
	static const struct reason reasons[] = {
		{ 0, PORTSOCK_TIME_WAIT, PORTSOCK_HELD_TIMEWAIT },
		{ 0, PORTSOCK_SYN_RECV, PORTSOCK_HELD_SYNRECV },
		{ 0, PORTSOCK_FIN_WAIT2, PORTSOCK_HELD_ORPHAN },
		{ PS_OBS_FULL | PS_OBS_DEAD, PORTSOCK_FIN_WAIT1,
		  PORTSOCK_HELD_ORPHAN },
		{ PS_OBS_FULL | PS_OBS_DEAD, PORTSOCK_CLOSE, PORTSOCK_HELD_NONE },
		{ PS_OBS_FULL, PORTSOCK_ESTABLISHED, PORTSOCK_HELD_ACCEPTQ },
		{ PS_OBS_FULL, PORTSOCK_SYN_RECV, PORTSOCK_HELD_SYNRECV },
		{ PS_OBS_FULL | PS_OBS_QUEUED, PORTSOCK_SYN_RECV,
		  PORTSOCK_HELD_ACCEPTQ },
		{ PS_OBS_FULL | PS_OBS_KERNEL | PS_OBS_SOCKET, PORTSOCK_UNCONN,
		  PORTSOCK_HELD_KERNEL },
		{ PS_OBS_FULL | PS_OBS_SOCKET, PORTSOCK_LISTEN,
		  PORTSOCK_HELD_KERNEL },
		{ OPEN, PORTSOCK_LISTEN, PORTSOCK_HELD_INFLIGHT },
		{ OPEN, PORTSOCK_LISTEN, PORTSOCK_HELD_INFLIGHT,
		  PS_WALK_UNCONFIRMED | PS_WALK_CONFIRMED },
		{ OPEN, PORTSOCK_LISTEN, PORTSOCK_HELD_NONE,
		  PS_WALK_UNCONFIRMED },
		{ OPEN, PORTSOCK_LISTEN, PORTSOCK_HELD_HIDDEN,
		  PS_WALK_HIDDEN },
	};
	struct ps_record r;
	u32 i;

	/* A unix socket stands in its table before it has a file. */
	r = made_up_tcp(1, PORTSOCK_ESTABLISHED, PS_OBS_FULL | PS_OBS_SOCKET);
	r.has = 0;
	KUNIT_EXPECT_EQ(test, (int)ps_classify(&r), PORTSOCK_HELD_NONE);
	for (i = 0; i < ARRAY_SIZE(reasons); i++) {
		r = made_up_tcp(1, reasons[i].state, reasons[i].observed);
		r.walk = reasons[i].walk;
		KUNIT_EXPECT_EQ_MSG(test, (int)ps_classify(&r),
				    (int)reasons[i].held, "reason %u", i);
		r.owners = 1;
		KUNIT_EXPECT_EQ(test, (int)ps_classify(&r),
				PORTSOCK_HELD_PROCESS);
	}
}

static void a_second_look_decides(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	struct ps_record orphan = made_up_tcp(8, PORTSOCK_FIN_WAIT1,
					      PS_OBS_FULL | PS_OBS_DEAD);
	struct ps_record *gone, *closed;

	gone = add_tcp(test, store, 7, PORTSOCK_ESTABLISHED, OPEN);
	closed = add_tcp(test, store, 8, PORTSOCK_ESTABLISHED, OPEN);
	gone->walk |= PS_WALK_UNCONFIRMED;
	closed->walk |= PS_WALK_UNCONFIRMED;
	KUNIT_ASSERT_EQ(test, ps_store_update(store, closed, &orphan), 0);
	finish(test);
	KUNIT_ASSERT_EQ(test, store->nrows, 1U);
	KUNIT_EXPECT_EQ(test, row(store, 0)->cookie, 8ULL);
	KUNIT_EXPECT_EQ(test, (int)row(store, 0)->held, PORTSOCK_HELD_ORPHAN);
}

static void owners_by_pid_and_descriptor(struct kunit *test)
{
	static const struct ps_owner expected[] = {
		{ 5, 5, 3 }, { 5, 8, 4 }, { 5, 5, 9 }, { 7, 7, 0 },
	};
	struct ps_store *store = store_of(test);
	struct ps_record *a = add_tcp(test, store, 1, PORTSOCK_LISTEN, OPEN);
	struct ps_record *b = add_tcp(test, store, 2, PORTSOCK_LISTEN, OPEN);
	const struct ps_owner_task *task;
	struct ps_owner_ref hold;
	u32 i;

	own(test, store, a, 5, 5, 9);
	own(test, store, b, 5, 5, 10);
	own(test, store, a, 5, 5, 3);
	own(test, store, a, 7, 7, 0);
	own(test, store, a, 5, 8, 4);
	finish(test);
	KUNIT_ASSERT_EQ(test, store->nowners, 5U);
	KUNIT_ASSERT_EQ(test, a->owners, 4U);
	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		hold = ps_store_owner_at(store, a, i);
		task = ps_store_owner_task(store, hold);
		KUNIT_EXPECT_EQ(test, task->pid, expected[i].pid);
		KUNIT_EXPECT_EQ(test, task->tid, expected[i].tid);
		KUNIT_EXPECT_EQ(test, hold.fd, expected[i].fd);
		KUNIT_EXPECT_EQ(test, task->back, strlen("/made-up"));
		KUNIT_EXPECT_EQ(test, memcmp(task->text + task->front,
					     "/made-up", task->back), 0);
	}
	hold = ps_store_owner_at(store, b, 0);
	KUNIT_EXPECT_EQ(test, hold.fd, 10U);
}

/* By a thread that ended meanwhile, and by the next one: see ps_task_iter_next(). */
static void an_owner_told_twice_is_one(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	struct ps_record *a = add_tcp(test, store, 1, PORTSOCK_LISTEN, OPEN);
	struct ps_record *b = add_tcp(test, store, 2, PORTSOCK_LISTEN, OPEN);

	own(test, store, a, 5, 5, 3);
	own(test, store, b, 5, 5, 4);
	own(test, store, b, 5, 5, 6);
	own(test, store, a, 5, 5, 3);
	own(test, store, b, 5, 5, 4);
	own(test, store, b, 5, 5, 6);
	own(test, store, b, 5, 8, 6);
	finish(test);
	KUNIT_EXPECT_EQ(test, store->nowners, 4U);
	KUNIT_ASSERT_EQ(test, a->owners, 1U);
	KUNIT_EXPECT_EQ(test, ps_store_owner_at(store, a, 0).fd, 3U);
	KUNIT_EXPECT_EQ(test, ps_store_owner_task(store, ps_store_owner_at(store, a, 0))->pid, 5U);
	KUNIT_ASSERT_EQ(test, b->owners, 3U);
	KUNIT_EXPECT_EQ(test, ps_store_owner_at(store, b, 0).fd, 4U);
	KUNIT_EXPECT_EQ(test, ps_store_owner_at(store, b, 1).fd, 6U);
	KUNIT_EXPECT_EQ(test, ps_store_owner_at(store, b, 2).fd, 6U);
	KUNIT_EXPECT_EQ(test, ps_store_owner_task(store, ps_store_owner_at(store, b, 2))->tid, 8U);
}

/* Every path through two names, in different batches of memory. */
static void texts_outlive_their_batch(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	struct ps_record r = { .proto = PORTSOCK_PROTO_UNIX,
			       .observed = OPEN, .state = PORTSOCK_UNCONN };
	char name[108];
	const struct ps_record *kept;
	u32 i;

	for (i = 0; i < 1000; i++) {
		r.cookie = 1 + i;
		r.local.form = PS_FORM_PATH;
		r.local.len = 1 + i % sizeof(name);
		memset(name, 'a' + i % 26, sizeof(name));
		r.local.text = name;
		add(test, store, &r);
	}
	for (i = 0; i < 1000; i++) {
		kept = ps_store_find_full(store, 1 + i);
		KUNIT_ASSERT_NOT_NULL(test, kept);
		KUNIT_ASSERT_EQ(test, (u32)kept->local.len,
				(u32)(1 + i % sizeof(name)));
		KUNIT_ASSERT_EQ(test, kept->local.text[0], 'a' + i % 26);
		KUNIT_ASSERT_EQ(test, kept->local.text[kept->local.len - 1],
				'a' + i % 26);
	}
}

/* An empty abstract name, before any text was kept. */
static void an_empty_text(struct kunit *test)
{
	struct ps_record r = { .cookie = 1, .proto = PORTSOCK_PROTO_UNIX,
			       .local.form = PS_FORM_ABSTRACT,
			       .local.text = "" };

	add(test, store_of(test), &r);
}

/* The link comes before or after the record, or of a socket without one. */
static void a_link_sets_the_parent(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	u32 i;

	add_link(test, store, PS_LINK_QUEUED, 99, 1);
	add_tcp(test, store, 1, PORTSOCK_ESTABLISHED, PS_OBS_FULL);
	add_tcp(test, store, 2, PORTSOCK_ESTABLISHED, PS_OBS_FULL);
	add_link(test, store, PS_LINK_QUEUED, 99, 2);
	add_link(test, store, PS_LINK_QUEUED, 99, 3);
	finish(test);
	KUNIT_ASSERT_EQ(test, store->nrows, 2U);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, (int)row(store, i)->held,
				PORTSOCK_HELD_ACCEPTQ);
		KUNIT_EXPECT_EQ(test, row(store, i)->parent, 99ULL);
	}
}

static void too_many_is_an_error(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	struct ps_record r;
	u32 i;

	store->max = 300;
	for (i = 0; i < 300; i++)
		add_tcp(test, store, 1 + i, PORTSOCK_LISTEN, OPEN);
	r = made_up_tcp(1, PORTSOCK_LISTEN, OPEN);
	KUNIT_EXPECT_EQ(test, ps_store_add(store, &r, NULL), 0);
	r.cookie = 301;
	KUNIT_EXPECT_EQ(test, ps_store_add(store, &r, NULL), -EFBIG);
}

/* Three walks add the links of as many sockets as there may be records. */
static void the_limit_counts_each_link_once(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	struct ps_link link = { .carrier = 1000, .kind = PS_LINK_INFLIGHT };
	u32 walk;

	store->max = 100;
	for (walk = 0; walk < 3; walk++)
		for (link.carried = 1; link.carried <= store->max;
		     link.carried++)
			KUNIT_ASSERT_EQ(test, ps_store_add_link(store, &link),
					0);
	KUNIT_EXPECT_EQ(test, ps_store_add_link(store, &link), -EFBIG);
}

/* format.md: an owner of the listener may accept and receive. */
static void inflight_before_accept_is_visible(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	struct ps_record *listener = add_tcp(test, store, 1, PORTSOCK_LISTEN,
					     OPEN);

	own(test, store, listener, 10, 10, 3);
	add_tcp(test, store, 2, PORTSOCK_ESTABLISHED, PS_OBS_FULL);
	add_link(test, store, PS_LINK_QUEUED, 1, 2);
	add_inflight(test, store, 2, 3);
	finish(test);
	KUNIT_EXPECT_EQ(test, store->nrows, 3U);
}

static struct ps_record random_record(u64 cookie)
{
	u32 bits = get_random_u32();
	struct ps_record r = made_up_tcp(cookie, bits & 1 ? PORTSOCK_LISTEN :
					 PORTSOCK_ESTABLISHED, OPEN);

	r.proto = bits & 2 ? PORTSOCK_PROTO_TCP : PORTSOCK_PROTO_UDP;
	r.port = bits >> 8 & 7;
	if (bits & 4)
		r.has &= ~PS_HAS_PORT;
	r.inode = bits >> 16 & 0xff;
	r.local.ip[3] = bits >> 24 & 3;
	r.remote.form = PS_FORM_INET;
	r.remote.num = bits >> 26 & 3;
	return r;
}

/* The contract's sentence, asked of two neighbours. */
static bool in_order(const struct ps_record *a, const struct ps_record *b)
{
	bool a_port = a->has & PS_HAS_PORT, b_port = b->has & PS_HAS_PORT;
	bool a_listens = a->state == PORTSOCK_LISTEN;
	bool b_listens = b->state == PORTSOCK_LISTEN;

	if (a_port != b_port)
		return a_port;
	if (a_port && a->port != b->port)
		return a->port < b->port;
	if (a->proto != b->proto)
		return a->proto < b->proto;
	if (!a_port)
		return a->inode <= b->inode;
	if (a_listens != b_listens)
		return a_listens;
	if (a->local.ip[3] != b->local.ip[3])
		return a->local.ip[3] < b->local.ip[3];
	return a->remote.num <= b->remote.num;
}

static void rows_are_in_order(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	const u32 count = 20000;
	struct ps_record r;
	u32 i;

	for (i = 0; i < count; i++) {
		r = random_record(1 + i);
		add(test, store, &r);
	}
	finish(test);
	KUNIT_ASSERT_EQ(test, store->nrows, count);
	for (i = 1; i < count; i++)
		KUNIT_ASSERT_TRUE(test, in_order(row(store, i - 1),
						 row(store, i)));
}

/* More connections at one port than are compared one by one. */
static void connections_of_one_listener_are_in_order(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	const struct ps_end *a, *b;
	const u32 count = 5000;
	struct ps_record r;
	u32 i;

	for (i = 0; i < count; i++) {
		r = made_up_tcp(1 + i, PORTSOCK_ESTABLISHED, OPEN);
		r.remote.form = PS_FORM_INET;
		r.remote.num = get_random_u32() & 0xffff;
		r.remote.ip[0] = get_random_u32() & 3;
		r.remote.ip[3] = get_random_u32();
		add(test, store, &r);
	}
	finish(test);
	KUNIT_ASSERT_EQ(test, store->nrows, count);
	for (i = 1; i < count; i++) {
		a = &row(store, i - 1)->remote;
		b = &row(store, i)->remote;
		KUNIT_ASSERT_LE(test, memcmp(a->ip, b->ip, 4), 0);
		if (!memcmp(a->ip, b->ip, 4))
			KUNIT_ASSERT_LE(test, a->num, b->num);
	}
}

static void every_cookie_is_found_again(struct kunit *test)
{
	struct ps_store *store = store_of(test);
	const u32 count = 50000;
	const struct ps_record *r;
	u32 i;

	for (i = 0; i < count; i++)
		add_tcp(test, store, (u64)i * 4096 + 1, PORTSOCK_LISTEN, OPEN);
	for (i = 0; i < count; i++) {
		r = ps_store_find_full(store, (u64)i * 4096 + 1);
		KUNIT_ASSERT_NOT_NULL(test, r);
		KUNIT_ASSERT_EQ(test, r->cookie, (u64)i * 4096 + 1);
		r = ps_store_find_full(store, (u64)i * 4096 + 2);
		KUNIT_ASSERT_PTR_EQ(test, r, (const struct ps_record *)NULL);
	}
}

static struct kunit_case store_cases[] = {
	KUNIT_CASE(an_empty_view),
	KUNIT_CASE(seen_twice_is_one_row),
	KUNIT_CASE(a_request_becomes_its_child),
	KUNIT_CASE(a_child_is_not_its_request_again),
	KUNIT_CASE(a_child_of_another_cookie),
	KUNIT_CASE(inflight_is_as_visible_as_its_carrier),
	KUNIT_CASE(inflight_is_visible_at_any_depth),
	KUNIT_CASE(a_socket_in_a_table_is_visible),
	KUNIT_CASE(a_part_that_waits_finds_its_whole),
	KUNIT_CASE(accepted_in_between),
	KUNIT_CASE(told_anew_it_keeps_its_owner),
	KUNIT_CASE(a_timewait_takes_the_sockets_place),
	KUNIT_CASE(an_owned_socket_keeps_its_place),
	KUNIT_CASE(the_one_legitimate_pair),
	KUNIT_CASE(every_reason),
	KUNIT_CASE(a_second_look_decides),
	KUNIT_CASE(owners_by_pid_and_descriptor),
	KUNIT_CASE(an_owner_told_twice_is_one),
	KUNIT_CASE(texts_outlive_their_batch),
	KUNIT_CASE(an_empty_text),
	KUNIT_CASE(a_link_sets_the_parent),
	KUNIT_CASE(too_many_is_an_error),
	KUNIT_CASE(the_limit_counts_each_link_once),
	KUNIT_CASE(inflight_before_accept_is_visible),
	KUNIT_CASE(rows_are_in_order),
	KUNIT_CASE(connections_of_one_listener_are_in_order),
	KUNIT_CASE(every_cookie_is_found_again),
	{}
};

static struct kunit_suite store_suite = {
	.name = "portsock_store",
	.init = store_init,
	.exit = store_exit,
	.test_cases = store_cases,
};
kunit_test_suite(store_suite);

MODULE_LICENSE("GPL");
