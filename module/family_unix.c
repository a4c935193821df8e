// SPDX-License-Identifier: GPL-2.0
#include "compat/af_unix.h"
#include "family.h"

static bool unix_match(const struct sock *sk)
{
	return sk->sk_family == AF_UNIX;
}

static u8 unix_state(const struct sock *sk)
{
	switch (READ_ONCE(sk->sk_state)) {
	case TCP_LISTEN:
		return PORTSOCK_LISTEN;
	case TCP_ESTABLISHED:
		return PORTSOCK_ESTABLISHED;
	default:
		return PORTSOCK_UNCONN;
	}
}

/*
 * A name is set once and released with the socket; abstract ones begin with a
 * NUL.
 */
static void fill_name(struct ps_batch *batch, struct sock *sk,
		      struct ps_end *end)
{
	const struct unix_address *addr;
	const char *path;
	int len;

	/* Pairs with smp_store_release() in unix_bind_bsd() and its like. */
	addr = smp_load_acquire(&unix_sk(sk)->addr);
	if (!addr)
		return;
	path = addr->name->sun_path;
	len = addr->len - offsetof(struct sockaddr_un, sun_path);
	if (len <= 0)
		return;
	if (*path) {
		end->form = PS_FORM_PATH;
		end->len = strnlen(path, len);
	} else {
		end->form = PS_FORM_ABSTRACT;
		end->len = len - 1;
		path++;
	}
	end->text = ps_batch_text(batch, path, end->len);
}

/*
 * The peer of a socket has a reference as long as it is the peer, which changes
 * under the socket's own lock only.  One in another network namespace has a
 * name that nobody can learn here, but from the socket's holder.
 */
static void fill_peer(struct ps_batch *batch, struct sock *sk,
		      struct ps_record *r)
{
	struct sock *peer;

	unix_state_lock(sk);
	peer = ps_unix_peer(sk);
	if (peer && net_eq(sock_net(peer), sock_net(sk)))
		fill_name(batch, peer, &r->remote);
	unix_state_unlock(sk);
}

/* As unix_diag has it: sk_diag_show_rqlen(). */
static void fill_queues(struct sock *sk, struct ps_record *r)
{
	if (r->state == PORTSOCK_LISTEN) {
		r->rxq = skb_queue_len_lockless(&sk->sk_receive_queue);
		r->txq = READ_ONCE(sk->sk_max_ack_backlog);
	} else {
		r->rxq = max_t(long, ps_unix_inq_len(sk), 0);
		r->txq = max_t(long, ps_unix_outq_len(sk), 0);
	}
	r->has |= PS_HAS_QUEUES;
}

static void unix_fill(struct ps_batch *batch, struct sock *sk,
		      struct ps_record *r)
{
	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_UNIX);
	r->state = unix_state(sk);
	fill_name(batch, sk, &r->local);
	fill_peer(batch, sk, r);
	fill_queues(sk, r);
}

/*
 * Connections that wait for accept() stand in the table themselves; what only
 * the listener's queue tells is whose they are.  Nothing of the child is read
 * here but its cookie: its own queue's lock is of the same class.
 */
static void add_accept_queue(struct ps_batch *batch, struct sock *listener)
{
	u64 parent = ps_cookie(listener);
	struct ps_record *r;
	struct sk_buff *skb;

	spin_lock(&listener->sk_receive_queue.lock);
	skb_queue_walk(&listener->sk_receive_queue, skb) {
		r = skb->sk ? ps_batch_add(batch) : NULL;
		if (!r)
			continue;
		r->proto = PORTSOCK_PROTO_UNIX;
		r->cookie = ps_cookie(skb->sk);
		r->evidence = PS_EV_GONE;
		r->parent = parent;
		r->has = PS_HAS_PARENT;
	}
	spin_unlock(&listener->sk_receive_queue.lock);
}

static void add_sock(struct ps_batch *batch, struct sock *sk)
{
	struct ps_record *r = ps_batch_add(batch);

	if (!r)
		return;
	unix_fill(batch, sk, r);
	if (r->state == PORTSOCK_LISTEN)
		add_accept_queue(batch, sk);
}

static int unix_visit(struct ps_batch *batch)
{
	struct sock *sk;
	u32 i;
	int err = 0;

	for (i = 0; i < PS_UNIX_BUCKETS && !err; i++) {
		if (hlist_empty(ps_unix_bucket(batch->net, i)))
			continue;
		do {
			spin_lock(ps_unix_lock(batch->net, i));
			sk_for_each(sk, ps_unix_bucket(batch->net, i))
				if (net_eq(sock_net(sk), batch->net))
					add_sock(batch, sk);
			spin_unlock(ps_unix_lock(batch->net, i));
			err = ps_batch_done(batch);
		} while (err == -EAGAIN);
	}
	return err;
}

const struct ps_family ps_family_unix = {
	.name = "unix",
	.protos = 1ULL << PORTSOCK_PROTO_UNIX,
	.portless = true,
	.match = unix_match,
	.visit = unix_visit,
	.fill = unix_fill,
};
