// SPDX-License-Identifier: GPL-2.0
/*
 * Would bind() work beside the sockets that are there?  The rules are those of
 * the kernel, function by function; what is said of them was compared with the
 * real bind() (tests/conflict).
 *
 * TCP: inet_csk_get_port() in net/ipv4/inet_connection_sock.c.  listen() asks
 * it a second time (inet_csk_listen_start()): the same rules, the same answer,
 * unless somebody has come in between.
 * UDP: udp_lib_get_port() in net/ipv4/udp.c.
 *
 * Not known here: VRFs (each has ports of its own), and options that were
 * taken back after bind(), which the kernel's shortcuts still remember.
 */
#include "conflict.h"

#define REUSEADDR	PORTSOCK_FLAG(REUSEADDR)
#define REUSEPORT	PORTSOCK_FLAG(REUSEPORT)
#define V6ONLY		PORTSOCK_FLAG(V6ONLY)

/* Kernels in which something is different. */
#define HASHED_BY_ADDRESS	PS_KERNEL(6, 1)		/* bhash2          */
#define HASHED_AS_MAPPED	PS_KERNEL(6, 10)	/* v4 in it as v6  */

/* --- addresses */

static const u8 mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };
static const u8 zeroes[16];

/*
 * What stands in inet_rcv_saddr of a socket at an IPv6 address that has no IPv4
 * equivalent (LOOPBACK4_IPV6).
 */
static const u8 no_ip4[4] = { 127, 0, 0, 6 };

static bool is_inet6_any(const struct ps_end *end)
{
	return end->form == PS_FORM_INET6 && !memcmp(end->ip, zeroes, 16);
}

/**
 * ps_conflict_is_mapped() - whether an address is IPv4 in an IPv6 socket
 * @end: end of a socket
 *
 * Context: any.
 * Return: true for [::ffff:a.b.c.d].
 */
bool ps_conflict_is_mapped(const struct ps_end *end)
{
	return end->form == PS_FORM_INET6 &&
		!memcmp(end->ip, mapped_prefix, sizeof(mapped_prefix));
}

static bool is_ip4(const struct ps_end *end)
{
	return end->form == PS_FORM_INET || ps_conflict_is_mapped(end);
}

/* inet_rcv_saddr */
static const u8 *ip4_of(const struct ps_end *end)
{
	if (end->form == PS_FORM_INET)
		return end->ip;
	if (ps_conflict_is_mapped(end))
		return end->ip + 12;
	return is_inet6_any(end) ? zeroes : no_ip4;
}

static bool is_ip4_any(const struct ps_end *end)
{
	return !memcmp(ip4_of(end), zeroes, 4);
}

/**
 * ps_conflict_is_any() - whether an end stands at every address
 * @end: end of a socket
 *
 * Context: any.
 * Return: true for 0.0.0.0, [::] and [::ffff:0.0.0.0].
 */
bool ps_conflict_is_any(const struct ps_end *end)
{
	return is_ip4_any(end);
}

static bool is_same_ip4(const struct ps_end *a, const struct ps_end *b)
{
	return !memcmp(ip4_of(a), ip4_of(b), 4);
}

static bool is_same_ip6(const struct ps_end *a, const struct ps_end *b)
{
	return a->form == PS_FORM_INET6 && b->form == PS_FORM_INET6 &&
		!memcmp(a->ip, b->ip, 16);
}

/**
 * struct address - an address as the rules compare it
 * @end: address
 * @v6only: sk_ipv6only
 * @wild: "any" stands for all addresses, not for itself only
 */
struct address {
	const struct ps_end *end;
	bool v6only;
	bool wild;
};

/* ipv4_rcv_saddr_equal() */
static bool ip4_meets(const struct address *a, const struct address *b)
{
	if (b->v6only)
		return false;
	return is_same_ip4(a->end, b->end) ||
		(a->wild && is_ip4_any(a->end)) ||
		(b->wild && is_ip4_any(b->end));
}

/* ipv6_rcv_saddr_equal(): @a is an IPv6 socket's */
static bool ip6_meets(const struct address *a, const struct address *b)
{
	if (ps_conflict_is_mapped(a->end) && is_ip4(b->end))
		return ip4_meets(a, b);
	if (is_inet6_any(a->end) && is_inet6_any(b->end))
		return true;
	if (is_inet6_any(b->end) && b->wild &&
	    !(b->v6only && is_ip4(a->end)))
		return true;
	if (is_inet6_any(a->end) && a->wild &&
	    !(a->v6only && is_ip4(b->end)))
		return true;
	return is_same_ip6(a->end, b->end);
}

/* inet_rcv_saddr_equal() */
static bool meets(const struct address *a, const struct address *b)
{
	return a->end->form == PS_FORM_INET6 ? ip6_meets(a, b) :
		ip4_meets(a, b);
}

/* An IPv6 address without an IPv4 equivalent: __inet6_bind() sets ipv6only. */
static struct address address_of_bind(const struct ps_bind *b)
{
	bool other = !is_ip4(&b->local) && !is_inet6_any(&b->local);

	return (struct address){ &b->local, other || b->flags & V6ONLY, true };
}

static struct address address_of(const struct ps_record *r)
{
	return (struct address){ &r->local, r->flags & V6ONLY, true };
}

/* inet_bind2_bucket_match_addr_any(): a socket at every address meets @b */
static bool any_takes(const struct ps_bind *b, const struct ps_record *r)
{
	if (is_inet6_any(&r->local))
		return true;
	if (!is_ip4(&r->local) || !is_ip4_any(&r->local) || !is_ip4(&b->local))
		return false;
	/* Two IPv6 sockets, [::ffff:0.0.0.0] and [::ffff:a.b.c.d]. */
	return b->kernel >= HASHED_AS_MAPPED ||
		b->local.form == PS_FORM_INET || r->local.form == PS_FORM_INET;
}

/* inet_bind2_bucket_addr_match() */
static bool is_same(const struct ps_bind *b, const struct ps_record *r)
{
	if (is_ip4(&b->local) && is_ip4(&r->local))
		return is_same_ip4(&b->local, &r->local);
	return is_same_ip6(&b->local, &r->local);
}

/*
 * From 6.1 on a TCP socket that asks for one address is compared with those at
 * every address and with those at its own (inet_use_hash2_on_bind(),
 * __inet_bhash2_conflict()).
 */
static bool is_hashed_by_address(const struct ps_bind *b)
{
	return b->proto == PORTSOCK_PROTO_TCP &&
		b->kernel >= HASHED_BY_ADDRESS && !is_ip4_any(&b->local);
}

static bool hashed_meets(const struct ps_bind *b, const struct ps_record *r)
{
	if (r->flags & V6ONLY && is_ip4(&b->local))
		return false;
	return any_takes(b, r) || is_same(b, r);
}

/* --- the rules */

static bool is_elsewhere(const struct ps_bind *b, const struct ps_record *r)
{
	return r->proto != b->proto || !(r->has & PS_HAS_PORT) ||
		r->port != b->local.num || r->netns != b->netns ||
		(r->local.form != PS_FORM_INET &&
		 r->local.form != PS_FORM_INET6);
}

/* Its child will be in the bind table, the request is not. */
static bool is_request(const struct ps_bind *b, const struct ps_record *r)
{
	(void)b;
	return r->state == PORTSOCK_SYN_RECV &&
		r->held == PORTSOCK_HELD_SYNRECV;
}

static bool is_on_other_device(const struct ps_bind *b,
			       const struct ps_record *r)
{
	return b->dev[0] && r->dev[0] && strcmp(b->dev, r->dev);
}

static bool is_at_other_address(const struct ps_bind *b,
				const struct ps_record *r)
{
	struct address asked = address_of_bind(b), there = address_of(r);

	if (is_hashed_by_address(b))
		return !hashed_meets(b, r);
	return !meets(&asked, &there);
}

static bool both(const struct ps_bind *b, const struct ps_record *r, u32 flag)
{
	return b->flags & r->flags & flag;
}

/*
 * The kernel compares the owners of the inodes (sock_i_uid()); without an inode
 * the owner is root: a connection that waits for accept(), an orphan.
 */
static bool is_same_uid(const struct ps_bind *b, const struct ps_record *r)
{
	return r->uid == b->uid;
}

/* FIN_WAIT2 may be a TIME_WAIT to the kernel: it has no cgroup then. */
static bool is_timewait(const struct ps_record *r)
{
	return r->state == PORTSOCK_TIME_WAIT ||
		(r->state == PORTSOCK_FIN_WAIT2 && !r->inode &&
		 !(r->has & PS_HAS_CGROUP));
}

/* inet_bind_conflict(): not beside a listener */
static bool tcp_reuses_address(const struct ps_bind *b,
			       const struct ps_record *r)
{
	return both(b, r, REUSEADDR) && r->state != PORTSOCK_LISTEN;
}

/* inet_bind_conflict(): of one user, or of nobody any more */
static bool tcp_reuses_port(const struct ps_bind *b, const struct ps_record *r)
{
	return both(b, r, REUSEPORT) && (is_timewait(r) || is_same_uid(b, r));
}

/* udp_lib_lport_inuse() */
static bool udp_reuses_address(const struct ps_bind *b,
			       const struct ps_record *r)
{
	return both(b, r, REUSEADDR);
}

static bool udp_reuses_port(const struct ps_bind *b, const struct ps_record *r)
{
	return both(b, r, REUSEPORT) && is_same_uid(b, r);
}

/**
 * struct rule - a reason why a socket is not in the way
 * @rule: what it is called
 * @tcp: whether it holds for TCP
 * @udp: whether it holds for UDP
 */
struct rule {
	enum ps_rule rule;
	bool (*tcp)(const struct ps_bind *b, const struct ps_record *r);
	bool (*udp)(const struct ps_bind *b, const struct ps_record *r);
};

/* The first that holds decides; where none does, the socket is in the way. */
static const struct rule rules[] = {
	{ PS_RULE_PLACE, is_elsewhere, is_elsewhere },
	{ PS_RULE_REQUEST, is_request, is_request },
	{ PS_RULE_DEVICE, is_on_other_device, is_on_other_device },
	{ PS_RULE_ADDRESS, is_at_other_address, is_at_other_address },
	{ PS_RULE_REUSEADDR, tcp_reuses_address, udp_reuses_address },
	{ PS_RULE_REUSEPORT, tcp_reuses_port, udp_reuses_port },
};

/**
 * ps_conflict_rule() - what decides about a bind() and one socket
 * @b: the bind()
 * @r: a socket that is there
 *
 * Context: any.
 * Return: the rule, PS_RULE_CONFLICT when the socket is in the way.
 */
enum ps_rule ps_conflict_rule(const struct ps_bind *b,
			      const struct ps_record *r)
{
	bool tcp = b->proto == PORTSOCK_PROTO_TCP;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (tcp ? rules[i].tcp(b, r) : rules[i].udp(b, r))
			return rules[i].rule;
	return PS_RULE_CONFLICT;
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
		      const struct address *asked)
{
	struct address there;

	if (!m->of || m->of->uid != uid)
		return false;
	there = address_of(m->of);
	there.wild = true;
	return !m->strict || meets(&there, asked);
}

/* inet_csk_update_fastreuse() */
static void remember(struct memory *m, const struct ps_record *r, bool first)
{
	struct address asked = address_of(r);

	asked.wild = false;
	if (!(r->flags & REUSEPORT))
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
 * What a port remembers cannot be seen, only guessed from those who bound it
 * and are still there.  If all of them are gone, the most likely is that they
 * were as the one that asks now: a server after its restart.
 */
static bool tcp_lets_in(const struct ps_bind *b,
			const struct ps_record *const *made, size_t count)
{
	struct address asked = address_of_bind(b);
	bool first = true, shared = true;
	struct memory m = { NULL, false };
	size_t i;

	for (i = 0; i < count; i++) {
		const struct ps_record *r = made[i];

		if (is_elsewhere(b, r) || is_request(b, r))
			continue;
		shared &= r->flags & REUSEPORT &&
			(!r->inode || r->uid == b->uid);
		if (!did_bind(r))
			continue;
		remember(&m, r, first);
		first = false;
	}
	asked.wild = false;
	return first ? shared : remembers(&m, b->uid, &asked);
}

/* [::] for both: what the kernel remembers for it may be of one of them. */
static bool is_dual(const struct ps_end *end, u32 flags)
{
	return is_inet6_any(end) && !(flags & V6ONLY);
}

/*
 * Nobody who asks as @b does can have been let in beside this one, which is in
 * @b's way: not on another interface, not by SO_REUSEADDR, not as one of IPv6
 * or IPv4 alone.
 */
static bool is_firm(const struct ps_bind *b, const struct ps_record *r)
{
	return did_bind(r) && !r->dev[0] &&
		(r->state == PORTSOCK_LISTEN || !(r->flags & REUSEADDR)) &&
		(!is_dual(&b->local, b->flags) || is_dual(&r->local, r->flags));
}

static size_t tcp_find(const struct ps_bind *b,
		       const struct ps_record *const *made, size_t count,
		       bool *blocks, bool *unsure)
{
	bool firm = !(b->flags & REUSEPORT);
	size_t i, found = 0;

	for (i = 0; i < count; i++) {
		blocks[i] = ps_conflict_rule(b, made[i]) == PS_RULE_CONFLICT;
		found += blocks[i];
		firm |= blocks[i] && is_firm(b, made[i]);
	}
	*unsure = found && !firm;
	if (!*unsure || !tcp_lets_in(b, made, count))
		return found;
	memset(blocks, 0, count * sizeof(*blocks));
	return 0;
}

/* --- who is met first (UDP) */

/* sk_add_node_rcu() puts these last, and all others first. */
static bool is_at_tail(const struct ps_record *r)
{
	return r->local.form == PS_FORM_INET6 && r->flags & REUSEPORT;
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

/*
 * The first that decides, decides: one that shares the port by SO_REUSEPORT
 * lets the other in whoever stands behind it.  (With more than ten sockets in
 * a hash slot the kernel walks those of the address first; nothing but this
 * order changes by that.)
 */
static size_t udp_find(const struct ps_bind *b,
		       const struct ps_record *const *made, size_t count,
		       bool *blocks, bool *unsure)
{
	struct walk w = { .b = b, .blocks = blocks };
	size_t i;

	for (i = count; i-- > 0;)
		if (!is_at_tail(made[i]))
			meet(&w, made[i], i);
	for (i = 0; i < count; i++)
		if (is_at_tail(made[i]))
			meet(&w, made[i], i);
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
 * @unsure: whether it depends on what no view tells: on the order, or on who
 *	once bound the port
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
