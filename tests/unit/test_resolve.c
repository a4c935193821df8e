// SPDX-License-Identifier: GPL-2.0
/*
 * The hash table of names, and the time for look-ups.
 */
#include <pwd.h>
#include <time.h>

#include "test.h"
#include "../../userspace/resolve/hash.h"
#include "../../userspace/resolve/names.h"
#include "../../userspace/view/column_id.h"

struct entry {
	struct hash_key key;
	u64 value;
};

/* Keys that differ in one member, by 1 or in the highest bits. */
static struct hash_key make_key(u64 i)
{
	struct hash_key key = {};

	switch (i % 4) {
	case 0:
		key.kind = i;
		break;
	case 1:
		key.part = i;
		break;
	case 2:
		key.high = i << 40;
		break;
	default:
		key.low = i << 32;
	}
	return key;
}

static void entries_are_found(void **state)
{
	struct hash h = {};
	struct hash_key key;
	struct entry *entry;
	u64 i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		key = make_key(i);
		assert_null(hash_find(&h, &key));
		entry = hash_add(&h, &key, sizeof(*entry));
		assert_int_equal(entry->value, 0);
		entry->value = i;
	}
	assert_int_equal(h.count, 100000);
	for (i = 0; i < 100000; i++) {
		key = make_key(i);
		entry = hash_find(&h, &key);
		assert_non_null(entry);
		assert_int_equal(entry->value, i);
	}
	hash_free(&h);
	assert_null(hash_find(&h, &key));
}

static void the_first_text_of_a_key_stays(void **state)
{
	const struct hash_key one = { 1, 2, 3, 4 }, none = { 1, 2, 3, 5 };
	struct hash h = {};
	const char *text;

	(void)state;
	assert_false(hash_find_text(&h, &one, &text));
	assert_string_equal(hash_add_text(&h, &one, "first"), "first");
	assert_string_equal(hash_add_text(&h, &one, "second"), "first");
	assert_null(hash_add_text(&h, &none, NULL));
	assert_null(hash_add_text(&h, &none, "late"));
	text = "unset";
	assert_true(hash_find_text(&h, &none, &text));
	assert_null(text);
	assert_true(hash_find_text(&h, &one, &text));
	assert_string_equal(text, "first");
	hash_free(&h);
}

/* A directory of users that takes three seconds for each. */
static time_t now;
static unsigned int queries;

int clock_gettime(clockid_t clock, struct timespec *time)
{
	(void)clock;
	*time = (struct timespec){ .tv_sec = now };
	return 0;
}

struct passwd *getpwuid(uid_t uid)
{
	static struct passwd user = { .pw_name = "alice" };

	now += 3;
	queries++;
	return uid == 1 ? NULL : &user;
}

static void slow_look_ups_end(void **state)
{
	struct row row = { .record.has = PS_HAS_UID };
	struct names names;
	u32 uid;

	(void)state;
	names_init(&names, true);
	for (uid = 0; uid < 100; uid++) {
		const char *wanted = uid == 1 ? NULL : uid < 4 ? "alice" : "?";
		const char *got;

		row.record.uid = uid;
		got = names_column(&names, COL_USER, &row);
		if (wanted)
			assert_string_equal(got, wanted);
		else
			assert_null(got);
	}
	assert_int_equal(queries, 4);
	row.record.uid = 2;	/* in the cache */
	assert_string_equal(names_column(&names, COL_USER, &row), "alice");
	names_renew(&names);
	row.record.uid = 50;
	assert_string_equal(names_column(&names, COL_USER, &row), "alice");
	names_free(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slow_look_ups_end),
		cmocka_unit_test(entries_are_found),
		cmocka_unit_test(the_first_text_of_a_key_stays),
	};

	return RUN(tests);
}
