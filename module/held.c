// SPDX-License-Identifier: GPL-2.0
/* The classification: why a socket exists (column HELD, portsock(5)). */
#include "held.h"

#define STATE(name)	(1U << PORTSOCK_##name)
#define ANY_STATE	U32_MAX

/* Without a port or a peer, nothing is left for the kernel to finish. */
#define ENDED		(STATE(CLOSE) | STATE(UNBOUND))
#define NOT_CONNECTED	(ENDED | STATE(BOUND) | STATE(LISTEN) | STATE(UNCONN))

/**
 * struct rule - one rule of the classification
 * @mask: bits of enum ps_observation that the rule tests
 * @observed: their values
 * @has: bits of enum ps_has that the rule requires
 * @states: bits of enum portsock_state
 * @held: result; PORTSOCK_HELD_NONE for a socket without a row
 */
struct rule {
	u16 mask;
	u16 observed;
	u8 has;
	u32 states;
	enum portsock_held held;
};

/*
 * For sockets without an owner; the first rule that matches decides.  During
 * close() a socket has a row as long as it is at its port: close() may be
 * delayed for long (by an epoll set, for example), and the socket still
 * listens.
 */
static const struct rule rules[] = {
	/* TIME_WAIT sockets and requests; FIN_WAIT2 may be a TIME_WAIT socket */
	{ PS_OBS_FULL, 0, 0, STATE(TIME_WAIT), PORTSOCK_HELD_TIMEWAIT },
	{ PS_OBS_FULL, 0, 0, STATE(SYN_RECV), PORTSOCK_HELD_SYNRECV },
	{ PS_OBS_FULL, 0, 0, ANY_STATE, PORTSOCK_HELD_ORPHAN },
	/* sockets of the kernel and of its modules */
	{ PS_OBS_KERNEL, PS_OBS_KERNEL, 0, ANY_STATE, PORTSOCK_HELD_KERNEL },
	{ PS_OBS_MODULE, PS_OBS_MODULE, 0, ANY_STATE, PORTSOCK_HELD_KERNEL },
	/* an open file, and no file descriptor */
	{ PS_OBS_FILE, PS_OBS_FILE, 0, ANY_STATE, PORTSOCK_HELD_INFLIGHT },
	/* close() is running */
	{ PS_OBS_CLOSING, PS_OBS_CLOSING, 0, ENDED, PORTSOCK_HELD_NONE },
	{ PS_OBS_CLOSING, PS_OBS_CLOSING, 0, ANY_STATE, PORTSOCK_HELD_ORPHAN },
	/* no file yet: bound by the kernel, or unbound and being created */
	{ PS_OBS_SOCKET, PS_OBS_SOCKET, PS_HAS_PORT, ANY_STATE,
	  PORTSOCK_HELD_KERNEL },
	{ PS_OBS_SOCKET, PS_OBS_SOCKET, 0, ANY_STATE, PORTSOCK_HELD_NONE },
	/* closed: the kernel finishes the connection, or frees the socket */
	{ PS_OBS_DEAD, PS_OBS_DEAD, 0, NOT_CONNECTED, PORTSOCK_HELD_NONE },
	{ PS_OBS_DEAD, PS_OBS_DEAD, 0, ANY_STATE, PORTSOCK_HELD_ORPHAN },
	/* no struct socket yet: accept() will create it */
	{ PS_OBS_QUEUED, 0, 0, STATE(SYN_RECV), PORTSOCK_HELD_SYNRECV },
	{ 0, 0, 0, ANY_STATE, PORTSOCK_HELD_ACCEPTQ },
};

/**
 * ps_classify() - Return why a socket exists
 * @r: record, after both walks
 *
 * Return: the HELD value; PORTSOCK_HELD_NONE for a socket that is being created
 * or freed, or that the recheck did not find again.
 */
enum portsock_held ps_classify(const struct ps_record *r)
{
	const u8 confirmed = PS_WALK_UNCONFIRMED | PS_WALK_CONFIRMED;
	const struct rule *rule = rules;

	if (r->owners)
		return PORTSOCK_HELD_PROCESS;
	if (r->walk & PS_WALK_HIDDEN)
		return PORTSOCK_HELD_HIDDEN;
	if ((r->walk & confirmed) == PS_WALK_UNCONFIRMED)
		return PORTSOCK_HELD_NONE;
	while ((r->observed & rule->mask) != rule->observed ||
	       (r->has & rule->has) != rule->has ||
	       !(rule->states & 1U << r->state))
		rule++;
	return rule->held;
}

/**
 * ps_needs_recheck() - Return true if the recheck has to confirm a socket
 * @r: record, after both walks
 *
 * A socket may be closed, sent in a message or accepted after the walk of its
 * table and before the walk of its owner's file table.  It then looks as if it
 * were in flight.
 */
bool ps_needs_recheck(const struct ps_record *r)
{
	const u16 mask = PS_OBS_FULL | PS_OBS_SOCKET | PS_OBS_KERNEL;

	return !r->owners && !(r->walk & PS_WALK_HIDDEN) &&
		(r->observed & mask) == (PS_OBS_FULL | PS_OBS_SOCKET);
}
