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
 */
#include "bind_rules.h"

/* First kernels with a changed rule. */
#define HAS_BHASH2		KERNEL(6, 1)
#define BHASH2_MAPS_IP4		KERNEL(6, 10)	/* IPv4 as mapped */
#define COMPARES_SK_UID		KERNEL(6, 17)	/* was sock_i_uid() */

/**
 * bind_request_address() - Return the operand of the address match for a bind()
 * @b: the bind()
 *
 * __inet6_bind() sets ipv6only on a socket bound to an IPv6 address without an
 * IPv4 equivalent.
 */
struct bind_address bind_request_address(const struct bind_request *b)
{
	bool other = !addr_is_ip4(&b->local) && !addr_is_inet6_any(&b->local);

	return (struct bind_address){
		.end = &b->local,
		.v6only = other || b->flags & PORTSOCK_FLAG(V6ONLY),
		.wild = true,
	};
}

/* Return the operand of the address match for an existing socket. */
struct bind_address bind_socket_address(const struct ps_record *r)
{
	return (struct bind_address){
		.end = &r->local,
		.v6only = r->flags & PORTSOCK_FLAG(V6ONLY),
		.wild = true,
	};
}

/*
 * Address match by __inet_bhash2_conflict(), which compares a bind() to one
 * address with sockets at a wildcard and at the same address only.
 */
static bool bhash2_addr_match(const struct bind_request *b,
			      const struct ps_record *r)
{
	const struct ps_end *end = &r->local;
	bool both_ip4 = addr_is_ip4(&b->local) && addr_is_ip4(end);

	if (r->flags & PORTSOCK_FLAG(V6ONLY) && addr_is_ip4(&b->local))
		return false;
	/*
	 * inet_bind2_bucket_match_addr_any().  Before BHASH2_MAPS_IP4 it does
	 * not match [::ffff:0.0.0.0] and [::ffff:a.b.c.d].
	 */
	if (addr_is_inet6_any(end))
		return true;
	if (both_ip4 && addr_is_any(end) &&
	    (b->kernel >= BHASH2_MAPS_IP4 ||
	     b->local.form == PS_FORM_INET || end->form == PS_FORM_INET))
		return true;
	/* inet_bind2_bucket_addr_match() */
	return both_ip4 ? addr_same_ip4(&b->local, end) :
		addr_same_ip6(&b->local, end);
}

/* inet_use_hash2_on_bind() decides which of the two address matches counts. */
static bool addr_match(const struct bind_request *b, const struct ps_record *r)
{
	struct bind_address request = bind_request_address(b);
	struct bind_address there = bind_socket_address(r);

	if (b->proto == PORTSOCK_PROTO_TCP && b->kernel >= HAS_BHASH2 &&
	    !addr_is_any(&b->local))
		return bhash2_addr_match(b, r);
	return rcv_saddr_equal(&request, &there);
}

/*
 * Return true if @r, a socket or a row of bind=yes, has the port of @b in its
 * protocol and network namespace.
 */
bool bind_same_port(const struct bind_request *b, const struct ps_record *r)
{
	return r->proto == b->proto && r->has & PS_HAS_PORT &&
		r->port == b->local.num && r->netns == b->netns;
}

/* A TIME_WAIT socket in substate FIN_WAIT2 has no cgroup. */
static bool is_timewait(const struct ps_record *r)
{
	return r->state == PORTSOCK_TIME_WAIT ||
		(r->state == PORTSOCK_FIN_WAIT2 && !r->inode &&
		 !(r->has & PS_HAS_CGROUP));
}

/**
 * bind_uid_is_known() - Return true if UID is the uid bind() compares with
 * @b: the bind()
 * @r: existing socket
 *
 * For a socket without inode (in an accept queue, or an orphan) both
 * sock_i_uid() and the view report root.  Since 6.17 bind() compares sk_uid,
 * which such a socket inherits from its listener or keeps.
 */
bool bind_uid_is_known(const struct bind_request *b, const struct ps_record *r)
{
	return b->kernel < COMPARES_SK_UID || is_timewait(r) ||
		(r->held != PORTSOCK_HELD_ACCEPTQ &&
		 r->held != PORTSOCK_HELD_ORPHAN);
}

/**
 * bind_rule_for() - Return the rule that decides about one socket
 * @b: the bind()
 * @r: existing socket
 *
 * Return: The first rule that applies, RULE_CONFLICT if the socket conflicts.
 */
enum bind_rule bind_rule_for(const struct bind_request *b,
			     const struct ps_record *r)
{
	enum bind_rule rule = bind_rule_in_bucket(b, r);

	return rule > RULE_PLACE && bind_bucket_match(b, r) <=
		BUCKET_LIKELY_OTHER ? RULE_VRF : rule;
}

/**
 * bind_rule_in_bucket() - Return the rule within one bind bucket
 * @b: the bind()
 * @r: existing socket, considered to be in the bucket of @b
 *
 * Return: The first rule that applies apart from RULE_VRF.
 */
enum bind_rule bind_rule_in_bucket(const struct bind_request *b,
				   const struct ps_record *r)
{
	bool tcp = b->proto == PORTSOCK_PROTO_TCP;
	u32 both = b->flags & r->flags;

	if (!bind_same_port(b, r) || (r->local.form != PS_FORM_INET &&
				      r->local.form != PS_FORM_INET6))
		return RULE_PLACE;
	/* A request socket is not in the bind table; its child will be. */
	if (r->state == PORTSOCK_SYN_RECV && r->held == PORTSOCK_HELD_SYNRECV)
		return RULE_REQUEST;
	if (b->dev[0] && r->dev[0] && strcmp(b->dev, r->dev))
		return RULE_DEVICE;
	if (!addr_match(b, r))
		return RULE_ADDRESS;
	/* inet_bind_conflict() ignores SO_REUSEADDR beside a listener. */
	if (both & PORTSOCK_FLAG(REUSEADDR) &&
	    (!tcp || r->state != PORTSOCK_LISTEN))
		return RULE_REUSEADDR;
	/*
	 * inet_bind_conflict() does not compare the uid for TIME_WAIT sockets,
	 * udp_lib_lport_inuse() always does.  If the uid is unknown, most
	 * likely a server is restarted: assume equal.
	 */
	if (both & PORTSOCK_FLAG(REUSEPORT) &&
	    ((tcp && is_timewait(r)) || r->uid == b->uid ||
	     !bind_uid_is_known(b, r)))
		return RULE_REUSEPORT;
	return RULE_CONFLICT;
}
