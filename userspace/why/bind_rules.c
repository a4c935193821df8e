// SPDX-License-Identifier: GPL-2.0
/*
 * The rules by which one socket conflicts with a bind().  They mirror functions
 * of the kernel, and their results are compared with the real bind() by
 * tests/conflict.
 *
 * TCP: inet_csk_get_port() in net/ipv4/inet_connection_sock.c.  listen() calls
 * it again (inet_csk_listen_start()) by the same rules, so the result is the
 * same unless another socket was bound in between.
 * UDP: udp_lib_get_port() in net/ipv4/udp.c.
 *
 * Not covered: VRFs, each of which has its own ports.
 */
#include "bind_rules.h"

/* First kernels with a changed rule. */
#define HAS_BHASH2		KERNEL(6, 1)
#define BHASH2_MAPS_IP4		KERNEL(6, 10)	/* IPv4 as mapped */
#define COMPARES_SK_UID		KERNEL(6, 17)	/* was sock_i_uid() */

/**
 * conflict_requested() - Return the operand of the address match for a bind()
 * @b: the bind()
 *
 * __inet6_bind() sets ipv6only on a socket bound to an IPv6 address without an
 * IPv4 equivalent.
 */
struct bind_address conflict_requested(const struct bind_request *b)
{
	bool other = !addr_is_ip4(&b->local) && !addr_is_inet6_any(&b->local);

	return (struct bind_address){
		.end = &b->local,
		.v6only = other || b->flags & PORTSOCK_FLAG(V6ONLY),
		.wild = true,
	};
}

/* Return the operand of the address match for an existing socket. */
struct bind_address conflict_there(const struct ps_record *r)
{
	return (struct bind_address){
		.end = &r->local,
		.v6only = r->flags & PORTSOCK_FLAG(V6ONLY),
		.wild = true,
	};
}

/* inet_bind2_bucket_match_addr_any(): @r is bound to a matching wildcard. */
static bool bind2_match_addr_any(const struct bind_request *b,
				 const struct ps_record *r)
{
	if (addr_is_inet6_any(&r->local))
		return true;
	if (!addr_is_ip4(&r->local) || !addr_is_any(&r->local) ||
	    !addr_is_ip4(&b->local))
		return false;
	/* Else both are IPv6: [::ffff:0.0.0.0] and [::ffff:a.b.c.d]. */
	return b->kernel >= BHASH2_MAPS_IP4 ||
		b->local.form == PS_FORM_INET || r->local.form == PS_FORM_INET;
}

/* inet_bind2_bucket_addr_match() */
static bool bind2_addr_match(const struct bind_request *b, const struct ps_record *r)
{
	if (addr_is_ip4(&b->local) && addr_is_ip4(&r->local))
		return addr_same_ip4(&b->local, &r->local);
	return addr_same_ip6(&b->local, &r->local);
}

/*
 * inet_use_hash2_on_bind(): from 6.1 on, a TCP bind() to one address is only
 * compared with sockets at a wildcard and at the same address
 * (__inet_bhash2_conflict()).
 */
static bool uses_bhash2(const struct bind_request *b)
{
	return b->proto == PORTSOCK_PROTO_TCP &&
		b->kernel >= HAS_BHASH2 && !addr_is_any(&b->local);
}

static bool bhash2_addr_match(const struct bind_request *b,
			      const struct ps_record *r)
{
	if (r->flags & PORTSOCK_FLAG(V6ONLY) && addr_is_ip4(&b->local))
		return false;
	return bind2_match_addr_any(b, r) || bind2_addr_match(b, r);
}

/*
 * Return true if @r, a socket or a row of bind=yes, has the port of @b in its
 * protocol and network namespace.
 */
bool conflict_is_at_port(const struct bind_request *b, const struct ps_record *r)
{
	return r->proto == b->proto && r->has & PS_HAS_PORT &&
		r->port == b->local.num && r->netns == b->netns;
}

static bool is_elsewhere(const struct bind_request *b, const struct ps_record *r)
{
	return !conflict_is_at_port(b, r) ||
		(r->local.form != PS_FORM_INET &&
		 r->local.form != PS_FORM_INET6);
}

/* A request socket is not in the bind table; its child will be. */
static bool is_request(const struct bind_request *b, const struct ps_record *r)
{
	(void)b;
	return r->state == PORTSOCK_SYN_RECV &&
		r->held == PORTSOCK_HELD_SYNRECV;
}

static bool is_on_other_device(const struct bind_request *b,
			       const struct ps_record *r)
{
	return b->dev[0] && r->dev[0] && strcmp(b->dev, r->dev);
}

static bool is_at_other_address(const struct bind_request *b,
				const struct ps_record *r)
{
	struct bind_address asked = conflict_requested(b);
	struct bind_address there = conflict_there(r);

	if (uses_bhash2(b))
		return !bhash2_addr_match(b, r);
	return !rcv_saddr_equal(&asked, &there);
}

static bool both_reuse_address(const struct bind_request *b,
			       const struct ps_record *r)
{
	return b->flags & r->flags & PORTSOCK_FLAG(REUSEADDR);
}

static bool both_reuse_port(const struct bind_request *b, const struct ps_record *r)
{
	return b->flags & r->flags & PORTSOCK_FLAG(REUSEPORT);
}

/* A TIME_WAIT socket in substate FIN_WAIT2 has no cgroup. */
static bool is_timewait(const struct ps_record *r)
{
	return r->state == PORTSOCK_TIME_WAIT ||
		(r->state == PORTSOCK_FIN_WAIT2 && !r->inode &&
		 !(r->has & PS_HAS_CGROUP));
}

/**
 * conflict_knows_uid() - Return true if UID is the uid bind() compares with
 * @b: the bind()
 * @r: existing socket
 *
 * For a socket without inode (in an accept queue, or an orphan) both
 * sock_i_uid() and the view report root.  Since 6.17 bind() compares sk_uid,
 * which such a socket inherits from its listener or keeps.
 */
bool conflict_knows_uid(const struct bind_request *b, const struct ps_record *r)
{
	return b->kernel < COMPARES_SK_UID || is_timewait(r) ||
		(r->held != PORTSOCK_HELD_ACCEPTQ &&
		 r->held != PORTSOCK_HELD_ORPHAN);
}

/* If the uid is unknown, most likely a server is restarted: assume equal. */
static bool is_same_uid(const struct bind_request *b, const struct ps_record *r)
{
	return r->uid == b->uid || !conflict_knows_uid(b, r);
}

/* inet_bind_conflict(): SO_REUSEADDR does not help beside a listener. */
static bool tcp_reuses_address(const struct bind_request *b,
			       const struct ps_record *r)
{
	return both_reuse_address(b, r) && r->state != PORTSOCK_LISTEN;
}

/* inet_bind_conflict(): the uid is not compared for TIME_WAIT sockets. */
static bool tcp_reuses_port(const struct bind_request *b, const struct ps_record *r)
{
	return both_reuse_port(b, r) &&
		(is_timewait(r) || is_same_uid(b, r));
}

/* udp_lib_lport_inuse() */
static bool udp_reuses_port(const struct bind_request *b, const struct ps_record *r)
{
	return both_reuse_port(b, r) && is_same_uid(b, r);
}

/**
 * struct rule - A reason why a socket does not conflict
 * @rule: name of the rule
 * @tcp: return true if the rule applies to a TCP socket
 * @udp: return true if the rule applies to a UDP socket
 */
struct rule {
	enum bind_rule rule;
	bool (*tcp)(const struct bind_request *b, const struct ps_record *r);
	bool (*udp)(const struct bind_request *b, const struct ps_record *r);
};

/* The first rule that applies decides; without one, the socket conflicts. */
static const struct rule rules[] = {
	{ RULE_PLACE, is_elsewhere, is_elsewhere },
	{ RULE_REQUEST, is_request, is_request },
	{ RULE_DEVICE, is_on_other_device, is_on_other_device },
	{ RULE_ADDRESS, is_at_other_address, is_at_other_address },
	{ RULE_REUSEADDR, tcp_reuses_address, both_reuse_address },
	{ RULE_REUSEPORT, tcp_reuses_port, udp_reuses_port },
};

/**
 * conflict_rule() - Return the rule that decides about one socket
 * @b: the bind()
 * @r: existing socket
 *
 * Return: The rule, RULE_CONFLICT if the socket conflicts.
 */
enum bind_rule conflict_rule(const struct bind_request *b,
			      const struct ps_record *r)
{
	bool tcp = b->proto == PORTSOCK_PROTO_TCP;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (tcp ? rules[i].tcp(b, r) : rules[i].udp(b, r))
			return rules[i].rule;
	return RULE_CONFLICT;
}
