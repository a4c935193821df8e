// SPDX-License-Identifier: GPL-2.0
#include <linux/tcp.h>
#include <net/tcp.h>

#include "../compat/inet_connection_sock.h"
#include "../compat/inet_hashtables.h"
#include "../compat/mptcp.h"
#include "../inet.h"
#include "../inet_hash.h"
#include "../proto.h"
#include "../sk_module.h"
#include "../sock.h"

static bool tcp_match(const struct sock *sk)
{
	return ps_is_inet(sk, SOCK_STREAM, IPPROTO_TCP);
}

/* As in tcp_diag_get_info().  Sequence numbers of closed sockets are stale. */
static void tcp_fill_queues(const struct sock *sk, struct ps_record *r)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (r->state == PORTSOCK_LISTEN) {
		ps_fill_backlog(sk, r);
		return;
	}
	r->has |= PS_HAS_QUEUES;
	if (r->state == PORTSOCK_BOUND || r->state == PORTSOCK_UNBOUND)
		return;
	r->rxq = max_t(int, READ_ONCE(tp->rcv_nxt) -
		       READ_ONCE(tp->copied_seq), 0);
	if (r->state == PORTSOCK_CLOSE)
		return;
	/* The stack writes snd_una without WRITE_ONCE(); any value will do. */
	r->txq = READ_ONCE(tp->write_seq) - data_race(READ_ONCE(tp->snd_una));
}

/*
 * Return the cookie of the MPTCP socket that a subflow belongs to, else 0.
 *
 * A subflow has the struct socket of its MPTCP socket as soon as that has one
 * (mptcp_sock_graft()).  __mptcp_close() clears the pointer without
 * sk_callback_lock, so read it once.  RCU keeps the memory of both objects: a
 * struct socket is freed after a grace period (sock_free_inode()), and the
 * memory of an MPTCP socket is reused for MPTCP sockets only
 * (SLAB_TYPESAFE_BY_RCU).
 *
 * Race: if the MPTCP socket is freed meanwhile, the cookie may be that of the
 * socket that reuses its memory.
 */
static u64 tcp_mptcp_cookie(const struct sock *sk)
{
	struct socket *socket;
	struct sock *mptcp;
	u64 cookie = 0;

	rcu_read_lock();
	socket = READ_ONCE(sk->sk_socket);
	mptcp = socket ? READ_ONCE(socket->sk) : NULL;
	if (mptcp && mptcp->sk_protocol == IPPROTO_MPTCP)
		cookie = ps_cookie(mptcp);
	rcu_read_unlock();
	return cookie;
}

/* Return the cookie of the MPTCP socket of a listener, else 0. */
static u64 tcp_mptcp_parent(struct sock *listener)
{
	if (!ps_is_subflow(listener) && !ps_is_kernel_sock(listener))
		return 0;
	return tcp_mptcp_cookie(listener);
}

/*
 * Mark a subflow as a kernel socket of module mptcp.  After a fallback to TCP
 * the socket is not a subflow, but its MPTCP socket still owns it.
 */
static void tcp_fill_subflow(struct ps_batch *batch, const struct sock *sk,
			     struct ps_record *r)
{
	bool subflow = ps_is_subflow(sk);

	if (!subflow && !(r->observed & PS_OBS_KERNEL))
		return;
	r->parent = tcp_mptcp_cookie(sk);
	if (r->parent)
		r->has |= PS_HAS_PARENT;
	if (!subflow && !r->parent)
		return;
	r->observed |= PS_OBS_KERNEL;
	r->owners_at = ps_sk_module_add(batch->sk_modules, "mptcp",
					strlen("mptcp"));
}

/* The state comes first: a minisock is not a struct sock. */
static void tcp_fill(struct ps_batch *batch, struct sock *sk,
		     struct ps_record *r)
{
	u8 state = inet_sk_state_load(sk);
	const struct timer_list *timer;

	if (state == TCP_TIME_WAIT || state == TCP_NEW_SYN_RECV) {
		ps_fill_inet_minisock(sk, r, PORTSOCK_PROTO_TCP);
		return;
	}
	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_TCP);
	ps_fill_inet(sk, r);
	r->state = ps_stream_state(state, r);
	tcp_fill_queues(sk, r);
	/*
	 * After close(), a socket whose tcp_fin_time() exceeds TCP_TIMEWAIT_LEN
	 * stays in FIN_WAIT2 for the difference as a full socket, and then as
	 * long as a TIME_WAIT socket (__tcp_close(), tcp_keepalive_timer()).
	 */
	if (state == TCP_FIN_WAIT2 && r->observed & PS_OBS_DEAD) {
		timer = ps_keepalive_timer(sk);
		if (timer_pending(timer))
			r->expires = jiffies_delta_to_msecs(
				READ_ONCE(timer->expires) - jiffies +
				max(tcp_fin_time(sk) - TCP_TIMEWAIT_LEN, 0));
	}
	tcp_fill_subflow(batch, sk, r);
}

static int tcp_walk(struct ps_batch *batch)
{
	const struct ps_inet_hash tcp = {
		.proto = PORTSOCK_PROTO_TCP,
		.fill = tcp_fill,
		.mptcp_parent = tcp_mptcp_parent,
		.tables = ps_tcp_hashinfo(batch->walk_net),
		.first = ps_tcp_hashinfo(batch->first_net),
		.batch = batch,
	};

	return ps_inet_hash_walk(&tcp);
}

const struct ps_proto ps_proto_tcp = {
	.name = "tcp",
	/* A subflow that listens has the accept queue of its MPTCP socket. */
	.protos = 1ULL << PORTSOCK_PROTO_TCP | 1ULL << PORTSOCK_PROTO_MPTCP,
	.match = tcp_match,
	.walk = tcp_walk,
	.fill = tcp_fill,
};
