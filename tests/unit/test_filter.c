// SPDX-License-Identifier: GPL-2.0
/* Parsing of filter lines, and the rows that a filter selects. */
#include <stdio.h>

#include "test.h"
#include "../../module/filter.h"

static struct ps_filter f;

static int parse_line(const char *line)
{
	return ps_filter_parse(&f, line, strlen(line));
}

static struct ps_record sample_record(void)
{
	struct ps_record r = {
		.proto = PORTSOCK_PROTO_TCP, .state = PORTSOCK_ESTABLISHED,
		.held = PORTSOCK_HELD_PROCESS, .owners = 1, .port = 80,
		.cookie = 0xabc, .inode = 4711, .uid = 33,
		.has = PS_HAS_PORT | PS_HAS_UID,
	};

	r.remote.form = PS_FORM_INET;
	r.remote.num = 41522;
	return r;
}

struct line {
	const char *text;
	bool selected;	/* whether it selects the sample record */
};

static void valid_lines(void **state)
{
	static const struct line lines[] = {
		{ "", true }, { "\n", true }, { " \t ", true },
		{ "proto=tcp", true }, { "proto=udp", false },
		{ "proto=udp,tcp\n", true },
		{ "port=80", true }, { "port=81", false },
		{ "port=70-79,81-90", false }, { "port=0-65535", true },
		{ "port=80-80", true }, { "port=79,80,81", true },
		{ "rport=41522", true }, { "rport=80", false },
		{ "state=LISTEN", false }, { "state=LISTEN,ESTABLISHED", true },
		{ "uid=33", true }, { "uid=0", false },
		{ "inode=4711", true }, { "inode=4712", false },
		{ "cookie=abc", true }, { "cookie=ab", false },
		{ "held=process", true }, { "held=timewait,acceptq", false },
		{ "netns=all", true }, { "netns=4026531840", true },
		{ "owners=no", true }, { "bind=yes", true }, { "pid=1", true },
		{ " proto=tcp\tport=80  uid=33 ", true },
		{ "proto=tcp port=80 uid=34", false },
	};
	struct ps_record r = sample_record();
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_int_equal(parse_line(lines[i].text), 0);
		if (ps_filter_wants_row(&f, &r) != lines[i].selected)
			fail_msg("'%s'", lines[i].text);
	}
}

static void invalid_lines(void **state)
{
	static const char *const lines[] = {
		"x", "port", "=", "=80", "port=", "port=,", "port=80,",
		"port=,80", "port=80,,81", "port=65536", "port=-", "port=80-",
		"port=-80", "port=81-80", "port=1-2-3", "port=+80", "port=80 x",
		"port= 80", "port =80", "port=80 port=80", "PORT=80",
		"proto=", "proto=tcp6", "proto=Tcp", "proto=tcp,", "proto=-",
		"state=-", "state=listen", "held=-", "held=x", "pid=0",
		"pid=2147483648", "uid=4294967296", "uid=-1",
		"inode=18446744073709551616", "cookie=", "cookie=0xa",
		"cookie=A", "cookie=10000000000000000", "netns=0", "netns=1,2",
		"netns=all,all", "netns=al", "owners=yes", "owners=no,no",
		"bind=no", "bind=yes,yes",
		"owners=", "port=80\n\n", "\nport=80", "port=80\rpid=1",
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		if (parse_line(lines[i]) != -EINVAL)
			fail_msg("'%s' was accepted", lines[i]);
	assert_int_equal(ps_filter_parse(&f, "port=80\0", 8), -EINVAL);
	assert_int_equal(ps_filter_parse(&f, "\0", 1), -EINVAL);
}

static void missing_values_never_match(void **state)
{
	static const char *const lines[] = {
		"port=0-65535", "rport=0-65535", "uid=0",
	};
	struct ps_record r = { .proto = PORTSOCK_PROTO_UNIX };
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_int_equal(parse_line(lines[i]), 0);
		assert_false(ps_filter_wants_row(&f, &r));
	}
	assert_int_equal(parse_line("pid=1"), 0);
	assert_false(ps_filter_wants_row(&f, &r));	/* no owner */
	assert_true(ps_filter_wants_row(NULL, &r));
}

/* Compare the set with an array of bools. */
static void port_sets(void **state)
{
	static bool set[65536];
	char line[400];
	u32 round, i, at, first, last, port, count;

	(void)state;
	for (round = 0; round < 200; round++) {
		memset(set, 0, sizeof(set));
		at = sprintf(line, "port=");
		for (i = 0; i < 1 + round % 20; i++) {
			first = random_below(65536);
			last = first +
				random_below(65536 - first) / (1 + round);
			at += sprintf(line + at, "%s%u-%u", i ? "," : "", first,
				      last);
			for (port = first; port <= last; port++)
				set[port] = true;
		}
		assert_int_equal(parse_line(line), 0);
		for (port = 0, count = 0; port < 65536; port++) {
			assert_int_equal(ps_filter_wants_port(&f, port),
					 set[port]);
			count += set[port];
		}
		assert_int_equal(f.ports.count, count);
		port = ps_filter_next_port(&f, 0);
		for (; port != PS_NO_PORT; count--) {
			assert_true(set[port]);
			port = ps_filter_next_port(&f, port + 1);
		}
		assert_int_equal(count, 0);
	}
}

static void longest_list_of_numbers(void **state)
{
	char line[PS_FILTER_LINE_MAX + 2];
	size_t len;

	(void)state;
	memset(line, '1', sizeof(line));
	memcpy(line, "inode=", 6);
	for (len = 7; len < sizeof(line); len += 2)
		line[len] = ',';
	assert_int_equal(ps_filter_parse(&f, line, PS_FILTER_LINE_MAX - 1), 0);
	assert_int_equal(f.numbers[PS_KEY_INODE].count, 2045);
	assert_int_equal(ps_filter_parse(&f, line, PS_FILTER_LINE_MAX + 1),
			 -E2BIG);
}

/* Arbitrary input is not read beyond its end; ASan checks that. */
static void random_lines(void **state)
{
	static const char letters[] = "portcsae=,- \t\n0129\0xll";
	char *line;
	u32 round, i, len;

	(void)state;
	for (round = 0; round < 200000; round++) {
		len = random_below(24);
		line = malloc(len ?: 1);
		for (i = 0; i < len; i++)
			line[i] = letters[random_below(sizeof(letters))];
		if (len > 5 && round & 1)
			memcpy(line, "port=", 5);
		(void)ps_filter_parse(&f, line, len);
		free(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_lines),
		cmocka_unit_test(invalid_lines),
		cmocka_unit_test(missing_values_never_match),
		cmocka_unit_test(port_sets),
		cmocka_unit_test(longest_list_of_numbers),
		cmocka_unit_test(random_lines),
	};

	return RUN(tests);
}
