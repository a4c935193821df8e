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
 * Not known here: VRFs (each has ports of its own).
 */
#include "bind_rules.h"

/* Kernels in which something is different. */
#define HASHED_BY_ADDRESS	PS_KERNEL(6, 1)		/* bhash2          */
#define HASHED_AS_MAPPED	PS_KERNEL(6, 10)	/* v4 in it as v6  */
#define COMPARES_SK_UID		PS_KERNEL(6, 17)	/* not sock_i_uid()*/

/**
 * ps_conflict_asked() - the address that is asked for
 * @b: the bind()
 *
 * __inet6_bind() makes a socket at an IPv6 address without an IPv4 equivalent
 * ipv6only.
 *
 * Context: any.
 * Return: the address as the kernel compares it.
 */
struct ps_address ps_conflict_asked(const struct ps_bind *b)
{
	bool other = !ps_is_ip4(&b->local) && !ps_is_inet6_any(&b->local);

	return (struct ps_address){
		.end = &b->local,
		.v6only = other || b->flags & PORTSOCK_FLAG(V6ONLY),
		.wild = true,
	};
}

/**
 * ps_conflict_there() - the address of a socket that is there
 * @r: socket
 *
 * Context: any.
 * Return: the address as the kernel compares it.
 */
struct ps_address ps_conflict_there(const struct ps_record *r)
{
	return (struct ps_address){
		.end = &r->local,
		.v6only = r->flags & PORTSOCK_FLAG(V6ONLY),
		.wild = true,
	};
}

/* inet_bind2_bucket_match_addr_any(): a socket at every address meets @b */
static bool any_takes(const struct ps_bind *b, const struct ps_record *r)
{
	if (ps_is_inet6_any(&r->local))
		return true;
	if (!ps_is_ip4(&r->local) || !ps_is_any(&r->local) ||
	    !ps_is_ip4(&b->local))
		return false;
	/* Two IPv6 sockets, [::ffff:0.0.0.0] and [::ffff:a.b.c.d]. */
	return b->kernel >= HASHED_AS_MAPPED ||
		b->local.form == PS_FORM_INET || r->local.form == PS_FORM_INET;
}

/* inet_bind2_bucket_addr_match() */
static bool is_same(const struct ps_bind *b, const struct ps_record *r)
{
	if (ps_is_ip4(&b->local) && ps_is_ip4(&r->local))
		return ps_is_same_ip4(&b->local, &r->local);
	return ps_is_same_ip6(&b->local, &r->local);
}

/*
 * From 6.1 on a TCP socket that asks for one address is compared with those at
 * every address and with those at its own (inet_use_hash2_on_bind(),
 * __inet_bhash2_conflict()).
 */
static bool is_hashed_by_address(const struct ps_bind *b)
{
	return b->proto == PORTSOCK_PROTO_TCP &&
		b->kernel >= HASHED_BY_ADDRESS && !ps_is_any(&b->local);
}

static bool hashed_meets(const struct ps_bind *b, const struct ps_record *r)
{
	if (r->flags & PORTSOCK_FLAG(V6ONLY) && ps_is_ip4(&b->local))
		return false;
	return any_takes(b, r) || is_same(b, r);
}

/* --- the rules */

/**
 * ps_conflict_is_at_port() - whether something is at the port that is asked for
 * @b: the bind()
 * @r: a socket that is there, or what is told of a port
 *
 * Context: any.
 * Return: whether it has this port of this protocol and network namespace.
 */
bool ps_conflict_is_at_port(const struct ps_bind *b, const struct ps_record *r)
{
	return r->proto == b->proto && r->has & PS_HAS_PORT &&
		r->port == b->local.num && r->netns == b->netns;
}

static bool is_elsewhere(const struct ps_bind *b, const struct ps_record *r)
{
	return !ps_conflict_is_at_port(b, r) ||
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
	struct ps_address asked = ps_conflict_asked(b);
	struct ps_address there = ps_conflict_there(r);

	if (is_hashed_by_address(b))
		return !hashed_meets(b, r);
	return !ps_meets(&asked, &there);
}

static bool both_reuse_address(const struct ps_bind *b,
			       const struct ps_record *r)
{
	return b->flags & r->flags & PORTSOCK_FLAG(REUSEADDR);
}

static bool both_reuse_port(const struct ps_bind *b, const struct ps_record *r)
{
	return b->flags & r->flags & PORTSOCK_FLAG(REUSEPORT);
}

/* FIN_WAIT2 may be a TIME_WAIT to the kernel: it has no cgroup then. */
static bool is_timewait(const struct ps_record *r)
{
	return r->state == PORTSOCK_TIME_WAIT ||
		(r->state == PORTSOCK_FIN_WAIT2 && !r->inode &&
		 !(r->has & PS_HAS_CGROUP));
}

/**
 * ps_conflict_knows_uid() - whether the view tells whose a socket is to bind()
 * @b: the bind()
 * @r: a socket that is there
 *
 * Without an inode it is root's to sock_i_uid(), and to the view: a connection
 * that waits for accept(), an orphan.  Since 6.17 the socket's own uid counts,
 * which it has from its listener, or keeps.
 *
 * Context: any.
 * Return: whether it does.
 */
bool ps_conflict_knows_uid(const struct ps_bind *b, const struct ps_record *r)
{
	return b->kernel < COMPARES_SK_UID || is_timewait(r) ||
		(r->held != PORTSOCK_HELD_ACCEPTQ &&
		 r->held != PORTSOCK_HELD_ORPHAN);
}

/* Where nobody knows, it is most likely a server that comes back. */
static bool is_same_uid(const struct ps_bind *b, const struct ps_record *r)
{
	return r->uid == b->uid || !ps_conflict_knows_uid(b, r);
}

/* inet_bind_conflict(): not beside a listener */
static bool tcp_reuses_address(const struct ps_bind *b,
			       const struct ps_record *r)
{
	return both_reuse_address(b, r) && r->state != PORTSOCK_LISTEN;
}

/* inet_bind_conflict(): of one user, or of nobody any more */
static bool tcp_reuses_port(const struct ps_bind *b, const struct ps_record *r)
{
	return both_reuse_port(b, r) &&
		(is_timewait(r) || is_same_uid(b, r));
}

/* udp_lib_lport_inuse() */
static bool udp_reuses_port(const struct ps_bind *b, const struct ps_record *r)
{
	return both_reuse_port(b, r) && is_same_uid(b, r);
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
	{ PS_RULE_REUSEADDR, tcp_reuses_address, both_reuse_address },
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
