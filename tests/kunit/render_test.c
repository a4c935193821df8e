// SPDX-License-Identifier: GPL-2.0
/* Text of a sample snapshot: the same bytes at any offset, in any order. */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/random.h>

#include "bind_row.h"
#include "samples.h"
#include "render.h"
#include "rows.h"
#include "snapshot.h"

#define OPEN	(PS_OBS_FULL | PS_OBS_SOCKET | PS_OBS_FILE)

struct render_fixture {
	struct ps_snapshot snapshot;
	struct ps_render render;
	char *whole;
	size_t len;
};

static int render_test_init(struct kunit *test)
{
	struct render_fixture *fix;

	fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	if (!fix)
		return -ENOMEM;
	ps_store_init(&fix->snapshot.store, 100000);
	fix->snapshot.header.version = PORTSOCK_FORMAT;
	test->priv = fix;
	return 0;
}

static void render_test_exit(struct kunit *test)
{
	struct render_fixture *fix = test->priv;

	if (!fix)
		return;
	ps_render_free(&fix->render);
	ps_store_free(&fix->snapshot.store);
	kvfree(fix->whole);
}

static void add_bind_rows(struct kunit *test, u32 ports)
{
	struct render_fixture *fix = test->priv;
	struct ps_bind_row row = { .proto = PORTSOCK_PROTO_TCP };
	u32 i;

	for (i = 0; i < ports; i++) {
		row.port = i;
		KUNIT_ASSERT_EQ(test, ps_store_add_bind_row(
					&fix->snapshot.store, &row), 0);
	}
}

/*
 * Rows without owners and with one; the last row gets @owners more, which may
 * take several text pages.
 */
static void make_rows(struct kunit *test, u32 rows, u32 owners)
{
	struct render_fixture *fix = test->priv;
	struct ps_store *store = &fix->snapshot.store;
	struct ps_record *record = NULL;
	u32 i;

	for (i = 0; i < rows; i++) {
		record = add_tcp(test, store, 1 + i, PORTSOCK_LISTEN, OPEN);
		if (i & 1)
			own(test, store, record, 1 + i, 1 + i, i);
	}
	for (i = 0; i < owners; i++)
		own(test, store, record, 7, 7, i);
	KUNIT_ASSERT_EQ(test, ps_rows_make(store), 0);
	fix->snapshot.header.sockets = store->nrows;
	fix->snapshot.header.owners = store->nowners;
	KUNIT_ASSERT_EQ(test, ps_render_init(&fix->render, &fix->snapshot), 0);
}

static void read_whole(struct kunit *test, size_t room)
{
	struct render_fixture *fix = test->priv;
	const char *bytes;
	size_t len;

	fix->whole = kvmalloc(room, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fix->whole);
	for (;;) {
		KUNIT_ASSERT_EQ(test, ps_render_at(&fix->render, fix->len,
						   &bytes, &len), 0);
		if (!len)
			return;
		KUNIT_ASSERT_LE(test, fix->len + len, room);
		memcpy(fix->whole + fix->len, bytes, len);
		fix->len += len;
	}
}

static u32 count_bytes(const struct render_fixture *fix, char c)
{
	u32 count = 0;
	size_t i;

	for (i = 0; i < fix->len; i++)
		count += fix->whole[i] == c;
	return count;
}

static void one_line_per_row(struct kunit *test)
{
	struct render_fixture *fix = test->priv;

	make_rows(test, 5000, 0);
	read_whole(test, 4 << 20);
	KUNIT_EXPECT_EQ(test, count_bytes(fix, '\n'), 5002U);
	KUNIT_EXPECT_EQ(test, fix->whole[fix->len - 1], '\n');
}

static void empty_snapshot_has_two_lines(struct kunit *test)
{
	struct render_fixture *fix = test->priv;

	make_rows(test, 0, 0);
	read_whole(test, 1 << 20);
	KUNIT_EXPECT_EQ(test, count_bytes(fix, '\n'), 2U);
}

static void row_longer_than_page(struct kunit *test)
{
	struct render_fixture *fix = test->priv;

	make_rows(test, 1, 50000);
	read_whole(test, 4 << 20);
	KUNIT_EXPECT_EQ(test, count_bytes(fix, '\n'), 3U);
	KUNIT_EXPECT_EQ(test, count_bytes(fix, ','), 49999U);
}

static void expect_same(struct kunit *test, size_t offset)
{
	struct render_fixture *fix = test->priv;
	const char *bytes;
	size_t len;

	KUNIT_ASSERT_EQ(test, ps_render_at(&fix->render, offset, &bytes, &len),
			0);
	KUNIT_ASSERT_GT(test, len, (size_t)0);
	KUNIT_ASSERT_LE(test, offset + len, fix->len);
	KUNIT_ASSERT_EQ(test, memcmp(bytes, fix->whole + offset, len), 0);
}

static void same_bytes_at_any_offset(struct kunit *test)
{
	struct render_fixture *fix = test->priv;
	size_t i;

	make_rows(test, 3000, 9000);
	read_whole(test, 4 << 20);
	for (i = 0; i < 2000; i++)
		expect_same(test, get_random_u32() % fix->len);
	for (i = fix->len; i-- > fix->len - 200;)
		expect_same(test, i);
}

/* The first read of a text is near its end: all pages are written once. */
static void first_read_near_end(struct kunit *test)
{
	struct render_fixture *fix = test->priv;

	make_rows(test, 3000, 9000);
	read_whole(test, 4 << 20);
	ps_render_free(&fix->render);
	KUNIT_ASSERT_EQ(test, ps_render_init(&fix->render, &fix->snapshot), 0);
	expect_same(test, fix->len - 1);
	expect_same(test, 0);
}

static void no_bytes_behind_end(struct kunit *test)
{
	struct render_fixture *fix = test->priv;
	static const size_t beyond[] = { 0, 1, 65536, 1UL << 40 };
	const char *bytes;
	size_t len, i;

	make_rows(test, 3000, 0);
	read_whole(test, 4 << 20);
	for (i = 0; i < ARRAY_SIZE(beyond); i++) {
		KUNIT_ASSERT_EQ(test, ps_render_at(&fix->render,
						   fix->len + beyond[i], &bytes,
						   &len), 0);
		KUNIT_EXPECT_EQ(test, len, (size_t)0);
	}
	expect_same(test, 0);
}

static void bind_rows_before_rows(struct kunit *test)
{
	struct render_fixture *fix = test->priv;
	u32 i;

	add_bind_rows(test, 2000);
	make_rows(test, 3000, 0);
	read_whole(test, 4 << 20);
	KUNIT_EXPECT_EQ(test, count_bytes(fix, '#'), 2002U);
	KUNIT_EXPECT_EQ(test, count_bytes(fix, '\n'), 5002U);
	for (i = 0; i < 500; i++)
		expect_same(test, get_random_u32() % fix->len);
}

/* The page index goes on while metadata is left, although no row follows. */
static void bind_rows_without_rows(struct kunit *test)
{
	struct render_fixture *fix = test->priv;

	add_bind_rows(test, 2000);
	make_rows(test, 0, 0);
	read_whole(test, 4 << 20);
	KUNIT_EXPECT_GT(test, fix->len, (size_t)65536);
	KUNIT_EXPECT_EQ(test, count_bytes(fix, '\n'), 2002U);
	expect_same(test, fix->len - 1);
}

static struct kunit_case render_cases[] = {
	KUNIT_CASE(one_line_per_row),
	KUNIT_CASE(empty_snapshot_has_two_lines),
	KUNIT_CASE(row_longer_than_page),
	KUNIT_CASE(same_bytes_at_any_offset),
	KUNIT_CASE(first_read_near_end),
	KUNIT_CASE(no_bytes_behind_end),
	KUNIT_CASE(bind_rows_before_rows),
	KUNIT_CASE(bind_rows_without_rows),
	{}
};

static struct kunit_suite render_suite = {
	.name = "portsock_render",
	.init = render_test_init,
	.exit = render_test_exit,
	.test_cases = render_cases,
};
kunit_test_suite(render_suite);

MODULE_LICENSE("GPL");
