// SPDX-License-Identifier: GPL-2.0
/* Buckets of any size go to the sink: all of them, once, in their order. */
#include <kunit/test.h>

#include "batch.h"

#define CAPACITY	256

struct fixture {
	struct ps_sink sink;
	struct ps_batch batch;
	u64 next;		/* the cookie that the sink waits for */
	u32 taken;
	bool in_order;
};

static int take(struct ps_sink *sink, struct ps_batch *batch)
{
	struct fixture *fix = container_of(sink, struct fixture, sink);
	u32 i;

	for (i = 0; i < batch->count; i++)
		fix->in_order &= batch->records[i].cookie == fix->next++;
	fix->taken += batch->count;
	return 0;
}

static int init(struct kunit *test)
{
	struct fixture *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);

	if (!fix)
		return -ENOMEM;
	fix->sink.take = take;
	fix->batch.sink = &fix->sink;
	fix->in_order = true;
	test->priv = fix;
	return ps_batch_init(&fix->batch, CAPACITY);
}

static void tear_down(struct kunit *test)
{
	struct fixture *fix = test->priv;

	if (fix)
		ps_batch_free(&fix->batch);
}

/* As a family reads one: again, as long as there was no room for all. */
static void read_bucket(struct kunit *test, u64 first, u32 count)
{
	struct fixture *fix = test->priv;
	struct ps_record *r;
	int err, tries = 0;
	u32 i;

	do {
		KUNIT_ASSERT_LT(test, tries++, 4);
		for (i = 0; i < count; i++) {
			r = ps_batch_add(&fix->batch);
			if (r)
				r->cookie = first + i;
		}
		err = ps_batch_next(&fix->batch);
	} while (err == -EAGAIN);
	KUNIT_ASSERT_EQ(test, err, 0);
}

static void expect_all(struct kunit *test, u32 count)
{
	struct fixture *fix = test->priv;

	KUNIT_ASSERT_EQ(test, ps_batch_done(&fix->batch), 0);
	KUNIT_EXPECT_EQ(test, fix->taken, count);
	KUNIT_EXPECT_TRUE(test, fix->in_order);
}

static void small_buckets_go_together(struct kunit *test)
{
	struct fixture *fix = test->priv;
	u32 i;

	for (i = 0; i < 50; i++)
		read_bucket(test, 3 * i, 3);
	KUNIT_EXPECT_EQ(test, fix->taken, 0U);
	for (; i < 1000; i++)
		read_bucket(test, 3 * i, 3);
	expect_all(test, 3000);
}

/* What was read before it is not lost, and not told twice. */
static void a_bucket_that_does_not_fit(struct kunit *test)
{
	read_bucket(test, 0, 3);
	read_bucket(test, 3, 3 * CAPACITY);
	read_bucket(test, 3 + 3 * CAPACITY, 3);
	expect_all(test, 6 + 3 * CAPACITY);
}

static void any_buckets(struct kunit *test)
{
	u32 i, count, first = 0;

	for (i = 0; i < 300; i++) {
		count = i * 7919 % (CAPACITY + CAPACITY / 2);
		read_bucket(test, first, count);
		first += count;
	}
	expect_all(test, first);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(small_buckets_go_together),
	KUNIT_CASE(a_bucket_that_does_not_fit),
	KUNIT_CASE(any_buckets),
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
