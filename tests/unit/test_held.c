// SPDX-License-Identifier: GPL-2.0
/* Why a socket is there: evidence to reason, row by row. */
#include "test.h"
#include "../../module/held.h"

#define FULL	PS_EV_FULL
#define SOCKET	(PS_EV_FULL | PS_EV_SOCKET)
#define FILE_	(SOCKET | PS_EV_FILE)
#define HIDDEN	PS_EV_HIDDEN
#define DOUBT	PS_EV_DOUBT
#define AGAIN	(PS_EV_DOUBT | PS_EV_AGAIN)
#define EVERY_EVIDENCE	(1U << 11)

struct expectation {
	const char *what;
	u16 evidence;
	u8 state;
	u8 owners;
	enum portsock_held held;
};

static const struct expectation table[] = {
	{ "a process holds it", FILE_, PORTSOCK_LISTEN, 1,
	  PORTSOCK_HELD_PROCESS },
	{ "one that may be seen, one that may not", FILE_ | HIDDEN,
	  PORTSOCK_LISTEN, 1, PORTSOCK_HELD_PROCESS },
	{ "made by the kernel, given to a process", FILE_ | PS_EV_KERNEL,
	  PORTSOCK_ESTABLISHED, 2,
	  PORTSOCK_HELD_PROCESS },
	{ "only one that may not be seen", FILE_ | HIDDEN,
	  PORTSOCK_LISTEN, 0,
	  PORTSOCK_HELD_HIDDEN },

	{ "TIME_WAIT", 0, PORTSOCK_TIME_WAIT, 0,
	  PORTSOCK_HELD_TIMEWAIT },
	{ "a request", 0, PORTSOCK_SYN_RECV, 0,
	  PORTSOCK_HELD_SYNRECV },
	{ "FIN_WAIT2 as a small object", 0, PORTSOCK_FIN_WAIT2, 0,
	  PORTSOCK_HELD_ORPHAN },

	{ "closed, still sending", FULL | PS_EV_DEAD, PORTSOCK_FIN_WAIT1, 0,
	  PORTSOCK_HELD_ORPHAN },
	{ "closed, peer still open", FULL | PS_EV_DEAD, PORTSOCK_FIN_WAIT2, 0,
	  PORTSOCK_HELD_ORPHAN },
	{ "closed second", FULL | PS_EV_DEAD, PORTSOCK_LAST_ACK, 0,
	  PORTSOCK_HELD_ORPHAN },
	{ "being closed just now", SOCKET | PS_EV_CLOSING,
	  PORTSOCK_ESTABLISHED, 0,
	  PORTSOCK_HELD_ORPHAN },

	{ "waits for accept()", FULL, PORTSOCK_ESTABLISHED, 0,
	  PORTSOCK_HELD_ACCEPTQ },
	{ "waits, and its peer has closed", FULL | PS_EV_QUEUED,
	  PORTSOCK_CLOSE_WAIT, 0,
	  PORTSOCK_HELD_ACCEPTQ },
	{ "a fast open child in the queue", FULL | PS_EV_QUEUED,
	  PORTSOCK_SYN_RECV, 0,
	  PORTSOCK_HELD_ACCEPTQ },
	{ "a child not yet in the queue", FULL, PORTSOCK_SYN_RECV, 0,
	  PORTSOCK_HELD_SYNRECV },

	{ "a file in flight", FILE_, PORTSOCK_LISTEN, 0,
	  PORTSOCK_HELD_INFLIGHT },
	{ "a file in flight, UDP", FILE_, PORTSOCK_UNCONN, 0,
	  PORTSOCK_HELD_INFLIGHT },
	{ "a file in flight, never bound", FILE_, PORTSOCK_UNBOUND, 0,
	  PORTSOCK_HELD_INFLIGHT },

	{ "the kernel's", FULL | PS_EV_KERNEL, PORTSOCK_LISTEN, 0,
	  PORTSOCK_HELD_KERNEL },
	{ "the kernel's, with a struct socket", SOCKET | PS_EV_KERNEL,
	  PORTSOCK_UNCONN, 0,
	  PORTSOCK_HELD_KERNEL },
	{ "the kernel's, with a file", FILE_ | PS_EV_KERNEL, PORTSOCK_UNCONN,
	  0,
	  PORTSOCK_HELD_KERNEL },
	{ "a module's, with a file and nobody who holds it",
	  FILE_ | PS_EV_MODULE | AGAIN, PORTSOCK_ESTABLISHED, 0,
	  PORTSOCK_HELD_KERNEL },
	{ "a module's, without a port", SOCKET | PS_EV_MODULE,
	  PORTSOCK_UNBOUND, 0,
	  PORTSOCK_HELD_KERNEL },
	{ "it calls a module, but a process holds it", FILE_ | PS_EV_MODULE,
	  PORTSOCK_ESTABLISHED, 1,
	  PORTSOCK_HELD_PROCESS },
	{ "at a port, and never had a file", SOCKET, PORTSOCK_UNCONN, 0,
	  PORTSOCK_HELD_KERNEL },

	{ "closed, being freed", FULL | PS_EV_DEAD, PORTSOCK_CLOSE, 0,
	  PORTSOCK_HELD_NONE },
	{ "bound, being freed", FULL | PS_EV_DEAD, PORTSOCK_BOUND, 0,
	  PORTSOCK_HELD_NONE },
	{ "unbound, being freed", FULL | PS_EV_DEAD, PORTSOCK_UNBOUND, 0,
	  PORTSOCK_HELD_NONE },
	{ "a listener whose close() is stopped", SOCKET | PS_EV_CLOSING,
	  PORTSOCK_LISTEN, 0,
	  PORTSOCK_HELD_ORPHAN },
	{ "UDP whose close() is stopped", SOCKET | PS_EV_CLOSING,
	  PORTSOCK_UNCONN, 0,
	  PORTSOCK_HELD_ORPHAN },
	{ "a connection that had ended, being freed", SOCKET | PS_EV_CLOSING,
	  PORTSOCK_CLOSE, 0,
	  PORTSOCK_HELD_NONE },
	{ "UDP being freed", FULL | PS_EV_DEAD, PORTSOCK_UNCONN, 0,
	  PORTSOCK_HELD_NONE },

	{ "in flight, also at the second look", FILE_ | AGAIN,
	  PORTSOCK_LISTEN, 0, PORTSOCK_HELD_INFLIGHT },
	{ "in flight, but gone at the second look", FILE_ | DOUBT,
	  PORTSOCK_LISTEN, 0, PORTSOCK_HELD_NONE },
	{ "gone at the second look, in any state", FILE_ | DOUBT,
	  PORTSOCK_ESTABLISHED, 0, PORTSOCK_HELD_NONE },
	{ "in doubt, but an owner was found", FILE_ | DOUBT,
	  PORTSOCK_LISTEN, 1, PORTSOCK_HELD_PROCESS },
	{ "in doubt, but hidden", FILE_ | DOUBT | HIDDEN, PORTSOCK_LISTEN, 0,
	  PORTSOCK_HELD_HIDDEN },
	{ "waits for accept(), seen again", FULL | PS_EV_QUEUED | AGAIN,
	  PORTSOCK_ESTABLISHED, 0, PORTSOCK_HELD_ACCEPTQ },
};

static void evidence_to_reason(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const struct expectation *e = &table[i];
		const struct ps_record r = { .evidence = e->evidence,
			.state = e->state, .owners = e->owners,
			.has = PS_HAS_PORT };
		enum portsock_held held = ps_classify(&r);

		if (held != e->held)
			fail_msg("%s: %s, not %s", e->what,
				 ps_held_names[held].text,
				 ps_held_names[e->held].text);
	}
}

static void what_is_being_made_has_no_row(void **state)
{
	struct ps_record r = { .evidence = SOCKET, .state = PORTSOCK_UNBOUND };

	(void)state;
	assert_int_equal(ps_classify(&r), PORTSOCK_HELD_NONE);
	r.evidence |= PS_EV_FILE;
	assert_int_equal(ps_classify(&r), PORTSOCK_HELD_INFLIGHT);
	r.evidence = SOCKET | PS_EV_KERNEL;
	assert_int_equal(ps_classify(&r), PORTSOCK_HELD_KERNEL);
}

/* Being made, or being freed. */
static bool may_vanish(const struct ps_record *r)
{
	const u8 state = r->state;

	if (r->evidence & PS_EV_SOCKET && !(r->has & PS_HAS_PORT))
		return true;
	return state == PORTSOCK_CLOSE || state == PORTSOCK_BOUND ||
		state == PORTSOCK_UNBOUND || state == PORTSOCK_LISTEN ||
		state == PORTSOCK_UNCONN;
}

static void check_rules(const struct ps_record *r)
{
	enum portsock_held held = ps_classify(r);

	if (r->owners)
		assert_int_equal(held, PORTSOCK_HELD_PROCESS);
	else if (r->evidence & PS_EV_HIDDEN)
		assert_int_equal(held, PORTSOCK_HELD_HIDDEN);
	else if ((r->evidence & AGAIN) == DOUBT)
		assert_int_equal(held, PORTSOCK_HELD_NONE);
	else if (held == PORTSOCK_HELD_NONE)
		assert_true(r->evidence & PS_EV_FULL && may_vanish(r));
	else
		assert_int_not_equal(held, PORTSOCK_HELD_PROCESS);
	if (held == PORTSOCK_HELD_TIMEWAIT)
		assert_true(r->state == PORTSOCK_TIME_WAIT &&
			    !(r->evidence & PS_EV_FULL));
	if (held == PORTSOCK_HELD_SYNRECV)
		assert_int_equal(r->state, PORTSOCK_SYN_RECV);
	if (held == PORTSOCK_HELD_INFLIGHT)
		assert_true(r->evidence & PS_EV_FILE);
}

/* Whatever is seen: an owner wins, and a row without a reason is none. */
static void every_evidence_obeys_the_rules(void **state)
{
	struct ps_record r = { 0 };
	unsigned int evidence;

	(void)state;
	for (evidence = 0; evidence < 2 * EVERY_EVIDENCE; evidence++) {
		r.evidence = evidence % EVERY_EVIDENCE;
		r.has = evidence < EVERY_EVIDENCE ? PS_HAS_PORT : 0;
		for (r.state = 1; r.state < PORTSOCK_NSTATES; r.state++) {
			for (r.owners = 0; r.owners < 2; r.owners++)
				check_rules(&r);
		}
	}
}

static void what_is_looked_at_again(void **state)
{
	unsigned int evidence;

	(void)state;
	for (evidence = 0; evidence < EVERY_EVIDENCE; evidence++) {
		struct ps_record r = { .evidence = evidence };
		bool socket = (evidence & SOCKET) == SOCKET;

		assert_int_equal(ps_needs_recheck(&r),
				 socket && !(evidence & (PS_EV_KERNEL |
							 PS_EV_HIDDEN)));
		r.owners = 1;
		assert_false(ps_needs_recheck(&r));
	}
}

/* What looks to be in flight is never said without a second look. */
static void inflight_is_doubtful(void **state)
{
	struct ps_record r = { 0 };
	unsigned int evidence;

	(void)state;
	for (evidence = 0; evidence < EVERY_EVIDENCE; evidence++) {
		r.evidence = evidence;
		if ((evidence & PS_EV_FILE) && !(evidence & PS_EV_SOCKET))
			continue;	/* a file refers to a struct socket */
		for (r.state = 1; r.state < PORTSOCK_NSTATES; r.state++)
			if (ps_classify(&r) ==
			    PORTSOCK_HELD_INFLIGHT)
				assert_true(ps_needs_recheck(&r));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evidence_to_reason),
		cmocka_unit_test(what_is_being_made_has_no_row),
		cmocka_unit_test(every_evidence_obeys_the_rules),
		cmocka_unit_test(what_is_looked_at_again),
		cmocka_unit_test(inflight_is_doubtful),
	};

	return RUN(tests);
}
