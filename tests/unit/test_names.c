// SPDX-License-Identifier: GPL-2.0
/* The words of format 1. */
#include <errno.h>
#include <netinet/tcp.h>

#include "test.h"

#define TABLE(t)	{ #t, t, ARRAY_SIZE(t) }

static const struct {
	const char *name;
	const struct ps_name *names;
	unsigned int size;
} tables[] = {
	TABLE(ps_column_names), TABLE(ps_proto_names), TABLE(ps_state_names),
	TABLE(ps_held_names), TABLE(ps_flag_names),
};

static void every_word_is_found(void **state)
{
	unsigned int t, i;

	(void)state;
	for (t = 0; t < ARRAY_SIZE(tables); t++) {
		for (i = 0; i < tables[t].size; i++) {
			const struct ps_name *name = &tables[t].names[i];

			assert_true(name->len > 0 &&
				    name->len < sizeof(name->text));
			assert_int_equal(strlen(name->text), name->len);
			/* also fails if a word is in the table twice */
			assert_int_equal(ps_name_lookup(tables[t].names,
							tables[t].size,
							name->text, name->len),
					 i);
		}
	}
}

static void other_words_are_not_found(void **state)
{
	static const char *const words[] = {
		"", "tc", "tcp6", "TCP", "listen", "LISTENING", " ", "--",
		"proto", "reuse", "reuseaddr,", "process ",
	};
	unsigned int t, i;

	(void)state;
	for (t = 0; t < ARRAY_SIZE(tables); t++)
		for (i = 0; i < ARRAY_SIZE(words); i++)
			assert_int_equal(ps_name_lookup(tables[t].names,
							tables[t].size,
							words[i],
							strlen(words[i])),
					 -ENOENT);
	assert_int_equal(ps_lookup(ps_proto_names, "tcpudp", 3),
			 PORTSOCK_PROTO_TCP);
}

/* Rows are ordered by name, but the code compares numbers. */
static void protocols_are_alphabetical(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 1; i < PORTSOCK_NPROTOS; i++)
		assert_true(strcmp(ps_proto_names[i - 1].text,
				   ps_proto_names[i].text) < 0);
}

static void states_match_the_kernel(void **state)
{
	static const struct {
		int kernel;
		const char *word;
	} states[] = {
		{ TCP_ESTABLISHED, "ESTABLISHED" },
		{ TCP_SYN_SENT, "SYN_SENT" },
		{ TCP_SYN_RECV, "SYN_RECV" }, { TCP_FIN_WAIT1, "FIN_WAIT1" },
		{ TCP_FIN_WAIT2, "FIN_WAIT2" }, { TCP_TIME_WAIT, "TIME_WAIT" },
		{ TCP_CLOSE, "CLOSE" }, { TCP_CLOSE_WAIT, "CLOSE_WAIT" },
		{ TCP_LAST_ACK, "LAST_ACK" }, { TCP_LISTEN, "LISTEN" },
		{ TCP_CLOSING, "CLOSING" }, { 12, "BOUND" },
		{ 13, "UNBOUND" }, { 14, "UNCONN" },
	};
	unsigned int i;

	(void)state;
	assert_int_equal(ARRAY_SIZE(states), PORTSOCK_NSTATES - 1);
	for (i = 0; i < ARRAY_SIZE(states); i++)
		assert_string_equal(ps_state_names[states[i].kernel].text,
				    states[i].word);
}

static void check_words(const struct ps_name *names, unsigned int first,
			unsigned int size, const char *expected)
{
	char text[512] = "";
	unsigned int i;

	for (i = first; i < size; i++) {
		if (i > first)
			strcat(text, " ");
		strcat(text, names[i].text);
	}
	assert_string_equal(text, expected);
}

static void words_match_the_format(void **state)
{
	(void)state;
	check_words(ps_column_names, 0, PORTSOCK_NCOLUMNS,
		    "PROTO PORT STATE LOCAL REMOTE DEV RXQ TXQ UID INODE "
		    "COOKIE NETNS CGROUP FLAGS HELD PARENT EXPIRES OWNERS "
		    "TYPE PEER DROPS");
	check_words(ps_held_names, 1, PORTSOCK_NHELD,
		    "process timewait synrecv acceptq orphan kernel inflight "
		    "hidden");
	check_words(ps_flag_names, 0, 5,
		    "reuseaddr reuseport v6only transparent freebind");
}

/* All protocols have a family of their own, except those of AF_INET. */
static void families_of_protocols(void **state)
{
	static const char *const inet[] = {
		"dccp", "l2tp", "mptcp", "ping", "raw", "sctp", "tcp", "udp",
		"udplite",
	};
	unsigned int i, without = 0;

	(void)state;
	for (i = 0; i < PORTSOCK_NPROTOS; i++) {
		if (ps_proto_families[i].len) {
			assert_string_equal(ps_proto_families[i].text,
					    ps_proto_names[i].text);
			continue;
		}
		assert_true(without < ARRAY_SIZE(inet));
		assert_string_equal(ps_proto_names[i].text, inet[without++]);
	}
	assert_int_equal(without, ARRAY_SIZE(inet));
}

static void sets_fit_their_types(void **state)
{
	(void)state;
	assert_true(PORTSOCK_NFLAGS <= 32);
	assert_true(PORTSOCK_NCOLUMNS < 32);
	assert_true(PORTSOCK_NPROTOS <= 64);
	assert_int_equal(PORTSOCK_FLAG(REUSEADDR), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_is_found),
		cmocka_unit_test(other_words_are_not_found),
		cmocka_unit_test(protocols_are_alphabetical),
		cmocka_unit_test(states_match_the_kernel),
		cmocka_unit_test(words_match_the_format),
		cmocka_unit_test(families_of_protocols),
		cmocka_unit_test(sets_fit_their_types),
	};

	return RUN(tests);
}
