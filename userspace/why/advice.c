// SPDX-License-Identifier: GPL-2.0
/* What would help. */
#include "why.h"
#include "../../module/format/names.h"

#define PIDS_MAX	5

#define REUSEADDR	PORTSOCK_FLAG(REUSEADDR)
#define REUSEPORT	PORTSOCK_FLAG(REUSEPORT)
#define V6ONLY		PORTSOCK_FLAG(V6ONLY)

static void say_foreign(struct buf *t, const struct host *m)
{
	switch (m->address) {
	case ADDRESS_OTHER_DEV:
		buf_printf(t, "the address is of another interface than the one asked for");
		return;
	case ADDRESS_TENTATIVE:
		buf_printf(t, "the address is tentative: the kernel still finds out if somebody else has it");
		return;
	default:
		buf_printf(t, "the address is not of this machine");
	}
}

/**
 * put_refusal() - why bind() says what it says, if no socket is in the way
 * @t: where it goes, without a newline
 * @c: case
 */
void put_refusal(struct buf *t, const struct bind_case *c)
{
	switch (c->answer.verdict) {
	case VERDICT_NO_INET6:
		buf_printf(t, "this kernel has no IPv6");
		return;
	case VERDICT_NO_DEV:
		buf_printf(t, "there is no interface %s", c->bind.dev);
		return;
	case VERDICT_STREAM_GROUP:
		buf_printf(t, "a TCP socket cannot be at a multicast address");
		return;
	case VERDICT_MAPPED_ONLY6:
		buf_printf(t, "an address of IPv4 contradicts IPV6_V6ONLY");
		return;
	case VERDICT_NO_SCOPE:
		buf_printf(t, "a link-local address means nothing without its interface");
		return;
	case VERDICT_PRIVILEGED:
		buf_printf(t, "ports below %u are privileged, and uid %u has no CAP_NET_BIND_SERVICE here",
		       c->machine.unprivileged, c->bind.uid);
		return;
	case VERDICT_FOREIGN:
		say_foreign(t, &c->machine);
		return;
	default:
		buf_printf(t, "%s would work",
		       c->bind.listens && c->bind.proto == PORTSOCK_PROTO_TCP ?
		       "bind() and listen()" : "bind()");
	}
}

/* A piece of advice, after those that were given before. */
#define ADVISE(t, ...) (buf_printf(t, (t)->len ? "; " : ""), buf_printf(t, __VA_ARGS__))

/* What could be set, the least first; it is tried before it is said. */
static const struct remedy {
	u32 flags;
	const char *what;
} remedies[] = {
	{ REUSEADDR, "set SO_REUSEADDR (--reuseaddr), and it would work" },
	{ REUSEPORT, "set SO_REUSEPORT (--reuseport), and it would work" },
	{ V6ONLY, "set IPV6_V6ONLY (--v6only), and it would work" },
	{ V6ONLY | REUSEADDR, "set IPV6_V6ONLY and SO_REUSEADDR, and it would work" },
	{ V6ONLY | REUSEPORT, "set IPV6_V6ONLY and SO_REUSEPORT, and it would work" },
};

static void advise_option(struct buf *t, const struct bind_case *c)
{
	bool v6 = c->bind.local.form == PS_FORM_INET6 &&
		!addr_is_mapped(&c->bind.local);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(remedies); i++) {
		u32 flags = remedies[i].flags;

		if (!(flags & ~c->bind.flags) || (flags & V6ONLY && !v6) ||
		    bind_case_with(c, flags) != VERDICT_OK)
			continue;
		ADVISE(t, "%s", remedies[i].what);
		return;
	}
}

/* Milliseconds until the last of them is gone, -1 if one of them stays. */
static s32 wait_for_all(const struct bind_case *c)
{
	s32 longest = -1;
	size_t i;

	for (i = 0; i < c->crowd.count; i++) {
		const struct ps_record *r = c->made[i];

		if (!c->answer.blocks[i])
			continue;
		if (r->expires == PS_NO_EXPIRY)
			return -1;
		if (r->expires > longest)
			longest = r->expires;
	}
	return longest;
}

static void advise_waiting(struct buf *t, const struct bind_case *c)
{
	s32 ms = wait_for_all(c);

	if (ms >= 0)
		ADVISE(t, "wait %d s (portsock wait free)", seconds_up(ms));
}

struct pids {
	u32 pid[PIDS_MAX];
	size_t count;
	bool more;
};

static void add_pid(struct pids *p, u32 pid)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->pid[i] == pid)
			return;
	p->more |= p->count == PIDS_MAX;
	if (!p->more)
		p->pid[p->count++] = pid;
}

/* Processes that hold what is in the way, the listener of what waits too. */
static void add_owners(struct pids *p, const struct bind_case *c,
		       const struct row *row)
{
	const struct ps_record *r = &row->record;
	size_t i;

	if (r->held == PORTSOCK_HELD_ACCEPTQ && r->has & PS_HAS_PARENT)
		row = rowset_find(&c->crowd, r->parent);
	for (i = 0; row && i < row->count; i++)
		add_pid(p, row->owners[i].pid);
}

static void advise_ending(struct buf *t, const struct bind_case *c)
{
	struct pids p = { .count = 0 };
	size_t i;

	for (i = 0; i < c->crowd.count; i++)
		if (c->answer.blocks[i])
			add_owners(&p, c, &c->crowd.rows[i]);
	if (!p.count)
		return;
	ADVISE(t, "end what holds it (kill");
	for (i = 0; i < p.count; i++)
		buf_printf(t, " %u", p.pid[i]);
	buf_printf(t, p.more ? " ...)" : ")");
}

static bool is_blocked_by(const struct bind_case *c, enum portsock_held held)
{
	size_t i;

	for (i = 0; i < c->crowd.count; i++)
		if (c->answer.blocks[i] && c->made[i]->held == held)
			return true;
	return false;
}

static void advise_about_holders(struct buf *t, const struct bind_case *c)
{
	if (is_blocked_by(c, PORTSOCK_HELD_KERNEL))
		ADVISE(t, "take down what the kernel has it for: an interface (ip -d link), an export, a mount");
	if (is_blocked_by(c, PORTSOCK_HELD_HIDDEN))
		ADVISE(t, "root sees who it is (sudo portsock why)");
}

/**
 * is_listener() - whether somebody may come in by a socket
 * @r: at a port
 *
 * Return: false for a connection, or what is left of one.
 */
bool is_listener(const struct ps_record *r)
{
	return r->state == PORTSOCK_LISTEN || r->state == PORTSOCK_BOUND ||
		r->state == PORTSOCK_UNCONN;
}

/* A process' connection without a door at its port is a client's. */
static bool is_ephemeral_clash(const struct bind_case *c)
{
	bool found = false;
	size_t i;

	for (i = 0; i < c->crowd.count; i++) {
		if (is_listener(c->made[i]))
			return false;
		found |= c->answer.blocks[i] &&
			c->made[i]->held == PORTSOCK_HELD_PROCESS;
	}
	return found;
}

static bool is_ephemeral(const struct bind_case *c)
{
	const struct host *m = &c->machine;

	return m->here && c->bind.local.num >= m->low &&
		c->bind.local.num <= m->high && !m->reserved;
}

static void advise_reserving(struct buf *t, const struct bind_case *c)
{
	const struct host *m = &c->machine;
	bool ephemeral = is_ephemeral(c);

	if ((ephemeral || !m->here) && is_ephemeral_clash(c))
		ADVISE(t, "an ephemeral clash, most likely: a client's connection was given this port");
	if (ephemeral)
		ADVISE(t, "port %u lies in ip_local_port_range (%u-%u), where any client may be given it: choose another, or reserve it with sysctl -w net.ipv4.ip_local_reserved_ports=%u (beside what is there already)",
		       c->bind.local.num, m->low, m->high, c->bind.local.num);
}

static bool is_bound_beside(const struct bind_case *c)
{
	size_t i;

	for (i = 0; i < c->crowd.count; i++)
		if (c->made[i]->state == PORTSOCK_BOUND &&
		    conflict_rule(&c->bind, c->made[i]) ==
		    RULE_REUSEADDR)
			return true;
	return false;
}

/**
 * put_notes() - what is not known
 * @t: empty; stays empty if all is known
 * @c: case
 */
void put_notes(struct buf *t, const struct bind_case *c)
{
	if (c->answer.unsure && c->bind.proto == PORTSOCK_PROTO_TCP)
		ADVISE(t, "that is a guess: the kernel remembers who bound the port with SO_REUSEPORT, which this view does not tell (--probe tries)");
	else if (c->answer.unsure)
		ADVISE(t, "that is a guess: it depends on the order in which the others were bound, which this view does not tell (--probe tries)");
	if (c->machine.vrf)
		ADVISE(t, "%s is of a VRF, which has ports of its own: not known here",
		       c->bind.dev);
	if (!c->machine.here)
		ADVISE(t, "a saved view does not tell if the address is local, the port privileged or ephemeral");
}

static void advise_in_use(struct buf *t, const struct bind_case *c)
{
	advise_option(t, c);
	advise_waiting(t, c);
	advise_ending(t, c);
	advise_about_holders(t, c);
	if (!t->len)
		ADVISE(t, "take another port or address");
	advise_reserving(t, c);
}

/* Not in the way yet, for bind() does not get so far. */
static void advise_about_others(struct buf *t, const struct bind_case *c)
{
	size_t i, others = 0;

	for (i = 0; i < c->crowd.count; i++)
		others += c->answer.blocks[i];
	if (others)
		ADVISE(t, "%zu sockets would be in the way then (--uid 0 names them)",
		       others);
}

/**
 * put_advice() - what would help
 * @t: empty; stays empty if there is nothing to say
 * @c: case
 */
void put_advice(struct buf *t, const struct bind_case *c)
{
	u32 port = c->bind.local.num;

	switch (c->answer.verdict) {
	case VERDICT_IN_USE:
		advise_in_use(t, c);
		break;
	case VERDICT_PRIVILEGED:
		ADVISE(t, "run it as root, give the program the capability (setcap cap_net_bind_service=+ep PROGRAM; AmbientCapabilities=CAP_NET_BIND_SERVICE in a systemd unit), or free the port for all with sysctl -w net.ipv4.ip_unprivileged_port_start=%u",
		       port);
		advise_about_others(t, c);
		break;
	case VERDICT_FOREIGN:
		ADVISE(t, "take an address that 'ip address' shows, or set IP_FREEBIND (for all: sysctl -w net.%s.ip_nonlocal_bind=1)",
		       c->bind.local.form == PS_FORM_INET6 ? "ipv6" : "ipv4");
		break;
	case VERDICT_NO_SCOPE:
		ADVISE(t, "write it as [ADDRESS%%INTERFACE]:%u, or give --dev", port);
		break;
	case VERDICT_NO_DEV:
		ADVISE(t, "'ip link' lists the interfaces");
		break;
	case VERDICT_OK:
		if (is_bound_beside(c) && c->bind.listens)
			ADVISE(t, "another socket is bound there too: only one of them can listen");
		advise_reserving(t, c);
		break;
	case VERDICT_MAPPED_ONLY6:
		ADVISE(t, "leave IPV6_V6ONLY out, or take an address of IPv6");
		break;
	default:
		ADVISE(t, "take another address");
	}
}
