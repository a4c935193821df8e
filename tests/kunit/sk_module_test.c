// SPDX-License-Identifier: GPL-2.0
/* The owning module of a socket: this suite, the kernel, the protocol. */
#include <kunit/test.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/udp.h>
#include <linux/wait.h>
#include <net/sock.h>

#include "sk_module.h"

struct sk_module_fixture {
	struct ps_sk_modules modules;
	struct udp_sock udp;
	struct proto proto;
	struct socket_wq wq;
};

static void own_callback(struct sock *sk)
{
}

static int own_encap_rcv(struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

static int sk_module_init(struct kunit *test)
{
	struct sk_module_fixture *fix;
	struct sock *sk;

	fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
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

static const char *owner_name(struct kunit *test)
{
	struct sk_module_fixture *fix = test->priv;
	u32 module = ps_sk_module_find(&fix->modules, &fix->udp.inet.sk);

	return ps_sk_module_name(&fix->modules, module);
}

static void kernel_functions_have_no_module(struct kunit *test)
{
	struct sk_module_fixture *fix = test->priv;

	KUNIT_EXPECT_STREQ(test, owner_name(test), "kernel");
	KUNIT_EXPECT_EQ(test, fix->modules.count, 0U);
}

static void each_callback_is_resolved(struct kunit *test)
{
	struct sk_module_fixture *fix = test->priv;
	struct sock *sk = &fix->udp.inet.sk;

	sk->sk_destruct = own_callback;
	KUNIT_EXPECT_STREQ(test, owner_name(test), THIS_MODULE->name);
	sk->sk_destruct = NULL;
	KUNIT_EXPECT_STREQ(test, owner_name(test), "kernel");
	fix->udp.encap_rcv = own_encap_rcv;
	KUNIT_EXPECT_STREQ(test, owner_name(test), THIS_MODULE->name);
	sk->sk_type = SOCK_STREAM;	/* without encap_rcv */
	sk->sk_protocol = IPPROTO_SCTP;
	KUNIT_EXPECT_STREQ(test, owner_name(test), "kernel");
	KUNIT_EXPECT_EQ(test, fix->modules.count, 1U);
}

static void protocol_module_is_skipped(struct kunit *test)
{
	struct sk_module_fixture *fix = test->priv;

	fix->udp.inet.sk.sk_state_change = own_callback;
	fix->proto.owner = THIS_MODULE;
	KUNIT_EXPECT_STREQ(test, owner_name(test), "kernel");
}

/* sprint_symbol() formats an address without a symbol as a number. */
static void addresses_are_not_names(struct kunit *test)
{
	struct sk_module_fixture *fix = test->priv;
	unsigned long code;

	for (code = 1; code <= 2 * PS_SK_MODULE_FUNCTIONS; code++) {
		fix->udp.inet.sk.sk_data_ready = (void *)code;
		KUNIT_EXPECT_STREQ(test, owner_name(test), "kernel");
	}
	KUNIT_EXPECT_EQ(test, fix->modules.ncodes, PS_SK_MODULE_FUNCTIONS - 1U);
}

static void names_are_stored_once(struct kunit *test)
{
	struct sk_module_fixture *fix = test->priv;
	struct ps_sk_modules *modules = &fix->modules;
	char name[MODULE_NAME_LEN + 1];
	u32 i;

	KUNIT_EXPECT_EQ(test, ps_sk_module_add(modules, "", 0), 0U);
	memset(name, 'x', sizeof(name));
	KUNIT_EXPECT_EQ(test, ps_sk_module_add(modules, name, MODULE_NAME_LEN),
			0U);
	for (i = 1; i < PS_SK_MODULE_NAMES; i++) {
		KUNIT_EXPECT_EQ(test, ps_sk_module_add(modules, name, i), i);
		KUNIT_EXPECT_EQ(test, ps_sk_module_add(modules, name, i), i);
		KUNIT_EXPECT_EQ(test, strlen(ps_sk_module_name(modules, i)),
				(size_t)i);
	}
	KUNIT_EXPECT_EQ(test, ps_sk_module_add(modules, name, i), 0U);
}

static int own_wake(struct wait_queue_entry *entry, unsigned int mode,
		    int flags, void *key)
{
	return 0;
}

static void expect_waiter(struct kunit *test, bool found, const char *name)
{
	struct sk_module_fixture *fix = test->priv;
	u32 module;

	KUNIT_EXPECT_EQ(test, ps_sk_module_find_waiter(&fix->modules,
				&fix->udp.inet.sk, &module), found);
	KUNIT_EXPECT_STREQ(test, ps_sk_module_name(&fix->modules, module),
			   name);
}

static void wake_functions_are_resolved(struct kunit *test)
{
	struct sk_module_fixture *fix = test->priv;
	struct wait_queue_entry own, process, kernel[8];
	u32 i;

	expect_waiter(test, false, "kernel");	/* no wait queue */
	init_waitqueue_head(&fix->wq.wait);
	RCU_INIT_POINTER(fix->udp.inet.sk.sk_wq, &fix->wq);
	expect_waiter(test, false, "kernel");

	/* a task that is not a kernel thread, and a function of the kernel */
	init_waitqueue_entry(&process, NULL);
	add_wait_queue(&fix->wq.wait, &process);
	init_waitqueue_func_entry(&kernel[0], (void *)schedule);
	add_wait_queue(&fix->wq.wait, &kernel[0]);
	expect_waiter(test, false, "kernel");

	init_waitqueue_func_entry(&own, own_wake);
	add_wait_queue_exclusive(&fix->wq.wait, &own);	/* the last one */
	expect_waiter(test, true, THIS_MODULE->name);
	fix->proto.owner = THIS_MODULE;
	expect_waiter(test, false, "kernel");
	fix->proto.owner = NULL;

	/* a user's waiters come first, and the walk ends */
	for (i = 1; i < ARRAY_SIZE(kernel); i++) {
		init_waitqueue_func_entry(&kernel[i], (void *)schedule);
		add_wait_queue(&fix->wq.wait, &kernel[i]);
	}
	expect_waiter(test, false, "kernel");
}

static int sleep_on_queue(void *wait)
{
	DEFINE_WAIT(entry);

	while (!kthread_should_stop()) {
		prepare_to_wait(wait, &entry, TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
	}
	finish_wait(wait, &entry);
	return 0;
}

static void threads_are_resolved(struct kunit *test)
{
	struct sk_module_fixture *fix = test->priv;
	struct task_struct *thread;

	init_waitqueue_head(&fix->wq.wait);
	RCU_INIT_POINTER(fix->udp.inet.sk.sk_wq, &fix->wq);
	thread = kthread_run(sleep_on_queue, &fix->wq.wait, "ps-waiter");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	/* Only the thread uses the queue, so no barrier is needed. */
	while (!waitqueue_active(&fix->wq.wait))
		schedule_timeout_uninterruptible(1);
	expect_waiter(test, true, THIS_MODULE->name);
	kthread_stop(thread);
	expect_waiter(test, false, "kernel");
}

static void memalloc_is_of_nbd(struct kunit *test)
{
	struct sk_module_fixture *fix = test->priv;
	struct sock *sk = &fix->udp.inet.sk;

	__set_bit(SOCK_MEMALLOC, &sk->sk_flags);
	expect_waiter(test, true, "nbd");
	sk->sk_kern_sock = 1;
	expect_waiter(test, false, "kernel");
}

static struct kunit_case sk_module_cases[] = {
	KUNIT_CASE(kernel_functions_have_no_module),
	KUNIT_CASE(each_callback_is_resolved),
	KUNIT_CASE(protocol_module_is_skipped),
	KUNIT_CASE(addresses_are_not_names),
	KUNIT_CASE(names_are_stored_once),
	KUNIT_CASE(wake_functions_are_resolved),
	KUNIT_CASE(threads_are_resolved),
	KUNIT_CASE(memalloc_is_of_nbd),
	{}
};

static struct kunit_suite sk_module_suite = {
	.name = "portsock_sk_module",
	.init = sk_module_init,
	.test_cases = sk_module_cases,
};

kunit_test_suite(sk_module_suite);

MODULE_LICENSE("GPL");
