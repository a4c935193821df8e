// SPDX-License-Identifier: GPL-2.0
/* Differences between the snapshots of --watch. */
#include "test.h"
#include "../../userspace/watch/diff.h"

/* Append a TCP socket; what it refers to is overwritten afterwards. */
static void add_socket(struct rowset *list, u64 cookie, u32 port, u8 state,
		       u32 fd, const char *name)
{
	struct ps_owner owner = { .pid = 7, .tid = 7, .fd = fd, .comm = "x" };
	char text[16], module[] = "nfs";
	struct row row = {
		.record = {
			.cookie = cookie, .port = port, .state = state,
			.proto = PORTSOCK_PROTO_TCP, .has = PS_HAS_PORT,
			.local = { .form = PS_FORM_PATH, .len = strlen(name) },
		},
		.owners = &owner, .count = 1,
		.holder = module, .holder_len = 3,
		.line = text,
	};

	strcpy(text, name);
	row.record.local.text = text;
	rowset_add(list, &row);
	memset(text, '#', sizeof(text));
	memset(module, '#', sizeof(module));
	memset(&owner, '#', sizeof(owner));
}

static void check_row(const struct rowset *list, size_t i, u64 cookie,
		      u8 mark)
{
	assert_true(i < list->count);
	assert_int_equal(list->rows[i].record.cookie, cookie);
	assert_int_equal(list->rows[i].mark, mark);
}

static void check_changes(const struct row_changes *c, size_t added,
			  size_t changed, size_t gone)
{
	assert_int_equal(c->added, added);
	assert_int_equal(c->changed, changed);
	assert_int_equal(c->gone, gone);
}

static void rows_are_copied(void **state)
{
	struct rowset list = {};
	const struct row *row;
	unsigned int i;

	(void)state;
	for (i = 0; i < 100; i++)
		add_socket(&list, i, 80, PORTSOCK_LISTEN, i, "/run/a");
	for (i = 0; i < 100; i++) {
		row = &list.rows[i];
		assert_int_equal(row->record.cookie, i);
		assert_memory_equal(row->record.local.text, "/run/a", 6);
		assert_int_equal(row->owners->fd, i);
		assert_string_equal(row->owners->comm, "x");
		assert_memory_equal(row->holder, "nfs", 3);
		assert_null(row->line);
	}
	rowset_free(&list);
	assert_int_equal(list.count, 0);
}

static void differences_are_marked(void **state)
{
	struct rowset a = {}, b = {}, c = {}, d = {};
	struct row_changes changes;

	(void)state;
	add_socket(&a, 9, 22, PORTSOCK_LISTEN, 3, "same");
	add_socket(&a, 2, 80, PORTSOCK_LISTEN, 3, "gone");
	add_socket(&a, 3, 80, PORTSOCK_ESTABLISHED, 3, "fd");
	add_socket(&a, 4, 81, PORTSOCK_LISTEN, 3, "text");
	add_socket(&a, 5, 82, PORTSOCK_ESTABLISHED, 3, "closes");
	add_socket(&a, 6, 90, PORTSOCK_LISTEN, 3, "last");

	add_socket(&b, 9, 22, PORTSOCK_LISTEN, 3, "same");
	add_socket(&b, 3, 80, PORTSOCK_ESTABLISHED, 4, "fd");
	add_socket(&b, 4, 81, PORTSOCK_LISTEN, 3, "name");
	add_socket(&b, 5, 82, PORTSOCK_TIME_WAIT, 3, "closes");
	add_socket(&b, 7, 83, PORTSOCK_LISTEN, 3, "new");
	diff_mark(&a, &b, &changes);
	check_changes(&changes, 2, 2, 3);
	assert_int_equal(b.count, 8);
	check_row(&b, 0, 9, ROW_NONE);
	check_row(&b, 1, 2, ROW_GONE);
	check_row(&b, 2, 3, ROW_CHANGED);
	check_row(&b, 3, 4, ROW_CHANGED);
	/* A TIME_WAIT socket is another one than the socket of its cookie. */
	check_row(&b, 4, 5, ROW_GONE);
	check_row(&b, 5, 5, ROW_NEW);
	check_row(&b, 6, 7, ROW_NEW);
	check_row(&b, 7, 6, ROW_GONE);
	rowset_free(&a);

	/* Rows that are gone are shown once.  One of them comes back. */
	add_socket(&c, 9, 22, PORTSOCK_LISTEN, 3, "same");
	add_socket(&c, 2, 80, PORTSOCK_LISTEN, 3, "gone");
	add_socket(&c, 3, 80, PORTSOCK_ESTABLISHED, 4, "fd");
	add_socket(&c, 4, 81, PORTSOCK_LISTEN, 3, "name");
	add_socket(&c, 5, 82, PORTSOCK_TIME_WAIT, 3, "closes");
	add_socket(&c, 7, 83, PORTSOCK_LISTEN, 3, "new");
	diff_mark(&b, &c, &changes);
	check_changes(&changes, 1, 0, 0);
	assert_int_equal(c.count, 6);
	check_row(&c, 1, 2, ROW_NEW);
	check_row(&c, 5, 7, ROW_NONE);
	rowset_free(&b);

	diff_mark(&c, &d, &changes);
	check_changes(&changes, 0, 0, 6);
	rowset_free(&c);
	diff_mark(&d, &c, &changes);
	check_changes(&changes, 0, 0, 0);
	assert_int_equal(c.count, 0);
	rowset_free(&c);
	rowset_free(&d);
}

/* By SO_BINDTODEVICE, or because the interface has another name now. */
static void another_interface_is_a_change(void **state)
{
	struct rowset a = {}, b = {};
	struct row_changes changes;

	(void)state;
	add_socket(&a, 9, 22, PORTSOCK_LISTEN, 3, "same");
	add_socket(&b, 9, 22, PORTSOCK_LISTEN, 3, "same");
	strcpy(b.rows->record.dev, "eth0");
	diff_mark(&a, &b, &changes);
	check_changes(&changes, 0, 1, 0);
	check_row(&b, 0, 9, ROW_CHANGED);
	rowset_free(&a);
	rowset_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_copied),
		cmocka_unit_test(differences_are_marked),
		cmocka_unit_test(another_interface_is_a_change),
	};

	return RUN(tests);
}
