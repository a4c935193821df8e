// SPDX-License-Identifier: GPL-2.0
/* The classification: observations and walk state to HELD. */
#include "test.h"
#include "../../module/held.h"

#define FULL	PS_OBS_FULL
#define SOCKET	(PS_OBS_FULL | PS_OBS_SOCKET)
#define FILE_	(SOCKET | PS_OBS_FILE)
#define HIDDEN	PS_WALK_HIDDEN
#define UNCONFIRMED	PS_WALK_UNCONFIRMED
#define CONFIRMED	(PS_WALK_UNCONFIRMED | PS_WALK_CONFIRMED)
#define ALL_OBSERVED	(PS_OBS_INFLIGHT << 1)
#define ALL_WALK	(PS_WALK_CONFIRMED << 1)

struct expectation {
	const char *name;
	u16 observed;
	u8 state;
	u8 owners;
	enum portsock_held held;
	u8 walk;
};

static const struct expectation table[] = {
	{ "a process owns it", FILE_,
	  PORTSOCK_LISTEN, 1, PORTSOCK_HELD_PROCESS, 0 },
	{ "an owner that is visible, one that is not", FILE_,
	  PORTSOCK_LISTEN, 1, PORTSOCK_HELD_PROCESS, HIDDEN },
	{ "made by the kernel, given to a process", FILE_ | PS_OBS_KERNEL,
	  PORTSOCK_ESTABLISHED, 2, PORTSOCK_HELD_PROCESS, 0 },
	{ "an owner that is not visible", FILE_,
	  PORTSOCK_LISTEN, 0, PORTSOCK_HELD_HIDDEN, HIDDEN },
	{ "TIME_WAIT", 0,
	  PORTSOCK_TIME_WAIT, 0, PORTSOCK_HELD_TIMEWAIT, 0 },
	{ "a request", 0,
	  PORTSOCK_SYN_RECV, 0, PORTSOCK_HELD_SYNRECV, 0 },
	{ "FIN_WAIT2 as a TIME_WAIT socket", 0,
	  PORTSOCK_FIN_WAIT2, 0, PORTSOCK_HELD_ORPHAN, 0 },
	{ "closed, still sending", FULL | PS_OBS_DEAD,
	  PORTSOCK_FIN_WAIT1, 0, PORTSOCK_HELD_ORPHAN, 0 },
	{ "closed, peer still open", FULL | PS_OBS_DEAD,
	  PORTSOCK_FIN_WAIT2, 0, PORTSOCK_HELD_ORPHAN, 0 },
	{ "closed after its peer", FULL | PS_OBS_DEAD,
	  PORTSOCK_LAST_ACK, 0, PORTSOCK_HELD_ORPHAN, 0 },
	{ "being closed just now", SOCKET | PS_OBS_CLOSING,
	  PORTSOCK_ESTABLISHED, 0, PORTSOCK_HELD_ORPHAN, 0 },
	{ "waits for accept()", FULL,
	  PORTSOCK_ESTABLISHED, 0, PORTSOCK_HELD_ACCEPTQ, 0 },
	{ "waits, and its peer has closed", FULL | PS_OBS_QUEUED,
	  PORTSOCK_CLOSE_WAIT, 0, PORTSOCK_HELD_ACCEPTQ, 0 },
	{ "a fast open child in the queue", FULL | PS_OBS_QUEUED,
	  PORTSOCK_SYN_RECV, 0, PORTSOCK_HELD_ACCEPTQ, 0 },
	{ "a child not yet in the queue", FULL,
	  PORTSOCK_SYN_RECV, 0, PORTSOCK_HELD_SYNRECV, 0 },
	{ "a file in flight", FILE_,
	  PORTSOCK_LISTEN, 0, PORTSOCK_HELD_INFLIGHT, 0 },
	{ "a file in flight, UDP", FILE_,
	  PORTSOCK_UNCONN, 0, PORTSOCK_HELD_INFLIGHT, 0 },
	{ "a file in flight, never bound", FILE_,
	  PORTSOCK_UNBOUND, 0, PORTSOCK_HELD_INFLIGHT, 0 },
	{ "the kernel's", FULL | PS_OBS_KERNEL,
	  PORTSOCK_LISTEN, 0, PORTSOCK_HELD_KERNEL, 0 },
	{ "the kernel's, with a struct socket", SOCKET | PS_OBS_KERNEL,
	  PORTSOCK_UNCONN, 0, PORTSOCK_HELD_KERNEL, 0 },
	{ "the kernel's, with a file", FILE_ | PS_OBS_KERNEL,
	  PORTSOCK_UNCONN, 0, PORTSOCK_HELD_KERNEL, 0 },
	{ "a module's, with a file and no owner", FILE_ | PS_OBS_MODULE,
	  PORTSOCK_ESTABLISHED, 0, PORTSOCK_HELD_KERNEL, CONFIRMED },
	{ "a module's, without a port", SOCKET | PS_OBS_MODULE,
	  PORTSOCK_UNBOUND, 0, PORTSOCK_HELD_KERNEL, 0 },
	{ "it calls a module, but a process owns it", FILE_ | PS_OBS_MODULE,
	  PORTSOCK_ESTABLISHED, 1, PORTSOCK_HELD_PROCESS, 0 },
	{ "at a port, and never had a file", SOCKET,
	  PORTSOCK_UNCONN, 0, PORTSOCK_HELD_KERNEL, 0 },
	{ "closed, being freed", FULL | PS_OBS_DEAD,
	  PORTSOCK_CLOSE, 0, PORTSOCK_HELD_NONE, 0 },
	{ "bound, being freed", FULL | PS_OBS_DEAD,
	  PORTSOCK_BOUND, 0, PORTSOCK_HELD_NONE, 0 },
	{ "unbound, being freed", FULL | PS_OBS_DEAD,
	  PORTSOCK_UNBOUND, 0, PORTSOCK_HELD_NONE, 0 },
	{ "a listener whose close() is stopped", SOCKET | PS_OBS_CLOSING,
	  PORTSOCK_LISTEN, 0, PORTSOCK_HELD_ORPHAN, 0 },
	{ "UDP whose close() is stopped", SOCKET | PS_OBS_CLOSING,
	  PORTSOCK_UNCONN, 0, PORTSOCK_HELD_ORPHAN, 0 },
	{ "a connection that had ended, being freed", SOCKET | PS_OBS_CLOSING,
	  PORTSOCK_CLOSE, 0, PORTSOCK_HELD_NONE, 0 },
	{ "UDP being freed", FULL | PS_OBS_DEAD,
	  PORTSOCK_UNCONN, 0, PORTSOCK_HELD_NONE, 0 },
	{ "in flight, confirmed", FILE_,
	  PORTSOCK_LISTEN, 0, PORTSOCK_HELD_INFLIGHT, CONFIRMED },
	{ "in flight, not confirmed", FILE_,
	  PORTSOCK_LISTEN, 0, PORTSOCK_HELD_NONE, UNCONFIRMED },
	{ "not confirmed, in any state", FILE_,
	  PORTSOCK_ESTABLISHED, 0, PORTSOCK_HELD_NONE, UNCONFIRMED },
	{ "not confirmed, with an owner", FILE_,
	  PORTSOCK_LISTEN, 1, PORTSOCK_HELD_PROCESS, UNCONFIRMED },
	{ "not confirmed, with a hidden owner", FILE_,
	  PORTSOCK_LISTEN, 0, PORTSOCK_HELD_HIDDEN, UNCONFIRMED | HIDDEN },
	{ "waits for accept(), confirmed", FULL | PS_OBS_QUEUED,
	  PORTSOCK_ESTABLISHED, 0, PORTSOCK_HELD_ACCEPTQ, CONFIRMED },
};

static void observations_to_held(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const struct expectation *e = &table[i];
		const struct ps_record r = { .observed = e->observed,
			.walk = e->walk, .state = e->state, .owners = e->owners,
			.has = PS_HAS_PORT };
		enum portsock_held held = ps_classify(&r);

		if (held != e->held)
			fail_msg("%s: %s, not %s", e->name,
				 ps_held_names[held].text,
				 ps_held_names[e->held].text);
	}
}

static void a_socket_being_created_has_no_row(void **state)
{
	struct ps_record r = { .observed = SOCKET, .state = PORTSOCK_UNBOUND };

	(void)state;
	assert_int_equal(ps_classify(&r), PORTSOCK_HELD_NONE);
	r.observed |= PS_OBS_FILE;
	assert_int_equal(ps_classify(&r), PORTSOCK_HELD_INFLIGHT);
	r.observed = SOCKET | PS_OBS_KERNEL;
	assert_int_equal(ps_classify(&r), PORTSOCK_HELD_KERNEL);
}

/* Being created, or being freed. */
static bool may_vanish(const struct ps_record *r)
{
	const u8 state = r->state;

	if (r->observed & PS_OBS_SOCKET && !(r->has & PS_HAS_PORT))
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
	else if (r->walk & HIDDEN)
		assert_int_equal(held, PORTSOCK_HELD_HIDDEN);
	else if ((r->walk & CONFIRMED) == UNCONFIRMED)
		assert_int_equal(held, PORTSOCK_HELD_NONE);
	else if (held == PORTSOCK_HELD_NONE)
		assert_true(r->observed & PS_OBS_FULL && may_vanish(r));
	else
		assert_int_not_equal(held, PORTSOCK_HELD_PROCESS);
	if (held == PORTSOCK_HELD_TIMEWAIT)
		assert_true(r->state == PORTSOCK_TIME_WAIT &&
			    !(r->observed & PS_OBS_FULL));
	if (held == PORTSOCK_HELD_SYNRECV)
		assert_int_equal(r->state, PORTSOCK_SYN_RECV);
	if (held == PORTSOCK_HELD_INFLIGHT)
		assert_true(r->observed & PS_OBS_FILE);
}

/* All observations, walk states and states: an owner decides first. */
static void all_records_obey_the_rules(void **state)
{
	struct ps_record r = { 0 };
	unsigned int observed;

	(void)state;
	for (observed = 0; observed < ALL_OBSERVED; observed++) {
		r.observed = observed;
		for (r.walk = 0; r.walk < ALL_WALK; r.walk++)
			for (r.state = 1; r.state < PORTSOCK_NSTATES; r.state++)
				for (r.owners = 0; r.owners < 2; r.owners++) {
					r.has = 0;
					check_rules(&r);
					r.has = PS_HAS_PORT;
					check_rules(&r);
				}
	}
}

static void unowned_files_need_a_recheck(void **state)
{
	struct ps_record r = { 0 };
	unsigned int observed;
	bool socket;

	(void)state;
	for (observed = 0; observed < ALL_OBSERVED; observed++) {
		socket = (observed & SOCKET) == SOCKET;
		r.observed = observed;
		for (r.walk = 0; r.walk < ALL_WALK; r.walk++) {
			r.owners = 0;
			assert_int_equal(ps_needs_recheck(&r),
					 socket && !(r.walk & HIDDEN) &&
					 !(observed & PS_OBS_KERNEL));
			r.owners = 1;
			assert_false(ps_needs_recheck(&r));
		}
	}
}

/* No socket is reported as in flight without a recheck. */
static void inflight_needs_a_recheck(void **state)
{
	struct ps_record r = { 0 };
	unsigned int observed;

	(void)state;
	for (observed = 0; observed < ALL_OBSERVED; observed++) {
		r.observed = observed;
		if ((observed & PS_OBS_FILE) && !(observed & PS_OBS_SOCKET))
			continue;	/* a file refers to a struct socket */
		for (r.state = 1; r.state < PORTSOCK_NSTATES; r.state++)
			if (ps_classify(&r) == PORTSOCK_HELD_INFLIGHT)
				assert_true(ps_needs_recheck(&r));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(observations_to_held),
		cmocka_unit_test(a_socket_being_created_has_no_row),
		cmocka_unit_test(all_records_obey_the_rules),
		cmocka_unit_test(unowned_files_need_a_recheck),
		cmocka_unit_test(inflight_needs_a_recheck),
	};

	return RUN(tests);
}
