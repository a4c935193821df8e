// SPDX-License-Identifier: GPL-2.0
/* What the protocols over IPv4 and IPv6 have in common. */
#include <net/inet_sock.h>
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>

#include "compat/inet_sock.h"
#include "proto.h"

/*
 * The addresses stand in struct sock_common, at one place for full sockets,
 * TIME_WAITs and requests.
 */
static __always_inline void fill_end(const struct sock *sk, bool remote,
				     u16 num, struct ps_end *end)
{
	end->num = num;
#if PS_HAVE_IPV6
	if (sk->sk_family == AF_INET6) {
		end->form = PS_FORM_INET6;
		memcpy(end->ip, remote ? &sk->sk_v6_daddr :
		       &sk->sk_v6_rcv_saddr, sizeof(end->ip));
		return;
	}
#endif
	end->form = PS_FORM_INET;
	memcpy(end->ip, remote ? &sk->sk_daddr : &sk->sk_rcv_saddr, 4);
}

/**
 * ps_fill_bound_at() - an address that somebody bound
 * @family: AF_INET or AF_INET6
 * @ip: 4 or 16 bytes in network byte order
 * @port: port
 * @end: result
 *
 * Context: any.
 */
void ps_fill_bound_at(u16 family, const void *ip, u16 port,
		      struct ps_end *end)
{
	bool v6 = family == AF_INET6;

	end->form = v6 ? PS_FORM_INET6 : PS_FORM_INET;
	end->num = port;
	memcpy(end->ip, ip, v6 ? 16 : 4);
}

static bool has_address(const struct ps_end *end)
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
 * An end with neither address nor port is "*:*"; so is the remote one of a
 * socket that was disconnected, which TCP forgets to clear.
 */
static __always_inline void fill_ends(const struct sock *sk, u16 sport,
				      u16 dport, struct ps_record *r)
{
	fill_end(sk, false, sport, &r->local);
	fill_end(sk, true, dport, &r->remote);
	if (!sport && !has_address(&r->local))
		r->local.form = PS_FORM_ANY;
	if (!dport && (sk->sk_state == TCP_CLOSE || !has_address(&r->remote)))
		r->remote.form = PS_FORM_ANY;
}

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

static void fill_port(u16 port, struct ps_record *r)
{
	r->port = port;
	if (port)
		r->has |= PS_HAS_PORT;
}

/**
 * ps_fill_inet() - ends, port, device and flags of a full socket
 * @sk: a socket over IPv4 or IPv6, whatever its protocol
 * @r: from ps_fill_sock()
 *
 * A socket that was connected and has lost its port keeps the number in
 * inet_sport, as getsockname() tells it; one that was disconnected has a number
 * there that means nothing any more.
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
 * ps_datagram_state() - the state of a datagram socket over IP
 * @sk: full socket
 * @r: from ps_fill_inet()
 *
 * Context: any.
 * Return: enum portsock_state.
 */
u8 ps_datagram_state(const struct sock *sk, const struct ps_record *r)
{
	if (sk->sk_state == TCP_ESTABLISHED)
		return PORTSOCK_ESTABLISHED;
	return r->has & PS_HAS_PORT ? PORTSOCK_UNCONN : PORTSOCK_UNBOUND;
}

/**
 * ps_stream_state() - the state of a stream socket over IP
 * @state: the kernel's, which has one for what people know as three
 * @r: from ps_fill_inet()
 *
 * Context: any.
 * Return: enum portsock_state.
 */
u8 ps_stream_state(u8 state, const struct ps_record *r)
{
	if (state != TCP_CLOSE)
		return state;
	if (r->remote.num)	/* disconnecting would have cleared it */
		return PORTSOCK_CLOSE;
	return r->has & PS_HAS_PORT ? PORTSOCK_BOUND : PORTSOCK_UNBOUND;
}

static void fill_timewait(struct sock *sk, struct ps_record *r)
{
	const struct inet_timewait_sock *tw = inet_twsk(sk);
	long left = READ_ONCE(tw->tw_timer.expires) - jiffies;

	r->state = READ_ONCE(tw->tw_substate);
	r->expires = jiffies_delta_to_msecs(left);
	r->flags = bind_flags(sk);
	if (tw->tw_transparent)
		r->flags |= PORTSOCK_FLAG(TRANSPARENT);
}

static void fill_request(struct sock *sk, struct ps_record *r)
{
	struct sock *listener = inet_reqsk(sk)->rsk_listener;

	r->state = PORTSOCK_SYN_RECV;
	if (listener) {
		r->parent = ps_cookie(listener);
		r->has |= PS_HAS_PARENT;
	}
}

/**
 * ps_fill_inet_small() - all that is known of a TIME_WAIT or a request
 * @sk: in state TCP_TIME_WAIT or TCP_NEW_SYN_RECV: no struct sock, only the
 *	struct sock_common that it begins with may be read as one.  A request
 *	holds a reference on its listener.
 * @r: zeroed record
 *
 * Context: the lock of its bucket is held.
 */
void ps_fill_inet_small(struct sock *sk, struct ps_record *r)
{
	r->cookie = ps_cookie(sk);
	r->netns = sock_net(sk)->ns.inum;
	r->has = PS_HAS_QUEUES | PS_HAS_UID;
	fill_ends(sk, sk->sk_num, ntohs(sk->sk_dport), r);
	fill_port(sk->sk_num, r);
	ps_fill_dev(sock_net(sk), sk->sk_bound_dev_if, r);
	if (sk->sk_state == TCP_TIME_WAIT)
		fill_timewait(sk, r);
	else
		fill_request(sk, r);
}
