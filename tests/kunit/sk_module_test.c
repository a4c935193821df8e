// SPDX-License-Identifier: GPL-2.0
/* Whose code a socket calls: this suite's own, the kernel's, the protocol's. */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/udp.h>
#include <net/sock.h>

#include "sk_module.h"

struct fixture {
	struct ps_sk_modules holders;
	struct udp_sock udp;
	struct proto proto;
};

static void this_module(struct sock *sk)
{
}

static int this_module_too(struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

static int init(struct kunit *test)
{
	struct fixture *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	struct sock *sk;

	KUNIT_ASSERT_NOT_NULL(test, fix);
	sk = &fix->udp.inet.sk;
	sk->sk_family = AF_INET;
	sk->sk_type = SOCK_DGRAM;
	sk->sk_protocol = IPPROTO_UDP;
	sk->sk_prot = &fix->proto;
	sk->sk_error_report = sk_error_report;
	test->priv = fix;
	return 0;
}

static const char *holder(struct kunit *test)
{
	struct fixture *fix = test->priv;

	return ps_sk_module_name(&fix->holders,
			      ps_sk_module_find(&fix->holders,
					     &fix->udp.inet.sk));
}

static void the_kernel_itself_has_no_name(struct kunit *test)
{
	struct fixture *fix = test->priv;

	KUNIT_EXPECT_STREQ(test, holder(test), "kernel");
	KUNIT_EXPECT_EQ(test, fix->holders.count, 0U);
}

static void any_callback_tells(struct kunit *test)
{
	struct fixture *fix = test->priv;
	struct sock *sk = &fix->udp.inet.sk;

	sk->sk_destruct = this_module;
	KUNIT_EXPECT_STREQ(test, holder(test), THIS_MODULE->name);
	sk->sk_destruct = NULL;
	KUNIT_EXPECT_STREQ(test, holder(test), "kernel");
	fix->udp.encap_rcv = this_module_too;
	KUNIT_EXPECT_STREQ(test, holder(test), THIS_MODULE->name);
	sk->sk_type = SOCK_STREAM;	/* no such callback there */
	sk->sk_protocol = IPPROTO_SCTP;
	KUNIT_EXPECT_STREQ(test, holder(test), "kernel");
	KUNIT_EXPECT_EQ(test, fix->holders.count, 1U);
}

static void the_protocol_is_no_holder(struct kunit *test)
{
	struct fixture *fix = test->priv;

	fix->udp.inet.sk.sk_state_change = this_module;
	fix->proto.owner = THIS_MODULE;
	KUNIT_EXPECT_STREQ(test, holder(test), "kernel");
}

/* An address that belongs to nothing is printed as it is: nothing is taken. */
static void no_address_gets_out(struct kunit *test)
{
	struct fixture *fix = test->priv;
	unsigned long code;

	for (code = 1; code <= 2 * PS_SK_MODULE_FUNCTIONS; code++) {
		fix->udp.inet.sk.sk_data_ready = (void *)code;
		KUNIT_EXPECT_STREQ(test, holder(test), "kernel");
	}
	KUNIT_EXPECT_EQ(test, fix->holders.ncodes, PS_SK_MODULE_FUNCTIONS - 1U);
}

static void names_are_kept_once(struct kunit *test)
{
	struct fixture *fix = test->priv;
	char name[MODULE_NAME_LEN + 1];
	u32 i;

	KUNIT_EXPECT_EQ(test, ps_sk_module_add(&fix->holders, "", 0), 0U);
	memset(name, 'x', sizeof(name));
	KUNIT_EXPECT_EQ(test, ps_sk_module_add(&fix->holders, name,
					    MODULE_NAME_LEN), 0U);
	for (i = 1; i < PS_SK_MODULE_NAMES; i++) {
		KUNIT_EXPECT_EQ(test, ps_sk_module_add(&fix->holders, name, i), i);
		KUNIT_EXPECT_EQ(test, ps_sk_module_add(&fix->holders, name, i), i);
		KUNIT_EXPECT_EQ(test, strlen(ps_sk_module_name(&fix->holders, i)),
				(size_t)i);
	}
	KUNIT_EXPECT_EQ(test, ps_sk_module_add(&fix->holders, name, i), 0U);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_kernel_itself_has_no_name),
	KUNIT_CASE(any_callback_tells),
	KUNIT_CASE(the_protocol_is_no_holder),
	KUNIT_CASE(no_address_gets_out),
	KUNIT_CASE(names_are_kept_once),
	{}
};

static struct kunit_suite suite = {
	.name = "portsock_sk_module",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_LICENSE("GPL");
