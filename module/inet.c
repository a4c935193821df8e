// SPDX-License-Identifier: GPL-2.0
#include <net/inet_sock.h>
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>

#include "compat/inet_sock.h"
#include "cookie.h"
#include "inet.h"
#include "sock.h"

/*
 * The addresses are in struct sock_common, at the same offsets for full
 * sockets, TIME_WAIT sockets and requests.
 */
static __always_inline void fill_end(const struct sock *sk, bool remote,
				     u16 num, struct ps_end *end)
{
	const struct in6_addr *ip6 = ps_inet6_addr(sk, remote);

	end->num = num;
	if (ip6) {
		end->form = PS_FORM_INET6;
		memcpy(end->ip, ip6, sizeof(end->ip));
		return;
	}
	end->form = PS_FORM_INET;
	memcpy(end->ip, remote ? &sk->sk_daddr : &sk->sk_rcv_saddr, 4);
}

static bool end_has_address(const struct ps_end *end)
{
	u64 halves[2];
	u32 ip;

	if (end->form == PS_FORM_INET6) {
		memcpy(halves, end->ip, sizeof(halves));
		return halves[0] | halves[1];
	}
	memcpy(&ip, end->ip, sizeof(ip));
	return ip;
}

/*
 * An end with neither address nor port is "*:*".  So is the remote end of a
 * disconnected TCP socket: tcp_disconnect() does not clear the remote address.
 */
static __always_inline void fill_ends(const struct sock *sk, u16 sport,
				      u16 dport, struct ps_record *r)
{
	fill_end(sk, false, sport, &r->local);
	fill_end(sk, true, dport, &r->remote);
	if (!sport && !end_has_address(&r->local))
		r->local.form = PS_FORM_ANY;
	if (!dport &&
	    (sk->sk_state == TCP_CLOSE || !end_has_address(&r->remote)))
		r->remote.form = PS_FORM_ANY;
}

static void fill_port(u16 port, struct ps_record *r)
{
	r->port = port;
	if (port)
		r->has |= PS_HAS_PORT;
}

/* The flags in struct sock_common, which minisocks have, too. */
static u32 bind_flags(const struct sock *sk)
{
	u32 flags = 0;

	if (ps_read_bit(sk->sk_reuse))
		flags |= PORTSOCK_FLAG(REUSEADDR);
	if (ps_read_bit(sk->sk_reuseport))
		flags |= PORTSOCK_FLAG(REUSEPORT);
	if (sk->sk_family == AF_INET6 && ps_read_bit(sk->sk_ipv6only))
		flags |= PORTSOCK_FLAG(V6ONLY);
	return flags;
}

/**
 * ps_fill_inet() - Fill ends, port, interface and flags of a full socket
 * @sk: a full socket over IPv4 or IPv6, of any protocol
 * @r: from ps_fill_sock()
 *
 * A socket that was connected and has lost its port keeps the port number in
 * inet_sport, as in getsockname().  In a disconnected socket the number in
 * inet_sport is stale.
 *
 * Context: locks may be held.
 */
void ps_fill_inet(struct sock *sk, struct ps_record *r)
{
	const struct inet_sock *inet = inet_sk(sk);
	u16 num = inet->inet_num, dport = ntohs(inet->inet_dport);

	fill_ends(sk, num || dport ? ntohs(inet->inet_sport) : 0, dport, r);
	fill_port(num, r);
	ps_fill_dev(sock_net(sk), READ_ONCE(sk->sk_bound_dev_if), r);
	r->flags |= bind_flags(sk);
	if (ps_inet_transparent(sk))
		r->flags |= PORTSOCK_FLAG(TRANSPARENT);
	if (ps_inet_freebind(sk))
		r->flags |= PORTSOCK_FLAG(FREEBIND);
}

/**
 * ps_fill_inet_minisock() - Fill the record of a TIME_WAIT socket or a request
 * @sk: struct inet_timewait_sock or struct request_sock, in state TCP_TIME_WAIT
 *	or TCP_NEW_SYN_RECV.  It is not a struct sock.  A request has a reference
 *	on its listener.
 * @r: zeroed record
 * @proto: protocol
 *
 * Context: the lock of the socket's bucket is held.
 */
void ps_fill_inet_minisock(struct sock *sk, struct ps_record *r,
			   enum portsock_proto proto)
{
	const struct inet_timewait_sock *tw;
	struct sock *listener;

	r->proto = proto;
	r->cookie = ps_cookie(sk);
	r->netns = sock_net(sk)->ns.inum;
	r->has = PS_HAS_QUEUES | PS_HAS_UID;
	fill_ends(sk, sk->sk_num, ntohs(sk->sk_dport), r);
	fill_port(sk->sk_num, r);
	ps_fill_dev(sock_net(sk), sk->sk_bound_dev_if, r);
	if (sk->sk_state == TCP_TIME_WAIT) {
		tw = inet_twsk(sk);
		r->state = READ_ONCE(tw->tw_substate);
		r->expires = jiffies_delta_to_msecs(
				READ_ONCE(tw->tw_timer.expires) - jiffies);
		r->flags = bind_flags(sk);
		if (tw->tw_transparent)
			r->flags |= PORTSOCK_FLAG(TRANSPARENT);
		return;
	}
	r->state = PORTSOCK_SYN_RECV;
	listener = inet_reqsk(sk)->rsk_listener;
	if (listener) {
		r->parent = ps_cookie(listener);
		r->has |= PS_HAS_PARENT;
	}
}

/**
 * ps_datagram_state() - Return the state of a datagram socket over IP
 * @sk: full socket
 * @r: from ps_fill_inet()
 *
 * Return: enum portsock_state.
 */
u8 ps_datagram_state(const struct sock *sk, const struct ps_record *r)
{
	if (sk->sk_state == TCP_ESTABLISHED)
		return PORTSOCK_ESTABLISHED;
	return r->has & PS_HAS_PORT ? PORTSOCK_UNCONN : PORTSOCK_UNBOUND;
}

/**
 * ps_stream_state() - Return the state of a stream socket over IP
 * @state: state in the kernel, where TCP_CLOSE is CLOSE, BOUND and UNBOUND
 * @r: from ps_fill_inet()
 *
 * Return: enum portsock_state.
 */
u8 ps_stream_state(u8 state, const struct ps_record *r)
{
	if (state != TCP_CLOSE)
		return state;
	if (r->remote.num)	/* disconnect would have cleared it */
		return PORTSOCK_CLOSE;
	return r->has & PS_HAS_PORT ? PORTSOCK_BOUND : PORTSOCK_UNBOUND;
}
