// SPDX-License-Identifier: GPL-2.0
/*
 * Find the sockets that conflict with a bind().  bind_rules.c decides about
 * each socket by itself.  Two effects depend on all sockets of the port: the
 * fastreuse state of a TCP port, and the order of the walk for UDP.
 */
#include <stdlib.h>

#include "bind_rules.h"

/**
 * bind_request_set_rows() - Attach rows of bind=yes to a bind()
 * @b: the bind(); refers to @rows from now on
 * @rows: rows of bind=yes; the rows that concern @b are moved to the front,
 *	those of TCP ordered by VRF
 * @count: number of rows
 */
void bind_request_set_rows(struct bind_request *b, struct ps_record *rows,
			   size_t count)
{
	size_t i, kept = 0;

	for (i = 0; i < count; i++)
		if (bind_same_port(b, &rows[i]))
			rows[kept++] = rows[i];
	/* Many VRFs may have the port, and a forged view even more. */
	if (kept && b->proto == PORTSOCK_PROTO_TCP)
		qsort(rows, kept, sizeof(*rows), bind_row_order);
	b->bind_rows = kept ? rows : NULL;
	b->bind_row_count = kept;
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

/* sk_reuseport_match(): the wildcard of @address is not a wildcard. */
static bool sk_reuseport_match(const struct fastreuse *state, u32 uid,
			       struct bind_address address)
{
	struct bind_address there;

	if (!state->sk || state->sk->uid != uid)
		return false;
	there = bind_socket_address(state->sk);
	address.wild = false;
	return !state->strict || rcv_saddr_equal(&there, &address);
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
 * still exist, updated by each as inet_csk_update_fastreuse() does.  If none is
 * left, they were most likely equal to the socket of this bind(): a server is
 * restarted.
 */
static bool tcp_guess_fastreuse(const struct bind_request *b,
				const struct rowset *socks)
{
	bool first = true, shared = true;
	struct fastreuse state = { NULL, false };
	size_t i;

	for (i = 0; i < socks->count; i++) {
		const struct ps_record *r = &socks->rows[i].record;

		if (bind_rule_for(b, r) <= RULE_REQUEST)
			continue;
		shared &= r->flags & PORTSOCK_FLAG(REUSEPORT) &&
			(!r->inode || r->uid == b->uid);
		if (!has_called_bind(r))
			continue;
		if (!(r->flags & PORTSOCK_FLAG(REUSEPORT)))
			state.sk = NULL;
		else if (first || !sk_reuseport_match(&state, r->uid,
						      bind_socket_address(r)))
			state = (struct fastreuse){ r, !first };
		first = false;
	}
	return first ? shared :
		sk_reuseport_match(&state, b->uid, bind_request_address(b));
}

/*
 * Return true if the fastreuse state in the row of bind=yes lets @b in.
 *
 * tb->fastreuse: when bound, all sockets had SO_REUSEADDR and did not listen,
 * so bind() does not check any.  listen() does, unless bind() has updated the
 * SO_REUSEPORT state to that of this socket.
 */
static bool tcp_fastreuse_match(const struct bind_request *b,
				const struct ps_record *row)
{
	struct fastreuse state;
	u32 both;

	if (!row)
		return false;
	both = b->flags & row->flags;
	if (both & PORTSOCK_FLAG(REUSEADDR) &&
	    (!b->listens || b->flags & PORTSOCK_FLAG(REUSEPORT)))
		return true;
	state = (struct fastreuse){ row, row->local.form != PS_FORM_ANY };
	return both & PORTSOCK_FLAG(REUSEPORT) && row->has & PS_HAS_UID &&
		sk_reuseport_match(&state, b->uid, bind_request_address(b));
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

/**
 * struct bucket_count - Sockets that may be in the bind bucket of a bind()
 * @sure: of those that conflict, the ones that are in the bucket
 * @likely: ... and the ones that are likely in it
 * @unlikely: ... and the ones that may be in it all the same
 * @others: sockets that may be in it, and do not conflict
 */
struct bucket_count {
	size_t sure;
	size_t likely;
	size_t unlikely;
	size_t others;
};

static void count_in_bucket(struct bucket_count *n, const struct bind_request *b,
			    const struct ps_record *r)
{
	enum bucket_match match = bind_bucket_match(b, r);
	enum bind_rule rule = bind_rule_in_bucket(b, r);

	if (rule == RULE_PLACE || rule == RULE_REQUEST || match == BUCKET_OTHER)
		return;
	n->sure += rule == RULE_CONFLICT && match == BUCKET_SAME;
	n->likely += rule == RULE_CONFLICT && match == BUCKET_LIKELY_SAME;
	n->unlikely += rule == RULE_CONFLICT && match == BUCKET_LIKELY_OTHER;
	n->others += rule != RULE_CONFLICT;
}

/*
 * Mark the sockets that are unlikely to be in the bucket, if no other can be in
 * it: the bucket exists, so it has a socket.
 */
static size_t block_unlikely(const struct bind_request *b,
			     const struct rowset *socks, bool *blocks)
{
	size_t i, found = 0;

	for (i = 0; i < socks->count; i++) {
		const struct ps_record *r = &socks->rows[i].record;

		blocks[i] = bind_rule_for(b, r) == RULE_VRF &&
			bind_bucket_match(b, r) == BUCKET_LIKELY_OTHER &&
			bind_rule_in_bucket(b, r) == RULE_CONFLICT;
		found += blocks[i];
	}
	return found;
}

static size_t tcp_find_conflicts(const struct bind_request *b,
				 const struct rowset *socks, bool *blocks,
				 bool *guess)
{
	struct bucket_count n = { 0 };
	const struct ps_record *row;
	bool matches, certain;
	size_t i, found = 0;

	bind_bucket_has_row(b, &row);
	matches = tcp_fastreuse_match(b, row);
	/* The uid of the row, which may be hidden, matters with SO_REUSEPORT. */
	certain = !(b->flags & PORTSOCK_FLAG(REUSEPORT)) ||
		(row && (row->has & PS_HAS_UID ||
			 !(row->flags & PORTSOCK_FLAG(REUSEPORT))));
	for (i = 0; i < socks->count; i++) {
		const struct ps_record *r = &socks->rows[i].record;
		enum bind_rule rule = bind_rule_for(b, r);

		count_in_bucket(&n, b, r);
		blocks[i] = rule == RULE_CONFLICT && !matches;
		found += blocks[i];
		certain |= blocks[i] && rules_out_fastreuse(b, r);
		*guess |= rule == RULE_REUSEPORT && !matches &&
			!bind_uid_is_known(b, r);
	}
	if (found)
		*guess = !certain;
	if (found && !certain && tcp_guess_fastreuse(b, socks)) {
		memset(blocks, 0, socks->count * sizeof(*blocks));
		found = 0;
	}
	if (matches || n.sure || !(n.likely + n.unlikely))
		return found;
	if (!row || n.others)
		*guess = true;
	else if (!n.likely)
		found = block_unlikely(b, socks, blocks);
	return found;
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
 * @socks: existing sockets
 * @blocks: of each socket, whether it conflicts
 * @found: number of sockets that conflict
 * @shares: a socket shares the port, at which the kernel ends its walk
 * @passed: number of sockets after that one that would have conflicted
 */
struct udp_walk {
	const struct bind_request *b;
	const struct rowset *socks;
	bool *blocks;
	size_t found;
	bool shares;
	size_t passed;
};

static void udp_walk_socket(struct udp_walk *w, size_t i)
{
	enum bind_rule rule = bind_rule_for(w->b, &w->socks->rows[i].record);

	w->blocks[i] = rule == RULE_CONFLICT && !w->shares;
	w->found += w->blocks[i];
	w->passed += rule == RULE_CONFLICT && w->shares;
	w->shares |= rule == RULE_REUSEPORT;
}

/* Walk in the order of the slot, if sockets were bound in order of creation. */
static void udp_walk_by_age(struct udp_walk *w)
{
	const struct row *rows = w->socks->rows;
	size_t i, count = w->socks->count;

	for (i = count; i-- > 0;)
		if (!is_added_at_tail(&rows[i].record))
			udp_walk_socket(w, i);
	for (i = 0; i < count; i++)
		if (is_added_at_tail(&rows[i].record))
			udp_walk_socket(w, i);
}

/*
 * Walk in the order of the rows of bind=yes.  Return false if rows are missing:
 * the result is useless then.
 */
static bool udp_walk_by_rows(struct udp_walk *w)
{
	const struct bind_request *b = w->b;
	size_t i, next, walked = 0, there = 0;

	if (b->bind_row_count > PS_UDP_SLOT_WALK_MAX)	/* not from a kernel */
		return false;
	for (i = 0; i < w->socks->count; i++)
		there += bind_same_port(b, &w->socks->rows[i].record);
	for (next = 0; next < b->bind_row_count; next++)
		for (i = 0; i < w->socks->count; i++) {
			const struct ps_record *r = &w->socks->rows[i].record;

			if (r->cookie == b->bind_rows[next].cookie &&
			    bind_same_port(b, r)) {
				udp_walk_socket(w, i);
				walked++;
			}
		}
	return walked == there;
}

/*
 * The walk ends at the first socket that conflicts, or that shares the port by
 * SO_REUSEPORT: bind() then succeeds whichever sockets follow.  With more than
 * PS_UDP_SLOT_WALK_MAX sockets in a slot the kernel walks the sockets of the
 * address first.  Only the order differs then, and bind=yes does not report it.
 */
static size_t udp_find_conflicts(const struct bind_request *b,
				 const struct rowset *socks, bool *blocks,
				 bool *guess)
{
	struct udp_walk by_rows = { .b = b, .socks = socks, .blocks = blocks };
	struct udp_walk by_age = by_rows;

	memset(blocks, 0, socks->count * sizeof(*blocks));
	if (udp_walk_by_rows(&by_rows))
		return by_rows.found;
	udp_walk_by_age(&by_age);
	*guess = by_age.shares && (by_age.found || by_age.passed);
	return by_age.found;
}

/**
 * bind_find_conflicts() - Find the sockets that conflict with a bind()
 * @b: the bind()
 * @socks: existing sockets in the order in which they were bound, or created
 *	(the inode number is close to that order); sockets of other ports are
 *	skipped
 * @blocks: result: of each socket, whether it conflicts
 * @guess: result: true if bind() depends on facts that the view lacks: the
 *	order of the walk, or earlier sockets of the port
 *
 * Each socket found conflicts by itself: bind() would still fail if all the
 * others were closed.  Time is linear in the number of sockets.
 *
 * Return: Number of sockets that conflict.
 */
size_t bind_find_conflicts(const struct bind_request *b,
			   const struct rowset *socks, bool *blocks,
			   bool *guess)
{
	*guess = false;
	if (b->proto == PORTSOCK_PROTO_TCP)
		return tcp_find_conflicts(b, socks, blocks, guess);
	return udp_find_conflicts(b, socks, blocks, guess);
}
