// SPDX-License-Identifier: GPL-2.0
/*
 * TCP: listeners, then the established, TIME_WAIT and request table, then the
 * bind table, which alone has the sockets that are bound and nothing else.  The
 * order matters: a socket that listens or connects during the walk stands in
 * the bind table still, and is known by then or found there.
 */
#include <linux/tcp.h>
#include <net/tcp.h>

#include "compat/inet_connection_sock.h"
#include "compat/inet_hashtables.h"
#include "compat/mptcp.h"
#include "family.h"
#include "holder.h"

static bool tcp_match(const struct sock *sk)
{
	return ps_is_inet(sk, SOCK_STREAM, IPPROTO_TCP);
}

/* As tcp_diag_get_info() has it; the counters of a closed one mean nothing. */
static void fill_queues(const struct sock *sk, struct ps_record *r)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	r->has |= PS_HAS_QUEUES;
	if (r->state == PORTSOCK_LISTEN) {
		r->rxq = READ_ONCE(sk->sk_ack_backlog);
		r->txq = READ_ONCE(sk->sk_max_ack_backlog);
		return;
	}
	if (r->state == PORTSOCK_BOUND || r->state == PORTSOCK_UNBOUND)
		return;
	r->rxq = max_t(int, READ_ONCE(tp->rcv_nxt) -
		       READ_ONCE(tp->copied_seq), 0);
	if (r->state != PORTSOCK_CLOSE)
		r->txq = READ_ONCE(tp->write_seq) - READ_ONCE(tp->snd_una);
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
 * A subflow has the struct socket of the MPTCP socket that it is part of, once
 * that has one: mptcp_sock_graft().  It is orphaned before either is freed.
 */
static u64 find_whole(struct sock *sk)
{
	struct sock *whole;
	u64 cookie = 0;

	read_lock_bh(&sk->sk_callback_lock);
	whole = sk->sk_socket ? READ_ONCE(sk->sk_socket->sk) : NULL;
	if (whole && whole->sk_protocol == IPPROTO_MPTCP)
		cookie = ps_cookie(whole);
	read_unlock_bh(&sk->sk_callback_lock);
	return cookie;
}

/* One that has fallen back to TCP is no subflow any more, but is held so. */
static void fill_subflow(struct ps_batch *batch, struct sock *sk,
			 struct ps_record *r)
{
	bool subflow = ps_is_subflow(sk);

	if (!subflow && !(r->evidence & PS_EV_KERNEL))
		return;
	r->parent = find_whole(sk);
	if (r->parent)
		r->has |= PS_HAS_PARENT;
	if (!subflow && !r->parent)
		return;
	r->evidence |= PS_EV_KERNEL;
	r->owners_at = ps_holder_add(batch->holders, "mptcp", strlen("mptcp"));
}

static void tcp_fill(struct ps_batch *batch, struct sock *sk,
		     struct ps_record *r)
{
	u8 state = inet_sk_state_load(sk);

	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_TCP);
	ps_fill_inet(sk, r);
	r->state = ps_stream_state(state, r);
	fill_queues(sk, r);
	if (state == TCP_FIN_WAIT2 && r->evidence & PS_EV_DEAD)
		r->expires = fin_wait2_left(sk);
	fill_subflow(batch, sk, r);
}

/* The state comes first: a mini object is no struct sock. */
static void add_any(struct ps_batch *batch, struct sock *sk)
{
	struct ps_record *r = ps_batch_add(batch);
	int state;

	if (!r)
		return;
	state = inet_sk_state_load(sk);
	if (state != TCP_TIME_WAIT && state != TCP_NEW_SYN_RECV) {
		tcp_fill(batch, sk, r);
		return;
	}
	r->proto = PORTSOCK_PROTO_TCP;
	ps_fill_inet_mini(sk, r);
}

/*
 * Connections that wait for accept().  A child does not point at its listener;
 * rskq_lock keeps it in the queue, and what is in the queue is not freed.
 */
static void add_accept_queue(struct ps_batch *batch, struct sock *listener)
{
	struct request_sock_queue *queue =
		&inet_csk(listener)->icsk_accept_queue;
	u64 parent = ps_cookie(listener);
	struct request_sock *req;
	struct ps_record *r;

	spin_lock_bh(&queue->rskq_lock);
	for (req = queue->rskq_accept_head; req; req = req->dl_next) {
		r = req->sk ? ps_batch_add(batch) : NULL;
		if (!r)
			continue;
		tcp_fill(batch, req->sk, r);
		if (r->evidence & PS_EV_KERNEL)
			continue;
		r->evidence |= PS_EV_QUEUED;
		r->parent = parent;
		r->has |= PS_HAS_PARENT;
	}
	spin_unlock_bh(&queue->rskq_lock);
}

static int visit_listeners(struct inet_hashinfo *tables, struct ps_batch *batch)
{
	struct ps_listen_bucket *bucket;
	struct ps_listen_node *node;
	struct sock *sk;
	u32 i;
	int err = 0;

	for (i = 0; i < ps_listen_buckets(tables) && !err; i++) {
		bucket = ps_listen_bucket(tables, i);
		if (ps_listen_empty(bucket))
			continue;
		do {
			spin_lock(&bucket->lock);
			ps_listen_for_each(sk, node, bucket) {
				if (!net_eq(sock_net(sk), batch->net))
					continue;
				add_any(batch, sk);
				add_accept_queue(batch, sk);
			}
			spin_unlock(&bucket->lock);
			err = ps_batch_done(batch);
		} while (err == -EAGAIN);
	}
	return err;
}

static void add_established(struct ps_batch *batch, struct sock *sk,
			    bool requests_only)
{
	if (!net_eq(sock_net(sk), batch->net))
		return;
	if (!requests_only || inet_sk_state_load(sk) == TCP_NEW_SYN_RECV)
		add_any(batch, sk);
}

static int visit_established(struct inet_hashinfo *tables,
			     struct ps_batch *batch, bool requests_only)
{
	struct hlist_nulls_node *node;
	spinlock_t *lock;
	struct sock *sk;
	u32 i;
	int err = 0;

	for (i = 0; i <= tables->ehash_mask && !err; i++) {
		if (!(i & 0xfff))
			cond_resched();
		if (hlist_nulls_empty(&tables->ehash[i].chain))
			continue;
		lock = inet_ehash_lockp(tables, i);
		do {
			spin_lock_bh(lock);
			sk_nulls_for_each(sk, node, &tables->ehash[i].chain)
				add_established(batch, sk, requests_only);
			spin_unlock_bh(lock);
			err = ps_batch_done(batch);
		} while (err == -EAGAIN);
	}
	return err;
}

/* TIME_WAITs stand there too; the established table has had them. */
static void add_bound(struct sock *sk, void *arg)
{
	struct ps_batch *batch = arg;

	if (inet_sk_state_load(sk) != TCP_TIME_WAIT &&
	    !ps_batch_knows(batch, ps_cookie(sk)))
		add_any(batch, sk);
}

static int visit_bound(struct inet_hashinfo *tables, struct ps_batch *batch)
{
	struct inet_bind_hashbucket *bucket;
	u32 i;
	int err = 0;

	for (i = 0; i < tables->bhash_size && !err; i++) {
		bucket = &tables->bhash[i];
		if (hlist_empty(&bucket->chain))
			continue;
		do {
			spin_lock_bh(&bucket->lock);
			ps_bind_visit(bucket, batch->net, PS_NO_PORT,
				      add_bound, batch);
			spin_unlock_bh(&bucket->lock);
			err = ps_batch_done(batch);
		} while (err == -EAGAIN);
	}
	return err;
}

struct at_port {
	struct ps_batch *batch;
	bool has_requests;
};

static void add_at_port(struct sock *sk, void *arg)
{
	struct at_port *at = arg;

	add_any(at->batch, sk);
	if (inet_sk_state_load(sk) != TCP_LISTEN)
		return;
	add_accept_queue(at->batch, sk);
	if (reqsk_queue_len(&inet_csk(sk)->icsk_accept_queue))
		at->has_requests = true;
}

static int visit_port(struct inet_hashinfo *tables, u32 port,
		      struct at_port *at)
{
	struct net *net = at->batch->net;
	struct inet_bind_hashbucket *bucket =
		&tables->bhash[inet_bhashfn(net, port, tables->bhash_size)];
	int err;

	do {
		spin_lock_bh(&bucket->lock);
		ps_bind_visit(bucket, net, port, add_at_port, at);
		spin_unlock_bh(&bucket->lock);
		err = ps_batch_done(at->batch);
	} while (err == -EAGAIN);
	return err;
}

/*
 * All that is at a port stands together in the bind table, TIME_WAITs included;
 * but for requests, of which the listener knows only how many there are.
 */
static int visit_ports(struct inet_hashinfo *tables, struct ps_batch *batch)
{
	struct at_port at = { .batch = batch };
	u32 port = ps_filter_next_port(batch->filter, 0);
	int err = 0;

	for (; port != PS_NO_PORT && !err;
	     port = ps_filter_next_port(batch->filter, port + 1))
		err = visit_port(tables, port, &at);
	if (!err && at.has_requests)
		err = visit_established(tables, batch, true);
	return err;
}

static int tcp_visit(struct ps_batch *batch)
{
	struct inet_hashinfo *tables = ps_tcp_hashinfo(batch->net);

	if (ps_batch_wants_few_ports(batch))
		return visit_ports(tables, batch);
	return visit_listeners(tables, batch) ?:
		visit_established(tables, batch, false) ?:
		visit_bound(tables, batch);
}

const struct ps_family ps_family_tcp = {
	.name = "tcp",
	.protos = 1ULL << PORTSOCK_PROTO_TCP,
	.match = tcp_match,
	.visit = tcp_visit,
	.fill = tcp_fill,
};
