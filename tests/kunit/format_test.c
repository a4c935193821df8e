// SPDX-License-Identifier: GPL-2.0
/* Compare formatting with the vsnprintf() and in6_pton() of the kernel. */
#include <kunit/test.h>
#include <linux/inet.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <net/addrconf.h>
#include <net/ipv6.h>
#include <net/tcp_states.h>

#include "format/format.h"
#include "format/names.h"
#include "format/order.h"
#include "samples.h"

#define ROUNDS	20000

static void numbers_match_snprintf(struct kunit *test)
{
	char actual[32], expected[32];
	unsigned int i;
	u64 value;

	for (i = 0; i < ROUNDS; i++) {
		value = get_random_u64() >> (i & 63);
		*ps_put_u64(actual, value) = '\0';
		snprintf(expected, sizeof(expected), "%llu", value);
		KUNIT_ASSERT_STREQ(test, actual, expected);
		*ps_put_hex(actual, value) = '\0';
		snprintf(expected, sizeof(expected), "%llx", value);
		KUNIT_ASSERT_STREQ(test, actual, expected);
	}
}

static void edge_numbers(struct kunit *test)
{
	char text[32];
	u64 power = 1;
	unsigned int i;

	for (i = 0; i < 20; i++, power *= 10) {
		char expected[32];

		*ps_put_u64(text, power - 1) = '\0';
		snprintf(expected, sizeof(expected), "%llu", power - 1);
		KUNIT_EXPECT_STREQ(test, text, expected);
	}
	*ps_put_u64(text, U64_MAX) = '\0';
	KUNIT_EXPECT_STREQ(test, text, "18446744073709551615");
	*ps_put_hex(text, 0) = '\0';
	KUNIT_EXPECT_STREQ(test, text, "0");
}

static void random_ip6(struct in6_addr *ip)
{
	u32 zeros = get_random_u32();
	unsigned int i;

	get_random_bytes(ip, sizeof(*ip));
	for (i = 0; i < 8; i++)
		if (zeros & 3 << 2 * i)
			ip->s6_addr16[i] = 0;
}

static void ip4_matches_printk(struct kunit *test)
{
	char actual[32], expected[32];
	unsigned int i;
	__be32 ip;

	for (i = 0; i < ROUNDS; i++) {
		ip = (__force __be32)get_random_u32();
		*ps_put_ip4(actual, (u8 *)&ip) = '\0';
		snprintf(expected, sizeof(expected), "%pI4", &ip);
		KUNIT_ASSERT_STREQ(test, actual, expected);
	}
}

/* %pI6c writes IPv4-compatible and ISATAP addresses in another way. */
static void ip6_matches_printk(struct kunit *test)
{
	char actual[64], expected[64];
	struct in6_addr ip;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		random_ip6(&ip);
		if (!ip.s6_addr32[0] && !ip.s6_addr32[1] && !ip.s6_addr32[2])
			continue;
		if (ipv6_addr_is_isatap(&ip))
			continue;
		*ps_put_ip6(actual, ip.s6_addr) = '\0';
		snprintf(expected, sizeof(expected), "%pI6c", &ip);
		KUNIT_ASSERT_STREQ(test, actual, expected);
	}
}

static void ip6_is_parsed_by_in6_pton(struct kunit *test)
{
	struct in6_addr ip, back;
	unsigned int i;
	char text[64];

	for (i = 0; i < ROUNDS; i++) {
		random_ip6(&ip);
		*ps_put_ip6(text, ip.s6_addr) = '\0';
		KUNIT_ASSERT_EQ(test, in6_pton(text, -1, back.s6_addr, -1,
					       NULL), 1);
		KUNIT_ASSERT_TRUE(test, ipv6_addr_equal(&ip, &back));
	}
}

static void scope_matches_the_kernel(struct kunit *test)
{
	struct in6_addr ip;
	unsigned int i;

	for (i = 0; i < 0x10000; i++) {
		memset(&ip, 0, sizeof(ip));
		ip.s6_addr16[0] = htons(i);
		KUNIT_ASSERT_EQ(test, ps_ip6_needs_scope(ip.s6_addr),
				__ipv6_addr_needs_scope_id(
					__ipv6_addr_type(&ip)));
	}
}

static void states_match_the_kernel(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, (int)PORTSOCK_ESTABLISHED, TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, (int)PORTSOCK_SYN_SENT, TCP_SYN_SENT);
	KUNIT_EXPECT_EQ(test, (int)PORTSOCK_SYN_RECV, TCP_SYN_RECV);
	KUNIT_EXPECT_EQ(test, (int)PORTSOCK_FIN_WAIT1, TCP_FIN_WAIT1);
	KUNIT_EXPECT_EQ(test, (int)PORTSOCK_FIN_WAIT2, TCP_FIN_WAIT2);
	KUNIT_EXPECT_EQ(test, (int)PORTSOCK_TIME_WAIT, TCP_TIME_WAIT);
	KUNIT_EXPECT_EQ(test, (int)PORTSOCK_CLOSE, TCP_CLOSE);
	KUNIT_EXPECT_EQ(test, (int)PORTSOCK_CLOSE_WAIT, TCP_CLOSE_WAIT);
	KUNIT_EXPECT_EQ(test, (int)PORTSOCK_LAST_ACK, TCP_LAST_ACK);
	KUNIT_EXPECT_EQ(test, (int)PORTSOCK_LISTEN, TCP_LISTEN);
	KUNIT_EXPECT_EQ(test, (int)PORTSOCK_CLOSING, TCP_CLOSING);
}

static void sizes_match_the_kernel(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, PS_DEV_SIZE, IFNAMSIZ);
	KUNIT_EXPECT_EQ(test, PS_COMM_SIZE, TASK_COMM_LEN);
	KUNIT_EXPECT_LE(test, sizeof(struct ps_record), (size_t)160);
}

/* A row as in format.md; tests/unit parses such rows. */
static void sample_row_of_the_format(struct kunit *test)
{
	struct ps_record r = made_up_tcp(0xabc, PORTSOCK_LISTEN, 0);
	char *text = kunit_kzalloc(test, PS_RECORD_MAX, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, text);
	strcpy(r.dev, "eth0");
	r.held = PORTSOCK_HELD_PROCESS;
	r.netns = 4026531840;
	r.has |= PS_HAS_DROPS;
	strcpy(ps_format_record(text, &r), "1/2/sh");
	*ps_format_back(text + strlen(text), &r) = '\0';
	KUNIT_EXPECT_STREQ(test, text,
			   "tcp 80    LISTEN      127.0.0.1:80          *:*                   eth0 0 0 0 0 abc 4026531840 - - process - - 1/2/sh - - 0");
}

static struct kunit_case format_cases[] = {
	KUNIT_CASE(numbers_match_snprintf),
	KUNIT_CASE(edge_numbers),
	KUNIT_CASE(ip4_matches_printk),
	KUNIT_CASE(ip6_matches_printk),
	KUNIT_CASE(ip6_is_parsed_by_in6_pton),
	KUNIT_CASE(scope_matches_the_kernel),
	KUNIT_CASE(states_match_the_kernel),
	KUNIT_CASE(sizes_match_the_kernel),
	KUNIT_CASE(sample_row_of_the_format),
	{}
};

static struct kunit_suite format_suite = {
	.name = "portsock_format",
	.test_cases = format_cases,
};
kunit_test_suite(format_suite);

MODULE_LICENSE("GPL");
