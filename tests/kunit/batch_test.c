// SPDX-License-Identifier: GPL-2.0
/*
 * Buckets of any length go to the sink: all of their sockets, in sections, while
 * other sockets come and go.
 */
#include <kunit/test.h>
#include <linux/slab.h>

#include "batch.h"
#include "cookie.h"

#define SOCKETS		(4 * PS_BATCH_RECORDS_MAX)

struct fixture {
	struct ps_sink sink;
	struct ps_batch batch;
	struct sock *socks;	/* SOCKETS, with the cookies 1 to SOCKETS */
	u8 seen[SOCKETS + 1];	/* how often the sink got each */
	u32 taken;
	u32 linked;
	u32 largest;		/* records in one call of the sink */
	bool in_order;
	u64 last;
};

static int take(struct ps_sink *sink, struct ps_batch *batch)
{
	struct fixture *fix = container_of(sink, struct fixture, sink);
	u64 cookie;
	u32 i;

	for (i = 0; i < batch->count; i++) {
		cookie = batch->records[i].cookie;
		fix->seen[cookie]++;
		fix->in_order &= cookie > fix->last;
		fix->last = cookie;
	}
	for (i = 0; i < batch->nlinks; i++)
		fix->seen[batch->links[i].carried]++;
	fix->linked += batch->nlinks;
	fix->taken += batch->count;
	fix->largest = max(fix->largest, batch->count);
	return 0;
}

static int init(struct kunit *test)
{
	struct fixture *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	u32 i;

	if (!fix)
		return -ENOMEM;
	test->priv = fix;
	fix->sink.add = take;
	fix->batch.sink = &fix->sink;
	fix->in_order = true;
	fix->socks = kvcalloc(SOCKETS, sizeof(*fix->socks), GFP_KERNEL);
	if (!fix->socks)
		return -ENOMEM;
	for (i = 0; i < SOCKETS; i++)
		atomic64_set(&fix->socks[i].sk_cookie, i + 1);
	return ps_batch_init(&fix->batch);
}

static void tear_down(struct kunit *test)
{
	struct fixture *fix = test->priv;

	if (!fix)
		return;
	kvfree(fix->socks);
	ps_batch_free(&fix->batch);
}

/* One section of a bucket of the sockets @first to @end, without every @gone. */
static int read_section(struct kunit *test, u32 first, u32 end, u32 gone)
{
	struct fixture *fix = test->priv;
	struct sock *sk;
	u32 i;

	for (i = first; i < end && !ps_batch_is_full(&fix->batch); i++) {
		if (gone && i % gone == 0)
			continue;
		sk = &fix->socks[i];
		if (ps_batch_enter(&fix->batch, sk))
			ps_batch_add(&fix->batch)->cookie = ps_cookie(sk);
	}
	return ps_batch_end_bucket(&fix->batch);
}

static void read_bucket(struct kunit *test, u32 first, u32 end)
{
	int err, sections = 0;

	do {
		KUNIT_ASSERT_LT(test, sections++, 100);
		err = read_section(test, first, end, 0);
	} while (err == -EAGAIN);
	KUNIT_ASSERT_EQ(test, err, 0);
}

static void expect_each_once(struct kunit *test, u32 count)
{
	struct fixture *fix = test->priv;

	KUNIT_ASSERT_EQ(test, ps_batch_flush(&fix->batch), 0);
	KUNIT_EXPECT_EQ(test, fix->taken, count);
	KUNIT_EXPECT_TRUE(test, fix->in_order);
}

static void short_buckets_share_a_batch(struct kunit *test)
{
	struct fixture *fix = test->priv;
	u32 i;

	for (i = 0; i < 50; i++)
		read_bucket(test, 3 * i, 3 * i + 3);
	KUNIT_EXPECT_EQ(test, fix->taken, 0U);
	for (; i < 1000; i++)
		read_bucket(test, 3 * i, 3 * i + 3);
	expect_each_once(test, 3000);
}

static void a_long_bucket_is_read_in_sections(struct kunit *test)
{
	struct fixture *fix = test->priv;

	read_bucket(test, 0, 3);
	read_bucket(test, 3, SOCKETS - 3);
	read_bucket(test, SOCKETS - 3, SOCKETS);
	expect_each_once(test, SOCKETS);
	KUNIT_EXPECT_LE(test, fix->largest, (u32)PS_BATCH_RECORDS_MAX);
}

static void buckets_of_any_length(struct kunit *test)
{
	u32 i, count, first = 0;

	for (i = 0; first < SOCKETS; i++) {
		count = min_t(u32, i * 7919 % (2 * PS_BATCH_RECORDS),
			      SOCKETS - first);
		read_bucket(test, first, first + count);
		first += count;
	}
	expect_each_once(test, SOCKETS);
}

/* A section is limited by the sockets without a record as well. */
static void skipped_sockets_end_a_section(struct kunit *test)
{
	struct fixture *fix = test->priv;
	u32 i, looked, most = 0, sections = 0;

	do {
		KUNIT_ASSERT_LT(test, sections++, 10U);
		looked = 0;
		for (i = 0; i < 3 * PS_BATCH_SKIPPED; i++) {
			if (ps_batch_is_full(&fix->batch))
				break;
			/* A cookie for each turn: the sockets are few. */
			atomic64_set(&fix->socks[0].sk_cookie, i + 1);
			if (!ps_batch_enter(&fix->batch, fix->socks))
				continue;
			ps_batch_skip(&fix->batch);
			looked++;
		}
		most = max(most, looked);
	} while (ps_batch_end_bucket(&fix->batch) == -EAGAIN);
	KUNIT_EXPECT_EQ(test, sections, 3U);
	KUNIT_EXPECT_EQ(test, most, (u32)PS_BATCH_SKIPPED);
}

/* Sockets that leave the bucket between two sections hide no other socket. */
static void sockets_that_leave(struct kunit *test)
{
	struct fixture *fix = test->priv;
	u32 i, missed = 0, sections = 0;
	int err;

	do {
		KUNIT_ASSERT_LT(test, sections, 100U);
		err = read_section(test, 0, SOCKETS, sections++ ? 2 : 0);
	} while (err == -EAGAIN);
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_ASSERT_EQ(test, ps_batch_flush(&fix->batch), 0);
	for (i = 1; i < SOCKETS; i += 2)
		missed += !fix->seen[i + 1];
	KUNIT_EXPECT_EQ(test, missed, 0U);
}

/* Also where the very socket to resume at leaves, each time. */
static void the_socket_to_resume_at_leaves(struct kunit *test)
{
	struct fixture *fix = test->priv;
	u32 i, end, sections = 0, missed = 0;
	int err;

	for (end = SOCKETS; sections++ < 3;) {
		err = read_section(test, 0, end, 0);
		KUNIT_ASSERT_EQ(test, err, -EAGAIN);
		/* What was not read yet is replaced by as many others. */
		for (i = fix->batch.resume; i && i <= SOCKETS; i++)
			atomic64_set(&fix->socks[i - 1].sk_cookie,
				     SOCKETS + 1);
		err = read_section(test, 0, 1, 0);
		KUNIT_ASSERT_EQ(test, err, -EAGAIN);
		KUNIT_EXPECT_EQ(test, fix->batch.resume, 0ULL);
		for (i = 0; i < SOCKETS; i++)
			atomic64_set(&fix->socks[i].sk_cookie, i + 1);
	}
	do {
		err = read_section(test, 0, SOCKETS, 0);
	} while (err == -EAGAIN && sections++ < 100);
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_ASSERT_EQ(test, ps_batch_flush(&fix->batch), 0);
	for (i = 1; i <= SOCKETS; i++)
		missed += !fix->seen[i];
	KUNIT_EXPECT_EQ(test, missed, 0U);
}

/*
 * A TIME_WAIT has the cookie of its socket, and may be in the same bucket in front
 * of it: the walk must not go on from the one in place of the other for ever.
 */
static void a_timewait_of_the_same_cookie(struct kunit *test)
{
	struct fixture *fix = test->priv;
	const u32 end = PS_BATCH_SKIPPED + 2;
	u32 i, sections = 0, looked = 0;
	struct sock *sk = fix->socks;
	int err;

	do {
		KUNIT_ASSERT_LT(test, sections++, 10U);
		for (i = 0; i < end && !ps_batch_is_full(&fix->batch); i++) {
			/* The first and the last but one share a cookie. */
			atomic64_set(&sk->sk_cookie, i ? i : end - 2);
			sk->sk_state = i ? TCP_ESTABLISHED : TCP_TIME_WAIT;
			if (!ps_batch_enter(&fix->batch, sk))
				continue;
			ps_batch_skip(&fix->batch);
			looked++;
		}
		err = ps_batch_end_bucket(&fix->batch);
	} while (err == -EAGAIN);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, looked, end);
}

/* The socket with the longest queue is the second of three. */
static int read_queue(struct kunit *test, u32 shift)
{
	struct fixture *fix = test->priv;
	struct ps_batch *batch = &fix->batch;
	struct sock *sk;
	u32 i, at;

	for (i = 0; i < 3 && !ps_batch_is_full(batch); i++) {
		sk = &fix->socks[i];
		if (!ps_batch_enter(batch, sk) || i != 1)
			continue;
		do {
			for (at = 4 + shift; at <= SOCKETS; at++) {
				if (ps_batch_is_full(batch))
					break;
				if (ps_batch_enter_queue(batch, sk, at))
					ps_batch_add(batch)->cookie = at;
			}
		} while (ps_batch_queue_lost(batch, sk));
	}
	return ps_batch_end_bucket(batch);
}

static void a_long_queue_is_read_in_sections(struct kunit *test)
{
	struct fixture *fix = test->priv;
	u32 sections = 0;
	int err;

	do {
		KUNIT_ASSERT_LT(test, sections++, 100U);
		err = read_queue(test, 0);
	} while (err == -EAGAIN);
	KUNIT_ASSERT_EQ(test, err, 0);
	expect_each_once(test, SOCKETS - 3);
	KUNIT_EXPECT_LE(test, fix->largest, (u32)PS_BATCH_RECORDS_MAX);
}

/* Elements that leave the front of a queue hide no element behind them. */
static void a_queue_that_is_emptied(struct kunit *test)
{
	struct fixture *fix = test->priv;
	u32 i, shift = 0, missed = 0, sections = 0;
	int err;

	do {
		KUNIT_ASSERT_LT(test, sections++, 100U);
		err = read_queue(test, shift);
		shift = min_t(u32, shift + 700, SOCKETS / 2);
	} while (err == -EAGAIN);
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_ASSERT_EQ(test, ps_batch_flush(&fix->batch), 0);
	for (i = SOCKETS / 2 + 4; i <= SOCKETS; i++)
		missed += !fix->seen[i];
	KUNIT_EXPECT_EQ(test, missed, 0U);
}

static void expect_each_link_once(struct kunit *test, u32 first)
{
	struct fixture *fix = test->priv;
	u32 i, wrong = 0;

	for (i = first; i <= SOCKETS; i++)
		wrong += fix->seen[i] != 1;
	KUNIT_EXPECT_EQ(test, wrong, 0U);
	KUNIT_EXPECT_EQ(test, fix->linked, SOCKETS + 1 - first);
}

/* A unix listener: its queue gives links only, more than there is room for. */
static void a_long_queue_of_links(struct kunit *test)
{
	struct fixture *fix = test->priv;
	struct ps_batch *batch = &fix->batch;
	u32 i, j, sections = 0;
	struct sock *sk;
	int err;

	do {
		KUNIT_ASSERT_LT(test, sections++, 10U);
		for (i = 0; i < 3 && !ps_batch_is_full(batch); i++) {
			sk = &fix->socks[i];
			if (!ps_batch_enter(batch, sk))
				continue;
			ps_batch_add(batch)->cookie = 0;
			for (j = 3; i == 1 && j < SOCKETS; j++) {
				if (ps_batch_is_full(batch))
					break;
				if (ps_batch_enter_queue(batch, sk, j + 1))
					ps_batch_add_link(batch, PS_LINK_QUEUED,
							  sk, &fix->socks[j]);
			}
			KUNIT_EXPECT_FALSE(test,
					   ps_batch_queue_lost(batch, sk));
		}
		err = ps_batch_end_bucket(batch);
	} while (err == -EAGAIN);
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_ASSERT_EQ(test, ps_batch_flush(batch), 0);
	expect_each_link_once(test, 4);
}

/* A vsock listener: no record at all, and sections begin at an element. */
static void a_batch_of_links_only(struct kunit *test)
{
	struct fixture *fix = test->priv;
	struct ps_batch *batch = &fix->batch;
	u32 i, sections = 0;
	int err;

	do {
		KUNIT_ASSERT_LT(test, sections++, 10U);
		for (i = 1; i < SOCKETS && !ps_batch_is_full(batch); i++)
			if (ps_batch_enter(batch, &fix->socks[i]))
				ps_batch_add_link(batch, PS_LINK_QUEUED,
						  fix->socks, &fix->socks[i]);
		err = ps_batch_flush(batch);
	} while (err == -EAGAIN);
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, fix->taken, 0U);
	expect_each_link_once(test, 2);
}

/*
 * A bucket of bind rows is resumed by position, so it should not begin where
 * little room is left.
 */
static void each_bucket_has_room_for_bind_rows(struct kunit *test)
{
	struct fixture *fix = test->priv;
	struct ps_batch *batch = &fix->batch;
	struct ps_filter *filter;
	u32 i, least = U32_MAX;

	filter = kunit_kzalloc(test, sizeof(*filter), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, filter);
	filter->keys = 1U << PS_KEY_BIND;
	ps_batch_free(batch);
	batch->filter = filter;
	KUNIT_ASSERT_EQ(test, ps_batch_init(batch), 0);
	for (i = 0; i < 3 * PS_BATCH_RECORDS; i++) {
		least = min(least, batch->capacity - batch->nbind_rows);
		KUNIT_ASSERT_NOT_NULL(test, ps_batch_add_bind_row(batch,
						&init_net, i,
						PORTSOCK_PROTO_TCP));
		KUNIT_ASSERT_EQ(test, ps_batch_end_bucket(batch), 0);
	}
	KUNIT_EXPECT_GE(test, least, (u32)PS_BATCH_ROOM);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(short_buckets_share_a_batch),
	KUNIT_CASE(a_long_bucket_is_read_in_sections),
	KUNIT_CASE(buckets_of_any_length),
	KUNIT_CASE(skipped_sockets_end_a_section),
	KUNIT_CASE(sockets_that_leave),
	KUNIT_CASE(the_socket_to_resume_at_leaves),
	KUNIT_CASE(a_timewait_of_the_same_cookie),
	KUNIT_CASE(a_long_queue_is_read_in_sections),
	KUNIT_CASE(a_queue_that_is_emptied),
	KUNIT_CASE(a_long_queue_of_links),
	KUNIT_CASE(a_batch_of_links_only),
	KUNIT_CASE(each_bucket_has_room_for_bind_rows),
	{}
};

static struct kunit_suite suite = {
	.name = "portsock_batch",
	.init = init,
	.exit = tear_down,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_LICENSE("GPL");
