// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of TCP and of what was made after it: listeners, then the
 * established, TIME_WAIT and request table, then the bind table, which alone
 * has the sockets that are bound and nothing else.  The order matters: a socket
 * that listens or connects during the walk stands in the bind table still, and
 * is known by then or found there.
 */
#include <net/tcp.h>

#include "breathe.h"
#include "compat/inet_connection_sock.h"
#include "compat/inet_hashtables.h"
#include "compat/mptcp.h"
#include "hashed.h"

/* The state comes first: a mini object is no struct sock. */
static void add_any(const struct ps_hashed *h, struct sock *sk)
{
	struct ps_record *r = ps_batch_add(h->batch);
	int state;

	if (!r)
		return;
	state = inet_sk_state_load(sk);
	if (state != TCP_TIME_WAIT && state != TCP_NEW_SYN_RECV) {
		h->fill(h->batch, sk, r);
		return;
	}
	r->proto = h->proto;
	ps_fill_inet_mini(sk, r);
}

/*
 * Who the child waits for: its own listener, or the one that this is part of.
 * A child of the latter that is no part of anything looks like the kernel's, as
 * its listener is, and will be whose accept() returns it.
 */
static void note_queued(struct sock *child, struct ps_record *r, u64 listener,
			u64 whole)
{
	if (whole && !ps_is_subflow(child))
		r->evidence &= ~PS_EV_KERNEL;
	if (r->evidence & PS_EV_KERNEL) {
		if (!whole || r->has & PS_HAS_PARENT)
			return;
		listener = whole;
	}
	r->evidence |= PS_EV_QUEUED;
	r->parent = listener;
	r->has |= PS_HAS_PARENT;
	if (ps_record_is_queued_part(r))
		r->evidence |= PS_EV_WITNESS;
}

/*
 * Connections that wait for accept().  A child does not point at its listener;
 * rskq_lock keeps it in the queue, and what is in the queue is not freed.
 */
static void add_accept_queue(const struct ps_hashed *h, struct sock *listener)
{
	struct request_sock_queue *queue =
		&inet_csk(listener)->icsk_accept_queue;
	u64 whole = h->whole ? h->whole(listener) : 0;
	u64 parent = ps_cookie(listener);
	struct request_sock *req;
	struct ps_record *r;

	spin_lock_bh(&queue->rskq_lock);
	for (req = queue->rskq_accept_head; req; req = req->dl_next) {
		r = req->sk ? ps_batch_add(h->batch) : NULL;
		if (!r)
			continue;
		h->fill(h->batch, req->sk, r);
		note_queued(req->sk, r, parent, whole);
	}
	spin_unlock_bh(&queue->rskq_lock);
}

/* Whether a table was walked for the sake of another network namespace. */
static bool is_walked(const struct ps_hashed *h, const void *table,
		      const void *first)
{
	return !ps_batch_is_first(h->batch) && table == first;
}

static int visit_listeners(const struct ps_hashed *h)
{
	struct ps_listen_bucket *bucket;
	struct ps_listen_node *node;
	struct sock *sk;
	u32 i;
	int err = 0;

	if (is_walked(h, ps_listen_bucket(h->tables, 0),
		      ps_listen_bucket(h->first, 0)))
		return 0;
	for (i = 0; i < ps_listen_buckets(h->tables) && !err; i++) {
		bucket = ps_listen_bucket(h->tables, i);
		if (ps_listen_empty(bucket))
			continue;
		do {
			spin_lock(&bucket->lock);
			ps_listen_for_each(sk, node, bucket) {
				if (!ps_batch_wants_net(h->batch, sock_net(sk)))
					continue;
				add_any(h, sk);
				add_accept_queue(h, sk);
			}
			spin_unlock(&bucket->lock);
			err = ps_batch_next(h->batch);
		} while (err == -EAGAIN);
	}
	return err ?: ps_batch_done(h->batch);
}

static void add_established(const struct ps_hashed *h, struct sock *sk,
			    bool requests_only)
{
	if (!ps_batch_wants_net(h->batch, sock_net(sk)))
		return;
	if (!requests_only || inet_sk_state_load(sk) == TCP_NEW_SYN_RECV)
		add_any(h, sk);
}

/*
 * Most buckets are empty, so they are looked at four at a time: a chain that is
 * empty begins with an odd number (hlist_nulls), or with none.
 */
static bool four_established_empty(const struct inet_ehash_bucket *buckets)
{
	return (unsigned long)READ_ONCE(buckets[0].chain.first) &
		(unsigned long)READ_ONCE(buckets[1].chain.first) &
		(unsigned long)READ_ONCE(buckets[2].chain.first) &
		(unsigned long)READ_ONCE(buckets[3].chain.first) & 1;
}

static bool four_bound_empty(const struct inet_bind_hashbucket *buckets)
{
	return !((unsigned long)READ_ONCE(buckets[0].chain.first) |
		 (unsigned long)READ_ONCE(buckets[1].chain.first) |
		 (unsigned long)READ_ONCE(buckets[2].chain.first) |
		 (unsigned long)READ_ONCE(buckets[3].chain.first));
}

static int visit_chain(const struct ps_hashed *h, u32 i, bool requests_only)
{
	struct inet_ehash_bucket *bucket = &h->tables->ehash[i];
	spinlock_t *lock = inet_ehash_lockp(h->tables, i);
	struct hlist_nulls_node *node;
	struct sock *sk;
	int err;

	do {
		spin_lock_bh(lock);
		sk_nulls_for_each(sk, node, &bucket->chain)
			add_established(h, sk, requests_only);
		spin_unlock_bh(lock);
		err = ps_batch_next(h->batch);
	} while (err == -EAGAIN);
	return err;
}

static int visit_established(const struct ps_hashed *h, bool requests_only)
{
	const struct inet_ehash_bucket *buckets = h->tables->ehash;
	u32 i, stop;
	int err;

	if (!requests_only && is_walked(h, buckets, h->first->ehash))
		return 0;
	ps_for_breathing(i, stop, 0, h->tables->ehash_mask + 1) {
		if (!(i & 3) && i + 4 <= stop &&
		    four_established_empty(&buckets[i])) {
			i += 3;
			continue;
		}
		if (hlist_nulls_empty(&buckets[i].chain))
			continue;
		err = visit_chain(h, i, requests_only);
		if (err)
			return err;
	}
	return ps_batch_done(h->batch);
}

/**
 * struct bound - a walk through the bind table
 * @h: whose
 * @has_requests: a listener that was met has requests
 */
struct bound {
	const struct ps_hashed *h;
	bool has_requests;
};

/*
 * Who comes with SO_REUSEPORT is compared with one that once bound the port, and
 * may be gone: with his address too, if the port was not his alone
 * (sk_reuseport_match() in net/ipv4/inet_connection_sock.c).  Anybody can find
 * out by bind() if it was he himself; if it was another is told to whom could
 * bind() as that one.
 */
static void fill_reuseport(const struct ps_batch *batch,
			   const struct inet_bind_bucket *port,
			   struct ps_record *r)
{
	r->flags |= PORTSOCK_FLAG(REUSEPORT);
	if (batch->all_uids || uid_eq(port->fastuid, batch->opener)) {
		r->uid = from_kuid_munged(batch->user_ns, port->fastuid);
		r->has |= PS_HAS_UID;
	}
	if (port->fastreuseport == FASTREUSEPORT_ANY)
		return;
	ps_fill_bound_at(port->fast_sk_family, ps_bind_address(port),
			 port->port, &r->local);
	if (port->fast_ipv6_only)
		r->flags |= PORTSOCK_FLAG(V6ONLY);
}

/* What a port remembers of those who bound it, in the form of a row. */
static void add_bucket(const struct inet_bind_bucket *port, void *arg)
{
	const struct ps_hashed *h = ((struct bound *)arg)->h;
	struct ps_record *r = ps_batch_tell(h->batch, ps_bind_net(port),
					    port->port, h->proto);

	if (!r)
		return;
	ps_fill_dev(ps_bind_net(port), port->l3mdev, r);
	if (port->fastreuse > 0)
		r->flags |= PORTSOCK_FLAG(REUSEADDR);
	if (port->fastreuseport > 0)
		fill_reuseport(h->batch, port, r);
}

/* TIME_WAITs stand there too; the established table has had them. */
static void add_bound(struct sock *sk, void *arg)
{
	const struct ps_hashed *h = ((struct bound *)arg)->h;

	if (inet_sk_state_load(sk) != TCP_TIME_WAIT &&
	    ps_batch_wants_net(h->batch, sock_net(sk)) &&
	    !ps_batch_knows(h->batch, ps_cookie(sk)))
		add_any(h, sk);
}

static int visit_bound_bucket(struct bound *bound,
			      const struct ps_bind_visitor *visitor,
			      struct inet_bind_hashbucket *bucket)
{
	struct ps_batch *batch = bound->h->batch;
	int err;

	do {
		spin_lock_bh(&bucket->lock);
		ps_bind_visit(bucket, batch->net, PS_NO_PORT, visitor, bound);
		spin_unlock_bh(&bucket->lock);
		err = ps_batch_next(batch);
	} while (err == -EAGAIN);
	return err;
}

static int visit_bound(const struct ps_hashed *h)
{
	const struct ps_bind_visitor visitor = {
		.port = ps_batch_tells(h->batch) ? add_bucket : NULL,
		.sock = add_bound,
	};
	struct inet_bind_hashbucket *buckets = h->tables->bhash;
	struct bound bound = { .h = h };
	u32 i, stop;
	int err;

	if (is_walked(h, buckets, h->first->bhash))
		return 0;
	ps_for_breathing(i, stop, 0, h->tables->bhash_size) {
		if (!(i & 3) && i + 4 <= stop &&
		    four_bound_empty(&buckets[i])) {
			i += 3;
			continue;
		}
		if (hlist_empty(&buckets[i].chain))
			continue;
		err = visit_bound_bucket(&bound, &visitor, &buckets[i]);
		if (err)
			return err;
	}
	return ps_batch_done(h->batch);
}

static void add_at_port(struct sock *sk, void *arg)
{
	struct bound *bound = arg;

	add_any(bound->h, sk);
	if (inet_sk_state_load(sk) != TCP_LISTEN)
		return;
	add_accept_queue(bound->h, sk);
	if (reqsk_queue_len(&inet_csk(sk)->icsk_accept_queue))
		bound->has_requests = true;
}

static const struct ps_bind_visitor visitor_at_port = {
	.port = add_bucket,
	.sock = add_at_port,
};

static int visit_port(u32 port, struct bound *bound)
{
	struct inet_hashinfo *tables = bound->h->tables;
	struct net *net = bound->h->batch->at;
	struct inet_bind_hashbucket *bucket =
		&tables->bhash[inet_bhashfn(net, port, tables->bhash_size)];
	int err;

	do {
		spin_lock_bh(&bucket->lock);
		ps_bind_visit(bucket, net, port, &visitor_at_port, bound);
		spin_unlock_bh(&bucket->lock);
		err = ps_batch_done(bound->h->batch);
	} while (err == -EAGAIN);
	return err;
}

/*
 * All that is at a port of a namespace stands together in the bind table,
 * TIME_WAITs included; but for requests, of which the listener knows only how
 * many there are.
 */
static int visit_ports(const struct ps_hashed *h)
{
	const struct ps_filter *filter = h->batch->filter;
	struct bound bound = { .h = h };
	u32 port = ps_filter_next_port(filter, 0);
	int err = 0;

	for (; port != PS_NO_PORT && !err;
	     port = ps_filter_next_port(filter, port + 1))
		err = visit_port(port, &bound);
	if (!err && bound.has_requests && !h->batch->brief)
		err = visit_established(h, true);
	return err;
}

/**
 * ps_hashed_visit() - walk a protocol's tables
 * @h: protocol
 *
 * Context: process, may sleep.
 * Return: 0 or what ps_batch_done() said.
 */
int ps_hashed_visit(const struct ps_hashed *h)
{
	if (ps_wants_few_ports(h->batch->filter))
		return visit_ports(h);
	return visit_listeners(h) ?: visit_established(h, false) ?:
		visit_bound(h);
}
