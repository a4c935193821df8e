// SPDX-License-Identifier: GPL-2.0
/*
 * Why a socket is there.  The rules, in the order in which they are asked;
 * the evidence was gathered under the locks that make it true.
 */
#include "held.h"

static enum portsock_held mini_reason(const struct ps_record *r)
{
	switch (r->state) {
	case PORTSOCK_TIME_WAIT:
		return PORTSOCK_HELD_TIMEWAIT;
	case PORTSOCK_SYN_RECV:
		return PORTSOCK_HELD_SYNRECV;
	default:	/* FIN_WAIT2 as the kernel's small object */
		return PORTSOCK_HELD_ORPHAN;
	}
}

static enum portsock_held full_reason(const struct ps_record *r)
{
	if (r->evidence & (PS_EV_KERNEL | PS_EV_MODULE))
		return PORTSOCK_HELD_KERNEL;
	if (r->evidence & PS_EV_FILE)
		return PORTSOCK_HELD_INFLIGHT;
	if (r->evidence & PS_EV_CLOSING)
		return PORTSOCK_HELD_ORPHAN;
	/* At a port without ever having had a file: that does only the kernel. */
	if (r->evidence & PS_EV_SOCKET)
		return r->has & PS_HAS_PORT ? PORTSOCK_HELD_KERNEL :
			PORTSOCK_HELD_NONE;
	if (r->evidence & PS_EV_DEAD)
		return PORTSOCK_HELD_ORPHAN;
	if (r->state == PORTSOCK_SYN_RECV && !(r->evidence & PS_EV_QUEUED))
		return PORTSOCK_HELD_SYNRECV;
	return PORTSOCK_HELD_ACCEPTQ;
}

/*
 * Without a port there is nothing left to be finished; but a close() may be
 * stopped for long (by an epoll set that somebody is busy with), and the socket
 * is at its port until it goes on: it listens still.
 */
static bool is_being_freed(const struct ps_record *r)
{
	switch (r->state) {
	case PORTSOCK_CLOSE:
	case PORTSOCK_UNBOUND:
		return true;
	case PORTSOCK_BOUND:
	case PORTSOCK_LISTEN:
	case PORTSOCK_UNCONN:
		return !(r->evidence & PS_EV_CLOSING);
	default:
		return false;
	}
}

/**
 * ps_classify() - why a socket is there
 * @r: a record whose owners were counted
 *
 * Context: any.
 * Return: the reason, or PORTSOCK_HELD_NONE for a socket that has no row: it
 * is just being made or destroyed, or was gone at the second look.
 */
enum portsock_held ps_classify(const struct ps_record *r)
{
	enum portsock_held held;

	if (r->owners)
		return PORTSOCK_HELD_PROCESS;
	if (r->evidence & PS_EV_HIDDEN)
		return PORTSOCK_HELD_HIDDEN;
	if ((r->evidence & (PS_EV_DOUBT | PS_EV_AGAIN)) == PS_EV_DOUBT)
		return PORTSOCK_HELD_NONE;
	if (!(r->evidence & PS_EV_FULL))
		return mini_reason(r);
	held = full_reason(r);
	if (held == PORTSOCK_HELD_ORPHAN && is_being_freed(r))
		return PORTSOCK_HELD_NONE;
	return held;
}

/**
 * ps_needs_recheck() - whether an unowned socket must be looked at again
 * @r: a record after the descriptor walk
 *
 * A socket that was seen in its table and closed, handed on or accepted before
 * its holder's descriptors were walked looks as if it were in flight.
 *
 * Context: any.
 * Return: true if its reason holds only if a second look confirms it.
 */
bool ps_needs_recheck(const struct ps_record *r)
{
	const u16 has_file = PS_EV_FULL | PS_EV_SOCKET;

	return !r->owners && !(r->evidence & PS_EV_HIDDEN) &&
		(r->evidence & has_file) == has_file &&
		!(r->evidence & PS_EV_KERNEL);
}
