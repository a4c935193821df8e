// SPDX-License-Identifier: GPL-2.0
/*
 * Find the sockets that conflict with a bind().  bind_rules.c decides about
 * each socket by itself.  Two effects depend on all sockets of the port: the
 * fastreuse state of a TCP port, and the order of the walk for UDP.
 */
#include "bind_rules.h"

/**
 * conflict_add_bind_rows() - Attach rows of bind=yes to a bind()
 * @b: the bind(); refers to @told from now on
 * @told: rows of bind=yes; the rows that concern @b are moved to the front
 * @count: number of rows
 *
 * Rows with an interface are skipped: they are ports of a VRF.
 */
void conflict_add_bind_rows(struct bind_request *b, struct ps_record *told, size_t count)
{
	size_t i, kept = 0;

	for (i = 0; i < count; i++)
		if (conflict_is_at_port(b, &told[i]) && !told[i].dev[0])
			told[kept++] = told[i];
	b->told = kept ? told : NULL;
	b->told_count = kept;
}

/* TCP: the fastreuse state of the port */

/**
 * struct fastreuse - SO_REUSEPORT state of struct inet_bind_bucket
 * @sk: socket that set uid and address of the bucket, NULL if sharing is off
 * @strict: the address must match (FASTREUSEPORT_STRICT), not only the uid
 *	(FASTREUSEPORT_ANY)
 */
struct fastreuse {
	const struct ps_record *sk;
	bool strict;
};

/* sk_reuseport_match() */
static bool sk_reuseport_match(const struct fastreuse *state, u32 uid,
			       const struct bind_address *asked)
{
	struct bind_address there;

	if (!state->sk || state->sk->uid != uid)
		return false;
	there = conflict_there(state->sk);
	there.wild = true;
	return !state->strict || rcv_saddr_equal(&there, asked);
}

/* inet_csk_update_fastreuse() */
static void fastreuse_update(struct fastreuse *state,
			     const struct ps_record *r, bool first)
{
	struct bind_address asked = conflict_there(r);

	asked.wild = false;
	if (!(r->flags & PORTSOCK_FLAG(REUSEPORT)))
		state->sk = NULL;
	else if (first || !sk_reuseport_match(state, r->uid, &asked))
		*state = (struct fastreuse){ r, !first };
}

/* Other sockets got the port by accept() or connect(). */
static bool has_called_bind(const struct ps_record *r)
{
	return r->state == PORTSOCK_LISTEN || r->state == PORTSOCK_BOUND;
}

/*
 * A socket that matches the fastreuse state is bound without a check of the
 * other sockets.  Those may be in the accept queue (with the uid of root) or on
 * another interface.
 *
 * Without rows of bind=yes the state is guessed from the bound sockets that
 * still exist.  If none is left, they were most likely equal to the socket of
 * this bind(): a server is restarted.
 */
static bool tcp_guess_fastreuse(const struct bind_request *b,
				const struct ps_record *const *made,
				size_t count)
{
	struct bind_address asked = conflict_requested(b);
	bool first = true, shared = true;
	struct fastreuse state = { NULL, false };
	size_t i;

	for (i = 0; i < count; i++) {
		const struct ps_record *r = made[i];

		if (conflict_rule(b, r) <= RULE_REQUEST)
			continue;
		shared &= r->flags & PORTSOCK_FLAG(REUSEPORT) &&
			(!r->inode || r->uid == b->uid);
		if (!has_called_bind(r))
			continue;
		fastreuse_update(&state, r, first);
		first = false;
	}
	asked.wild = false;
	return first ? shared : sk_reuseport_match(&state, b->uid, &asked);
}

/* The uid matters only with SO_REUSEPORT, and may be hidden. */
static bool fastreuse_is_known(const struct bind_request *b)
{
	return b->told && (b->told->has & PS_HAS_UID ||
			   !(b->told->flags & PORTSOCK_FLAG(REUSEPORT)));
}

/* sk_reuseport_match() for the fastreuse state in a row of bind=yes. */
static bool tcp_reuseport_match(const struct bind_request *b)
{
	struct bind_address asked = conflict_requested(b);
	struct fastreuse state = {
		b->told, b->told->local.form != PS_FORM_ANY
	};

	asked.wild = false;
	return b->told->flags & PORTSOCK_FLAG(REUSEPORT) &&
		b->told->has & PS_HAS_UID &&
		sk_reuseport_match(&state, b->uid, &asked);
}

/*
 * tb->fastreuse: when bound, all sockets had SO_REUSEADDR and did not listen,
 * so bind() does not check any.  listen() does, unless bind() has updated the
 * SO_REUSEPORT state to that of this socket.
 */
static bool tcp_reuseaddr_match(const struct bind_request *b)
{
	return b->flags & b->told->flags & PORTSOCK_FLAG(REUSEADDR) &&
		(!b->listens || b->flags & PORTSOCK_FLAG(REUSEPORT));
}

static bool tcp_fastreuse_match(const struct bind_request *b)
{
	return b->told && (tcp_reuseaddr_match(b) ||
			   (b->flags & PORTSOCK_FLAG(REUSEPORT) &&
			    tcp_reuseport_match(b)));
}

/*
 * [::] without IPV6_V6ONLY.  The fastreuse state that matches it may be that of
 * a socket of IPv6 or IPv4 alone.
 */
static bool is_dual_stack(const struct ps_end *end, u32 flags)
{
	return addr_is_inet6_any(end) && !(flags & PORTSOCK_FLAG(V6ONLY));
}

/*
 * Return true if @r, which conflicts with @b, rules out a fastreuse state that
 * matches @b: no socket like that of @b can have been bound beside @r.  Not by
 * another interface, by SO_REUSEADDR, or by IPv6 or IPv4 alone.
 */
static bool rules_out_fastreuse(const struct bind_request *b,
				const struct ps_record *r)
{
	bool shares = r->flags & PORTSOCK_FLAG(REUSEADDR) &&
		r->state != PORTSOCK_LISTEN;

	return has_called_bind(r) && !r->dev[0] && !shares &&
		(!is_dual_stack(&b->local, b->flags) ||
		 is_dual_stack(&r->local, r->flags));
}

static size_t tcp_find(const struct bind_request *b,
		       const struct ps_record *const *made, size_t count,
		       bool *blocks, bool *unsure)
{
	bool certain = !(b->flags & PORTSOCK_FLAG(REUSEPORT)) ||
		fastreuse_is_known(b);
	bool matches = tcp_fastreuse_match(b);
	size_t i, found = 0;

	for (i = 0; i < count; i++) {
		enum bind_rule rule = conflict_rule(b, made[i]);

		blocks[i] = rule == RULE_CONFLICT && !matches;
		found += blocks[i];
		certain |= blocks[i] && rules_out_fastreuse(b, made[i]);
		*unsure |= rule == RULE_REUSEPORT && !matches &&
			!conflict_knows_uid(b, made[i]);
	}
	if (found)
		*unsure = !certain;
	if (!found || certain || !tcp_guess_fastreuse(b, made, count))
		return found;
	memset(blocks, 0, count * sizeof(*blocks));
	return 0;
}

/* UDP: the order of the walk */

/* sk_add_node_rcu() adds these sockets at the tail, all others at the head. */
static bool is_added_at_tail(const struct ps_record *r)
{
	return r->local.form == PS_FORM_INET6 &&
		r->flags & PORTSOCK_FLAG(REUSEPORT);
}

/**
 * struct udp_walk - A walk over the sockets of a port as udp_lib_lport_inuse()
 * @b: the bind()
 * @blocks: of each socket, whether it conflicts
 * @found: number of sockets that conflict
 * @shares: a socket shares the port, at which the kernel ends its walk
 * @passed: number of sockets after that one that would have conflicted
 */
struct udp_walk {
	const struct bind_request *b;
	bool *blocks;
	size_t found;
	bool shares;
	size_t passed;
};

static void udp_walk_socket(struct udp_walk *w, const struct ps_record *r,
			    size_t i)
{
	enum bind_rule rule = conflict_rule(w->b, r);

	w->blocks[i] = rule == RULE_CONFLICT && !w->shares;
	w->found += w->blocks[i];
	w->passed += rule == RULE_CONFLICT && w->shares;
	w->shares |= rule == RULE_REUSEPORT;
}

/* Walk in the order of the slot, if sockets were bound in order of creation. */
static void udp_walk_by_age(struct udp_walk *w,
			    const struct ps_record *const *made, size_t count)
{
	size_t i;

	for (i = count; i-- > 0;)
		if (!is_added_at_tail(made[i]))
			udp_walk_socket(w, made[i], i);
	for (i = 0; i < count; i++)
		if (is_added_at_tail(made[i]))
			udp_walk_socket(w, made[i], i);
}

static size_t count_at_port(const struct bind_request *b,
			    const struct ps_record *const *made, size_t count)
{
	size_t i, there = 0;

	for (i = 0; i < count; i++)
		there += conflict_is_at_port(b, made[i]);
	return there;
}

/*
 * Walk in the order of the rows of bind=yes.  Return the number of sockets
 * walked: if rows are missing, the result is useless.
 */
static size_t udp_walk_by_rows(struct udp_walk *w,
			       const struct ps_record *const *made,
			       size_t count)
{
	const struct bind_request *b = w->b;
	size_t i, next, walked = 0;

	if (b->told_count > PS_UDP_SLOT_WALK_MAX)	/* not from a kernel */
		return 0;
	for (next = 0; next < b->told_count; next++)
		for (i = 0; i < count; i++)
			if (made[i]->cookie == b->told[next].cookie &&
			    conflict_is_at_port(b, made[i])) {
				udp_walk_socket(w, made[i], i);
				walked++;
			}
	return walked;
}

/*
 * The walk ends at the first socket that conflicts, or that shares the port by
 * SO_REUSEPORT: bind() then succeeds whichever sockets follow.  With more than
 * PS_UDP_SLOT_WALK_MAX sockets in a slot the kernel walks the sockets of the
 * address first.  Only the order differs then, and bind=yes does not report it.
 */
static size_t udp_find(const struct bind_request *b,
		       const struct ps_record *const *made, size_t count,
		       bool *blocks, bool *unsure)
{
	struct udp_walk by_rows = { .b = b, .blocks = blocks };
	struct udp_walk by_age = { .b = b, .blocks = blocks };

	memset(blocks, 0, count * sizeof(*blocks));
	if (udp_walk_by_rows(&by_rows, made, count) ==
	    count_at_port(b, made, count))
		return by_rows.found;
	udp_walk_by_age(&by_age, made, count);
	*unsure = by_age.shares && (by_age.found || by_age.passed);
	return by_age.found;
}

/**
 * conflict_find() - Find the sockets that conflict with a bind()
 * @b: the bind()
 * @made: existing sockets in the order in which they were bound, or created
 *	(the inode number is close to that order); sockets of other ports are
 *	skipped
 * @count: number of sockets
 * @blocks: result: of each socket, whether it conflicts
 * @unsure: result: true if bind() depends on facts that the view lacks: the
 *	order of the walk, or earlier sockets of the port
 *
 * Each socket found conflicts by itself: bind() would still fail if all the
 * others were closed.  Time is linear in @count.
 *
 * Return: Number of sockets that conflict.
 */
size_t conflict_find(const struct bind_request *b,
			const struct ps_record *const *made, size_t count,
			bool *blocks, bool *unsure)
{
	*unsure = false;
	if (b->proto == PORTSOCK_PROTO_TCP)
		return tcp_find(b, made, count, blocks, unsure);
	return udp_find(b, made, count, blocks, unsure);
}
