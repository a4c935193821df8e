// SPDX-License-Identifier: GPL-2.0
/*
 * Who is in the way of a bind(), among all that are at a port: each by itself
 * (conflict.c), but for what a TCP port remembers of those who bound it, and
 * for UDP, where the first that is met decides.
 */
#include "bind_rules.h"

/**
 * ps_conflict_tell() - what a view tells beside its sockets
 * @b: the bind(); refers to @told from now on
 * @told: rows that bind=yes asked for; those that concern @b come to the front.
 *	A VRF's port is another one.
 * @count: how many
 *
 * Context: any.
 */
void ps_conflict_tell(struct ps_bind *b, struct ps_record *told, size_t count)
{
	size_t i, kept = 0;

	for (i = 0; i < count; i++)
		if (ps_conflict_is_at_port(b, &told[i]) && !told[i].dev[0])
			told[kept++] = told[i];
	b->told = kept ? told : NULL;
	b->told_count = kept;
}

/* --- what a port remembers (TCP) */

/**
 * struct memory - what inet_bind_bucket says of SO_REUSEPORT
 * @of: the socket whose bind() it remembers, NULL: nothing that helps
 * @strict: it stands for that socket only (FASTREUSEPORT_STRICT), not for
 *	all at the port (FASTREUSEPORT_ANY)
 */
struct memory {
	const struct ps_record *of;
	bool strict;
};

static bool remembers(const struct memory *m, u32 uid,
		      const struct ps_address *asked)
{
	struct ps_address there;

	if (!m->of || m->of->uid != uid)
		return false;
	there = ps_conflict_there(m->of);
	there.wild = true;
	return !m->strict || ps_meets(&there, asked);
}

/* inet_csk_update_fastreuse() */
static void remember(struct memory *m, const struct ps_record *r, bool first)
{
	struct ps_address asked = ps_conflict_there(r);

	asked.wild = false;
	if (!(r->flags & PORTSOCK_FLAG(REUSEPORT)))
		m->of = NULL;
	else if (first || !remembers(m, r->uid, &asked))
		*m = (struct memory){ r, !first };
}

/* Whose own bind() it was; others came to the port by accept() or connect(). */
static bool did_bind(const struct ps_record *r)
{
	return r->state == PORTSOCK_LISTEN || r->state == PORTSOCK_BOUND;
}

/*
 * sk_reuseport_match(): who comes as those that were let in before is let in
 * without a look at the others - at the connections that wait for accept(),
 * which are root's, or at a socket on another interface.
 *
 * Where the view does not tell what a port remembers, it is guessed from those
 * who bound it and are still there.  If all of them are gone, the most likely is
 * that they were as the one that asks now: a server after its restart.
 */
static bool tcp_seems_to_let_in(const struct ps_bind *b,
			const struct ps_record *const *made, size_t count)
{
	struct ps_address asked = ps_conflict_asked(b);
	bool first = true, shared = true;
	struct memory m = { NULL, false };
	size_t i;

	for (i = 0; i < count; i++) {
		const struct ps_record *r = made[i];

		if (ps_conflict_rule(b, r) <= PS_RULE_REQUEST)
			continue;
		shared &= r->flags & PORTSOCK_FLAG(REUSEPORT) &&
			(!r->inode || r->uid == b->uid);
		if (!did_bind(r))
			continue;
		remember(&m, r, first);
		first = false;
	}
	asked.wild = false;
	return first ? shared : remembers(&m, b->uid, &asked);
}

/* What is told of the port is all there is, but for whose it was. */
static bool is_told(const struct ps_bind *b)
{
	return b->told && (b->told->has & PS_HAS_UID ||
			   !(b->told->flags & PORTSOCK_FLAG(REUSEPORT)));
}

/* The same of a port of which it is told what it remembers. */
static bool tcp_remembers(const struct ps_bind *b)
{
	struct ps_address asked = ps_conflict_asked(b);
	struct memory m = { b->told, b->told->local.form != PS_FORM_ANY };

	asked.wild = false;
	return b->told->flags & PORTSOCK_FLAG(REUSEPORT) &&
		b->told->has & PS_HAS_UID && remembers(&m, b->uid, &asked);
}

/*
 * All who bound the port had SO_REUSEADDR then, and did not listen: bind() looks
 * at nobody.  listen() does, unless the port now remembers this one.
 */
static bool tcp_reuses_all(const struct ps_bind *b)
{
	return b->flags & b->told->flags & PORTSOCK_FLAG(REUSEADDR) &&
		(!b->listens || b->flags & PORTSOCK_FLAG(REUSEPORT));
}

static bool tcp_lets_in(const struct ps_bind *b)
{
	return b->told && (tcp_reuses_all(b) ||
			   (b->flags & PORTSOCK_FLAG(REUSEPORT) &&
			    tcp_remembers(b)));
}

/* [::] for both: what the kernel remembers for it may be of one of them. */
static bool is_dual(const struct ps_end *end, u32 flags)
{
	return ps_is_inet6_any(end) && !(flags & PORTSOCK_FLAG(V6ONLY));
}

/*
 * Nobody who asks as @b does can have been let in beside this one, which is in
 * @b's way: not on another interface, not by SO_REUSEADDR, not as one of IPv6
 * or IPv4 alone.
 */
static bool is_firm(const struct ps_bind *b, const struct ps_record *r)
{
	bool shares = r->flags & PORTSOCK_FLAG(REUSEADDR) &&
		r->state != PORTSOCK_LISTEN;

	return did_bind(r) && !r->dev[0] && !shares &&
		(!is_dual(&b->local, b->flags) || is_dual(&r->local, r->flags));
}

static size_t tcp_find(const struct ps_bind *b,
		       const struct ps_record *const *made, size_t count,
		       bool *blocks, bool *unsure)
{
	bool firm = !(b->flags & PORTSOCK_FLAG(REUSEPORT)) || is_told(b);
	bool let_in = tcp_lets_in(b);
	size_t i, found = 0;

	for (i = 0; i < count; i++) {
		enum ps_rule rule = ps_conflict_rule(b, made[i]);

		blocks[i] = rule == PS_RULE_CONFLICT && !let_in;
		found += blocks[i];
		firm |= blocks[i] && is_firm(b, made[i]);
		*unsure |= rule == PS_RULE_REUSEPORT && !let_in &&
			!ps_conflict_knows_uid(b, made[i]);
	}
	if (found)
		*unsure = !firm;
	if (!found || firm || !tcp_seems_to_let_in(b, made, count))
		return found;
	memset(blocks, 0, count * sizeof(*blocks));
	return 0;
}

/* --- who is met first (UDP) */

/* sk_add_node_rcu() puts these last, and all others first. */
static bool is_at_tail(const struct ps_record *r)
{
	return r->local.form == PS_FORM_INET6 &&
		r->flags & PORTSOCK_FLAG(REUSEPORT);
}

/**
 * struct walk - a walk over a port's sockets as udp_lib_lport_inuse() goes
 * @b: the bind()
 * @blocks: of each socket, whether it is in the way
 * @found: how many are
 * @shares: one was met that shares the port: the kernel looks no further
 * @passed: sockets behind it that would have been in the way
 */
struct walk {
	const struct ps_bind *b;
	bool *blocks;
	size_t found;
	bool shares;
	size_t passed;
};

static void meet(struct walk *w, const struct ps_record *r, size_t i)
{
	enum ps_rule rule = ps_conflict_rule(w->b, r);

	w->blocks[i] = rule == PS_RULE_CONFLICT && !w->shares;
	w->found += w->blocks[i];
	w->passed += rule == PS_RULE_CONFLICT && w->shares;
	w->shares |= rule == PS_RULE_REUSEPORT;
}

/* As the kernel puts them into a slot, if they were bound as they were made. */
static void meet_by_age(struct walk *w, const struct ps_record *const *made,
			size_t count)
{
	size_t i;

	for (i = count; i-- > 0;)
		if (!is_at_tail(made[i]))
			meet(w, made[i], i);
	for (i = 0; i < count; i++)
		if (is_at_tail(made[i]))
			meet(w, made[i], i);
}

static size_t count_at_port(const struct ps_bind *b,
			    const struct ps_record *const *made, size_t count)
{
	size_t i, there = 0;

	for (i = 0; i < count; i++)
		there += ps_conflict_is_at_port(b, made[i]);
	return there;
}

/* Returns how many were met: a view that tells not of all of them is no help. */
static size_t meet_as_told(struct walk *w, const struct ps_record *const *made,
			   size_t count)
{
	const struct ps_bind *b = w->b;
	size_t i, next, met = 0;

	if (b->told_count > PS_UDP_SLOT_WALK_MAX)	/* no kernel's words */
		return 0;
	for (next = 0; next < b->told_count; next++)
		for (i = 0; i < count; i++)
			if (made[i]->cookie == b->told[next].cookie &&
			    ps_conflict_is_at_port(b, made[i])) {
				meet(w, made[i], i);
				met++;
			}
	return met;
}

/*
 * The first that decides, decides: one that shares the port by SO_REUSEPORT
 * lets the other in whoever stands behind it.  (With more than ten sockets in
 * a hash slot the kernel walks those of the address first; nothing but this
 * order changes by that, and the view does not tell it then.)
 */
static size_t udp_find(const struct ps_bind *b,
		       const struct ps_record *const *made, size_t count,
		       bool *blocks, bool *unsure)
{
	struct walk told = { .b = b, .blocks = blocks };
	struct walk w = { .b = b, .blocks = blocks };

	memset(blocks, 0, count * sizeof(*blocks));
	if (meet_as_told(&told, made, count) == count_at_port(b, made, count))
		return told.found;
	meet_by_age(&w, made, count);
	*unsure = w.shares && (w.found || w.passed);
	return w.found;
}

/**
 * ps_conflict_find() - who is in the way of a bind()
 * @b: the bind()
 * @made: the sockets that are there, in the order in which they were bound (or
 *	made, which the inode number tells roughly); others may be among them
 * @count: how many
 * @blocks: of each of them, whether it is in the way
 * @unsure: whether it depends on what the view does not tell: on the order, or
 *	on who once bound the port
 *
 * Each that is named is in the way by itself: if all but one of them were
 * closed, that one would still be.
 *
 * Context: any; time is linear in @count.
 * Return: how many are in the way.
 */
size_t ps_conflict_find(const struct ps_bind *b,
			const struct ps_record *const *made, size_t count,
			bool *blocks, bool *unsure)
{
	*unsure = false;
	if (b->proto == PORTSOCK_PROTO_TCP)
		return tcp_find(b, made, count, blocks, unsure);
	return udp_find(b, made, count, blocks, unsure);
}
