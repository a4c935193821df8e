// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of TCP and of what was made after it: listeners, then the
 * established, TIME_WAIT and request table, then the bind table, which alone
 * has the sockets that are bound and nothing else.  The order matters: a socket
 * that listens or connects during the walk stands in the bind table still, and
 * is known by then or found there.
 */
#include <net/tcp.h>

#include "resched.h"
#include "compat/inet_connection_sock.h"
#include "compat/inet_hashtables.h"
#include "compat/mptcp.h"
#include "inet_hash.h"

/* The state comes first: a mini object is no struct sock. */
static void add_any(const struct ps_inet_hash *h, struct sock *sk)
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
	ps_fill_inet_small(sk, r);
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
		r->observed &= ~PS_OBS_KERNEL;
	if (r->observed & PS_OBS_KERNEL) {
		if (!whole || r->has & PS_HAS_PARENT)
			return;
		listener = whole;
	}
	r->observed |= PS_OBS_QUEUED;
	r->parent = listener;
	r->has |= PS_HAS_PARENT;
	if (ps_record_is_queued_subflow(r))
		r->walk |= PS_WALK_KEEP;
}

/*
 * Connections that wait for accept().  A child does not point at its listener;
 * rskq_lock keeps it in the queue, and what is in the queue is not freed.
 */
static void add_accept_queue(const struct ps_inet_hash *h, struct sock *listener)
{
	struct request_sock_queue *queue =
		&inet_csk(listener)->icsk_accept_queue;
	u64 whole = h->whole ? h->whole(listener) : 0;
	u64 parent = ps_cookie(listener);
	struct request_sock *req;
	struct ps_record *r;

	spin_lock_bh(&queue->rskq_lock);
	do {
		for (req = queue->rskq_accept_head;
		     req && !ps_batch_is_full(h->batch); req = req->dl_next) {
			if (!req->sk || !ps_batch_enter_queue(h->batch, listener,
							      ps_cookie(req->sk)))
				continue;
			r = ps_batch_add(h->batch);
			if (!r)
				break;
			h->fill(h->batch, req->sk, r);
			note_queued(req->sk, r, parent, whole);
		}
	} while (ps_batch_queue_lost(h->batch, listener));
	spin_unlock_bh(&queue->rskq_lock);
}

/* Whether a table was walked for the sake of another network namespace. */
static bool is_walked(const struct ps_inet_hash *h, const void *table,
		      const void *first)
{
	return !ps_batch_is_first(h->batch) && table == first;
}

static void add_listener(const struct ps_inet_hash *h, struct sock *sk)
{
	if (!ps_batch_wants_net(h->batch, sock_net(sk))) {
		ps_batch_skip(h->batch);
		return;
	}
	add_any(h, sk);
	add_accept_queue(h, sk);
}

static int walk_listeners(const struct ps_inet_hash *h)
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
				if (ps_batch_enter(h->batch, sk))
					add_listener(h, sk);
				if (ps_batch_is_full(h->batch))
					break;
			}
			spin_unlock(&bucket->lock);
			err = ps_batch_end_bucket(h->batch);
		} while (err == -EAGAIN);
	}
	return err ?: ps_batch_flush(h->batch);
}

static void add_established(const struct ps_inet_hash *h, struct sock *sk,
			    bool requests_only)
{
	if (ps_batch_wants_net(h->batch, sock_net(sk)) &&
	    (!requests_only || inet_sk_state_load(sk) == TCP_NEW_SYN_RECV))
		add_any(h, sk);
	else
		ps_batch_skip(h->batch);
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

static int walk_chain(const struct ps_inet_hash *h, u32 i, bool requests_only)
{
	struct inet_ehash_bucket *bucket = &h->tables->ehash[i];
	spinlock_t *lock = inet_ehash_lockp(h->tables, i);
	struct hlist_nulls_node *node;
	struct sock *sk;
	int err;

	do {
		spin_lock_bh(lock);
		sk_nulls_for_each(sk, node, &bucket->chain) {
			if (ps_batch_enter(h->batch, sk))
				add_established(h, sk, requests_only);
			else if (ps_batch_is_full(h->batch))
				break;
		}
		spin_unlock_bh(lock);
		err = ps_batch_end_bucket(h->batch);
	} while (err == -EAGAIN);
	return err;
}

static int walk_established(const struct ps_inet_hash *h, bool requests_only)
{
	const struct inet_ehash_bucket *buckets = h->tables->ehash;
	u32 i, stop;
	int err;

	if (!requests_only && is_walked(h, buckets, h->first->ehash))
		return 0;
	ps_for_each_resched(i, stop, 0, h->tables->ehash_mask + 1) {
		if (!(i & 3) && i + 4 <= stop &&
		    four_established_empty(&buckets[i])) {
			i += 3;
			continue;
		}
		if (hlist_nulls_empty(&buckets[i].chain))
			continue;
		err = walk_chain(h, i, requests_only);
		if (err)
			return err;
	}
	return ps_batch_flush(h->batch);
}

/*
 * Who comes with SO_REUSEPORT is compared with one that once bound the port, and
 * may be gone: with his address too, if the port was not his alone
 * (sk_reuseport_match() in net/ipv4/inet_connection_sock.c).  Anybody can find
 * out by bind() if it was he himself; if it was another is told to whom could
 * bind() as that one.
 */
static void fill_reuseport(const struct ps_batch *batch,
			   const struct inet_bind_bucket *port,
			   struct ps_bind_row *row)
{
	row->flags |= PORTSOCK_FLAG(REUSEPORT);
	if (batch->show_bind_uids || uid_eq(port->fastuid, batch->opener_uid)) {
		row->uid = from_kuid_munged(batch->user_ns, port->fastuid);
		row->has |= PS_HAS_UID;
	}
	if (port->fastreuseport == FASTREUSEPORT_ANY)
		return;
	ps_fill_bound_at(port->fast_sk_family, ps_bind_address(port),
			 port->port, &row->local);
	if (port->fast_ipv6_only)
		row->flags |= PORTSOCK_FLAG(V6ONLY);
}

static void add_bind_row(const struct ps_inet_hash *h,
			 const struct inet_bind_bucket *port)
{
	struct ps_bind_row *row;

	row = ps_batch_add_bind_row(h->batch, ps_bind_net(port), port->port,
				    h->proto);
	if (!row)
		return;
	if (port->l3mdev)
		ps_fill_dev_name(ps_bind_net(port), port->l3mdev, row->dev);
	if (port->fastreuse > 0)
		row->flags |= PORTSOCK_FLAG(REUSEADDR);
	if (port->fastreuseport > 0)
		fill_reuseport(h->batch, port, row);
}

/*
 * Add the bind rows of a hash bucket: of a port and a network namespace, or
 * PS_NO_PORT and NULL for all.  A struct inet_bind_bucket has no cookie, so the
 * walk resumes by position.
 */
static int walk_bind_rows(const struct ps_inet_hash *h,
			  struct inet_bind_hashbucket *bucket,
			  u32 number, const struct net *net)
{
	struct inet_bind_bucket *port;
	u32 pos, done = 0;
	bool more;
	int err;

	do {
		pos = 0;
		more = false;
		spin_lock_bh(&bucket->lock);
		inet_bind_bucket_for_each(port, &bucket->chain) {
			if (pos++ < done)
				continue;
			more = !ps_batch_has_room(h->batch, 1) ||
				pos - done > PS_BATCH_SKIPPED;
			if (more)
				break;
			if ((number == PS_NO_PORT || port->port == number) &&
			    (!net || net_eq(ps_bind_net(port), net)))
				add_bind_row(h, port);
		}
		spin_unlock_bh(&bucket->lock);
		done = more ? pos - 1 : 0;
		err = more ? ps_batch_flush(h->batch) :
			ps_batch_end_bucket(h->batch);
	} while (!err && more);
	return err;
}

/*
 * A socket in the bind table: TIME_WAITs are in it too, the established table
 * has had them.
 */
static void add_bound(const struct ps_inet_hash *h, struct sock *sk)
{
	if (inet_sk_state_load(sk) != TCP_TIME_WAIT &&
	    ps_batch_wants_net(h->batch, sock_net(sk)) &&
	    !ps_batch_sink_has(h->batch, ps_cookie(sk)))
		add_any(h, sk);
	else
		ps_batch_skip(h->batch);
}

static int walk_bucket_socks(const struct ps_inet_hash *h,
			      struct inet_bind_hashbucket *bucket)
{
	struct ps_bind_pos pos;
	struct sock *sk;
	int err;

	do {
		spin_lock_bh(&bucket->lock);
		ps_bind_for_each(sk, &pos, bucket, h->batch->filter_net, PS_NO_PORT) {
			if (ps_batch_enter(h->batch, sk))
				add_bound(h, sk);
			else if (ps_batch_is_full(h->batch))
				break;
		}
		spin_unlock_bh(&bucket->lock);
		err = ps_batch_end_bucket(h->batch);
	} while (err == -EAGAIN);
	return err;
}

static int walk_bound(const struct ps_inet_hash *h)
{
	struct inet_bind_hashbucket *buckets = h->tables->bhash;
	const bool tells = ps_batch_wants_bind_rows(h->batch);
	u32 i, stop;
	int err = 0;

	if (is_walked(h, buckets, h->first->bhash))
		return 0;
	ps_for_each_resched(i, stop, 0, h->tables->bhash_size) {
		if (!(i & 3) && i + 4 <= stop &&
		    four_bound_empty(&buckets[i])) {
			i += 3;
			continue;
		}
		if (hlist_empty(&buckets[i].chain))
			continue;
		if (tells)
			err = walk_bind_rows(h, &buckets[i], PS_NO_PORT, NULL);
		err = err ?: walk_bucket_socks(h, &buckets[i]);
		if (err)
			return err;
	}
	return ps_batch_flush(h->batch);
}

/* Returns whether a listener at the port has requests. */
static bool add_at_port(const struct ps_inet_hash *h, struct sock *sk)
{
	add_any(h, sk);
	if (inet_sk_state_load(sk) != TCP_LISTEN)
		return false;
	add_accept_queue(h, sk);
	return reqsk_queue_len(&inet_csk(sk)->icsk_accept_queue);
}

static int walk_port(u32 number, const struct ps_inet_hash *h,
		      bool *has_requests)
{
	struct inet_hashinfo *tables = h->tables;
	struct net *net = h->batch->walk_net;
	struct inet_bind_hashbucket *bucket =
		&tables->bhash[inet_bhashfn(net, number, tables->bhash_size)];
	struct ps_bind_pos pos;
	struct sock *sk;
	int err = 0;

	if (ps_batch_wants_bind_rows(h->batch))
		err = walk_bind_rows(h, bucket, number, net);
	if (err)
		return err;
	do {
		spin_lock_bh(&bucket->lock);
		ps_bind_for_each(sk, &pos, bucket, net, number) {
			if (ps_batch_enter(h->batch, sk))
				*has_requests |= add_at_port(h, sk);
			if (ps_batch_is_full(h->batch))
				break;
		}
		spin_unlock_bh(&bucket->lock);
		err = ps_batch_flush(h->batch);
	} while (err == -EAGAIN);
	return err;
}

/*
 * All sockets at a port of a namespace are in one bucket of the bind table,
 * TIME_WAITs included, but for requests: a listener knows only how many it has.
 */
static int walk_ports(const struct ps_inet_hash *h)
{
	const struct ps_filter *filter = h->batch->filter;
	u32 port = ps_filter_next_port(filter, 0);
	bool has_requests = false;
	int err = 0;

	for (; port != PS_NO_PORT && !err;
	     port = ps_filter_next_port(filter, port + 1))
		err = walk_port(port, h, &has_requests);
	if (!err && has_requests && !h->batch->state_only)
		err = walk_established(h, true);
	return err;
}

/**
 * ps_inet_hash_walk() - walk a protocol's tables
 * @h: protocol
 *
 * Context: process, may sleep.
 * Return: 0 or what ps_batch_flush() said.
 */
int ps_inet_hash_walk(const struct ps_inet_hash *h)
{
	if (ps_filter_has_few_ports(h->batch->filter))
		return walk_ports(h);
	return walk_listeners(h) ?: walk_established(h, false) ?:
		walk_bound(h);
}
