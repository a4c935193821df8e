// SPDX-License-Identifier: GPL-2.0
#include <linux/tcp.h>
#include <net/tcp.h>

#include "../compat/inet_connection_sock.h"
#include "../compat/inet_hashtables.h"
#include "../compat/mptcp.h"
#include "../proto.h"
#include "../inet_hash.h"
#include "../sk_module.h"

static bool tcp_match(const struct sock *sk)
{
	return ps_is_inet(sk, SOCK_STREAM, IPPROTO_TCP);
}

/* As tcp_diag_get_info() has it; the counters of a closed one mean nothing. */
static void fill_queues(const struct sock *sk, struct ps_record *r)
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
	/* The stack writes snd_una without WRITE_ONCE(): it is as of some moment. */
	r->txq = READ_ONCE(tp->write_seq) - data_race(READ_ONCE(tp->snd_una));
}

/*
 * A closed socket waits in FIN_WAIT2 as a whole for what tcp_fin_time() is
 * above TIME_WAIT's length, then as a small object (tcp_keepalive_timer()).
 */
static s32 fin_wait2_left(const struct sock *sk)
{
	const struct timer_list *timer = ps_keepalive_timer(sk);

	if (!timer_pending(timer))
		return PS_NO_EXPIRY;
	return jiffies_delta_to_msecs(READ_ONCE(timer->expires) - jiffies +
				      tcp_fin_time(sk) - TCP_TIMEWAIT_LEN);
}

/*
 * A subflow has the struct socket of its MPTCP socket, once that has one
 * (mptcp_sock_graft()).  __mptcp_close() clears the pointer without
 * sk_callback_lock, so it is read once, and RCU is what keeps the memory: a
 * struct socket is freed after a grace period (sock_free_inode()), an MPTCP
 * socket's memory is reused for MPTCP sockets only (SLAB_TYPESAFE_BY_RCU).  An
 * MPTCP socket that is closed at this moment may give its successor's cookie.
 */
static u64 find_whole(struct sock *sk)
{
	struct socket *socket;
	struct sock *whole;
	u64 cookie = 0;

	rcu_read_lock();
	socket = READ_ONCE(sk->sk_socket);
	whole = socket ? READ_ONCE(socket->sk) : NULL;
	if (whole && whole->sk_protocol == IPPROTO_MPTCP)
		cookie = ps_cookie(whole);
	rcu_read_unlock();
	return cookie;
}

/* Whose subflow a listener is. */
static u64 find_whole_listener(struct sock *sk)
{
	return ps_is_subflow(sk) || ps_is_kernel_sock(sk) ?
		find_whole(sk) : 0;
}

/* One that has fallen back to TCP is no subflow any more, but is held so. */
static void fill_subflow(struct ps_batch *batch, struct sock *sk,
			 struct ps_record *r)
{
	bool subflow = ps_is_subflow(sk);

	if (!subflow && !(r->observed & PS_OBS_KERNEL))
		return;
	r->parent = find_whole(sk);
	if (r->parent)
		r->has |= PS_HAS_PARENT;
	if (!subflow && !r->parent)
		return;
	r->observed |= PS_OBS_KERNEL;
	r->owners_at = ps_sk_module_add(batch->sk_modules, "mptcp", strlen("mptcp"));
}

static void tcp_fill(struct ps_batch *batch, struct sock *sk,
		     struct ps_record *r)
{
	u8 state = inet_sk_state_load(sk);

	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_TCP);
	ps_fill_inet(sk, r);
	r->state = ps_stream_state(state, r);
	fill_queues(sk, r);
	if (state == TCP_FIN_WAIT2 && r->observed & PS_OBS_DEAD)
		r->expires = fin_wait2_left(sk);
	fill_subflow(batch, sk, r);
}

static int tcp_walk(struct ps_batch *batch)
{
	const struct ps_inet_hash tcp = {
		.proto = PORTSOCK_PROTO_TCP,
		.fill = tcp_fill,
		.whole = find_whole_listener,
		.tables = ps_tcp_hashinfo(batch->walk_net),
		.first = ps_tcp_hashinfo(batch->first_net),
		.batch = batch,
	};

	return ps_inet_hash_walk(&tcp);
}

const struct ps_proto ps_proto_tcp = {
	.name = "tcp",
	/* The accept queues of MPTCP hang at its subflows that listen. */
	.protos = 1ULL << PORTSOCK_PROTO_TCP | 1ULL << PORTSOCK_PROTO_MPTCP,
	.match = tcp_match,
	.walk = tcp_walk,
	.fill = tcp_fill,
};
