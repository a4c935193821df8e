// SPDX-License-Identifier: GPL-2.0
/*
 * Walk of a struct inet_hashinfo, in this order: listeners; the established
 * table, with TIME_WAIT sockets and requests; the bind table.  Only the bind
 * table has sockets that are bound and neither listen nor connect.
 *
 * The order matters: a socket that starts to listen or to connect during the
 * walk stays in the bind table.  The walk adds it there unless an earlier table
 * had it.
 */
#include <net/tcp.h>

#include "compat/inet_connection_sock.h"
#include "compat/inet_hashtables.h"
#include "compat/mptcp.h"
#include "cookie.h"
#include "inet_hash.h"
#include "resched.h"
#include "sock.h"

/* Return true if the walk of another network namespace included a table. */
static bool table_was_walked(const struct ps_inet_hash *h, const void *table,
			     const void *first)
{
	return !ps_batch_is_first(h->batch) && table == first;
}

/*
 * Set the parent of a socket in an accept queue: the TCP listener or, for a
 * subflow, the MPTCP socket of that listener.
 *
 * A child that has fallen back to TCP inherits sk_kern_sock from an MPTCP
 * listener's subflow.  The process that accepts it will own it, so it is not a
 * kernel socket.
 */
static void fill_accept_parent(struct sock *child, struct ps_record *r,
			       u64 listener, u64 mptcp_listener)
{
	if (mptcp_listener && !ps_is_subflow(child))
		r->observed &= ~PS_OBS_KERNEL;
	if (r->observed & PS_OBS_KERNEL) {
		if (!mptcp_listener || r->has & PS_HAS_PARENT)
			return;
		listener = mptcp_listener;
	}
	r->observed |= PS_OBS_QUEUED;
	r->parent = listener;
	r->has |= PS_HAS_PARENT;
	if (ps_record_is_queued_subflow(r))
		r->walk |= PS_WALK_KEEP;
}

/*
 * Add the sockets in a listener's accept queue.  They do not refer to their
 * listener.  rskq_lock keeps them in the queue, and a socket in the queue is
 * not freed.
 */
static void add_accept_queue(const struct ps_inet_hash *h,
			     struct sock *listener)
{
	u64 mptcp_parent = h->mptcp_parent ? h->mptcp_parent(listener) : 0;
	struct request_sock_queue *queue =
		&inet_csk(listener)->icsk_accept_queue;
	struct ps_batch *batch = h->batch;
	u64 parent = ps_cookie(listener);
	struct request_sock *req;
	struct ps_record *r;

	spin_lock_bh(&queue->rskq_lock);
	do {
		for (req = queue->rskq_accept_head;
		     req && !ps_batch_is_full(batch); req = req->dl_next) {
			if (!req->sk ||
			    !ps_batch_enter_queue(batch, listener,
						  ps_cookie(req->sk)))
				continue;
			r = ps_batch_add(batch);
			if (!r)
				break;
			h->fill(batch, req->sk, r);
			fill_accept_parent(req->sk, r, parent, mptcp_parent);
		}
	} while (ps_batch_queue_lost(batch, listener));
	spin_unlock_bh(&queue->rskq_lock);
}

static int walk_listen_bucket(const struct ps_inet_hash *h,
			      struct inet_listen_hashbucket *bucket)
{
	struct hlist_nulls_node *node;
	struct ps_record *r;
	struct sock *sk;
	int err;

	do {
		spin_lock(&bucket->lock);
		sk_nulls_for_each(sk, node, &bucket->nulls_head) {
			if (ps_batch_is_full(h->batch))
				break;
			if (!ps_batch_enter(h->batch, sk))
				continue;
			if (!ps_batch_wants_net(h->batch, sock_net(sk))) {
				ps_batch_skip(h->batch);
				continue;
			}
			r = ps_batch_add(h->batch);
			if (r)
				h->fill(h->batch, sk, r);
			add_accept_queue(h, sk);
		}
		spin_unlock(&bucket->lock);
		err = ps_batch_end_bucket(h->batch);
	} while (err == -EAGAIN);
	return err;
}

static int walk_listeners(const struct ps_inet_hash *h)
{
	struct inet_listen_hashbucket *bucket;
	u32 i;
	int err = 0;

	if (table_was_walked(h, ps_listen_bucket(h->tables, 0),
			     ps_listen_bucket(h->first, 0)))
		return 0;
	for (i = 0; i < ps_listen_buckets(h->tables) && !err; i++) {
		bucket = ps_listen_bucket(h->tables, i);
		if (!ps_listen_empty(bucket))
			err = walk_listen_bucket(h, bucket);
	}
	return err ?: ps_batch_flush(h->batch);
}

static int walk_ehash_bucket(const struct ps_inet_hash *h, u32 i,
			     bool requests_only)
{
	struct inet_ehash_bucket *bucket = &h->tables->ehash[i];
	spinlock_t *lock = inet_ehash_lockp(h->tables, i);
	struct hlist_nulls_node *node;
	struct ps_record *r;
	struct sock *sk;
	int err;

	do {
		spin_lock_bh(lock);
		sk_nulls_for_each(sk, node, &bucket->chain) {
			if (!ps_batch_enter(h->batch, sk)) {
				if (ps_batch_is_full(h->batch))
					break;
				continue;
			}
			if (!ps_batch_wants_net(h->batch, sock_net(sk)) ||
			    (requests_only &&
			     inet_sk_state_load(sk) != TCP_NEW_SYN_RECV)) {
				ps_batch_skip(h->batch);
				continue;
			}
			r = ps_batch_add(h->batch);
			if (r)
				h->fill(h->batch, sk, r);
		}
		spin_unlock_bh(lock);
		err = ps_batch_end_bucket(h->batch);
	} while (err == -EAGAIN);
	return err;
}

/* An empty hlist_nulls begins with the end marker, which is odd. */
static bool four_ehash_buckets_empty(const struct inet_ehash_bucket *buckets)
{
	return (unsigned long)READ_ONCE(buckets[0].chain.first) &
		(unsigned long)READ_ONCE(buckets[1].chain.first) &
		(unsigned long)READ_ONCE(buckets[2].chain.first) &
		(unsigned long)READ_ONCE(buckets[3].chain.first) & 1;
}

static int walk_established(const struct ps_inet_hash *h, bool requests_only)
{
	const struct inet_ehash_bucket *buckets = h->tables->ehash;
	u32 i, stop;
	int err;

	if (!requests_only && table_was_walked(h, buckets, h->first->ehash))
		return 0;
	ps_for_each_resched(i, stop, 0, h->tables->ehash_mask + 1) {
		/* Most buckets are empty: check four at a time. */
		if (!(i & 3) && i + 4 <= stop &&
		    four_ehash_buckets_empty(&buckets[i])) {
			i += 3;
			continue;
		}
		if (hlist_nulls_empty(&buckets[i].chain))
			continue;
		err = walk_ehash_bucket(h, i, requests_only);
		if (err)
			return err;
	}
	return ps_batch_flush(h->batch);
}

/*
 * Add the row of a bind bucket, with its fastreuse state.
 *
 * bind() with SO_REUSEPORT compares a socket with the fastreuse state of a
 * socket that may be closed by now: with its uid and, unless fastreuseport is
 * FASTREUSEPORT_ANY, with its address (sk_reuseport_match() in
 * net/ipv4/inet_connection_sock.c).  Any user can find out by bind() if the uid
 * is the user's own.  Another user's uid is shown only to an opener that could
 * call bind() as that user.
 */
static void add_bind_row(const struct ps_inet_hash *h,
			 const struct inet_bind_bucket *port)
{
	const bool v6 = port->fast_sk_family == AF_INET6;
	const struct ps_batch *batch = h->batch;
	struct ps_bind_row *row;

	row = ps_batch_add_bind_row(h->batch, ps_bind_net(port), port->port,
				    h->proto);
	if (!row)
		return;
	if (port->l3mdev)
		ps_fill_dev_name(ps_bind_net(port), port->l3mdev, row->dev);
	if (port->fastreuse > 0)
		row->flags |= PORTSOCK_FLAG(REUSEADDR);
	if (port->fastreuseport <= 0)
		return;
	row->flags |= PORTSOCK_FLAG(REUSEPORT);
	if (batch->show_bind_uids || uid_eq(port->fastuid, batch->opener_uid)) {
		row->uid = from_kuid_munged(batch->user_ns, port->fastuid);
		row->has |= PS_HAS_UID;
	}
	if (port->fastreuseport == FASTREUSEPORT_ANY)
		return;
	row->local.form = v6 ? PS_FORM_INET6 : PS_FORM_INET;
	row->local.num = port->port;
	memcpy(row->local.ip, ps_bind_address(port), v6 ? 16 : 4);
	if (port->fast_ipv6_only)
		row->flags |= PORTSOCK_FLAG(V6ONLY);
}

/*
 * Add the bind rows of a hash bucket: of one port in @net, or of all ports with
 * PS_NO_PORT and NULL.  A struct inet_bind_bucket has no cookie, so the walk
 * resumes by position.
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
 * Add the sockets of a bind bucket that no earlier table had.  The established
 * table had its TIME_WAIT sockets.
 */
static int walk_bhash_bucket(const struct ps_inet_hash *h,
			     struct inet_bind_hashbucket *bucket)
{
	struct net *net = h->batch->filter_net;
	struct ps_bind_pos pos;
	struct ps_record *r;
	struct sock *sk;
	int err;

	do {
		spin_lock_bh(&bucket->lock);
		ps_bind_for_each(sk, &pos, bucket, net, PS_NO_PORT) {
			if (!ps_batch_enter(h->batch, sk)) {
				if (ps_batch_is_full(h->batch))
					break;
				continue;
			}
			if (inet_sk_state_load(sk) == TCP_TIME_WAIT ||
			    !ps_batch_wants_net(h->batch, sock_net(sk)) ||
			    ps_batch_sink_has(h->batch, ps_cookie(sk))) {
				ps_batch_skip(h->batch);
				continue;
			}
			r = ps_batch_add(h->batch);
			if (r)
				h->fill(h->batch, sk, r);
		}
		spin_unlock_bh(&bucket->lock);
		err = ps_batch_end_bucket(h->batch);
	} while (err == -EAGAIN);
	return err;
}

/* An empty hlist begins with NULL. */
static bool four_bhash_buckets_empty(const struct inet_bind_hashbucket *buckets)
{
	return !((unsigned long)READ_ONCE(buckets[0].chain.first) |
		 (unsigned long)READ_ONCE(buckets[1].chain.first) |
		 (unsigned long)READ_ONCE(buckets[2].chain.first) |
		 (unsigned long)READ_ONCE(buckets[3].chain.first));
}

static int walk_bound(const struct ps_inet_hash *h)
{
	const bool bind_rows = ps_batch_wants_bind_rows(h->batch);
	struct inet_bind_hashbucket *buckets = h->tables->bhash;
	u32 i, stop;
	int err = 0;

	if (table_was_walked(h, buckets, h->first->bhash))
		return 0;
	ps_for_each_resched(i, stop, 0, h->tables->bhash_size) {
		if (!(i & 3) && i + 4 <= stop &&
		    four_bhash_buckets_empty(&buckets[i])) {
			i += 3;
			continue;
		}
		if (hlist_empty(&buckets[i].chain))
			continue;
		if (bind_rows)
			err = walk_bind_rows(h, &buckets[i], PS_NO_PORT, NULL);
		err = err ?: walk_bhash_bucket(h, &buckets[i]);
		if (err)
			return err;
	}
	return ps_batch_flush(h->batch);
}

/*
 * Add all sockets of a port, including TIME_WAIT sockets.  Requests are not in
 * the bind table: set @has_requests if a listener has any.
 */
static int walk_port(const struct ps_inet_hash *h, u32 number,
		     bool *has_requests)
{
	struct inet_hashinfo *tables = h->tables;
	struct net *net = h->batch->walk_net;
	struct inet_bind_hashbucket *bucket =
		&tables->bhash[inet_bhashfn(net, number, tables->bhash_size)];
	struct ps_bind_pos pos;
	struct ps_record *r;
	struct sock *sk;
	int err = 0;

	if (ps_batch_wants_bind_rows(h->batch))
		err = walk_bind_rows(h, bucket, number, net);
	if (err)
		return err;
	do {
		spin_lock_bh(&bucket->lock);
		ps_bind_for_each(sk, &pos, bucket, net, number) {
			if (ps_batch_is_full(h->batch))
				break;
			if (!ps_batch_enter(h->batch, sk))
				continue;
			r = ps_batch_add(h->batch);
			if (r)
				h->fill(h->batch, sk, r);
			if (inet_sk_state_load(sk) != TCP_LISTEN)
				continue;
			add_accept_queue(h, sk);
			if (reqsk_queue_len(&inet_csk(sk)->icsk_accept_queue))
				*has_requests = true;
		}
		spin_unlock_bh(&bucket->lock);
		err = ps_batch_flush(h->batch);
	} while (err == -EAGAIN);
	return err;
}

/* Walk the bind buckets of the filter's ports instead of all tables. */
static int walk_ports(const struct ps_inet_hash *h)
{
	const struct ps_filter *filter = h->batch->filter;
	u32 port = ps_filter_next_port(filter, 0);
	bool has_requests = false;
	int err = 0;

	for (; port != PS_NO_PORT && !err;
	     port = ps_filter_next_port(filter, port + 1))
		err = walk_port(h, port, &has_requests);
	/* Only the established table lists requests. */
	if (!err && has_requests && !h->batch->state_only)
		err = walk_established(h, true);
	return err;
}

/**
 * ps_inet_hash_walk() - Walk a protocol's tables
 * @h: the walk
 *
 * Context: process, may sleep.
 * Return: 0 or the error of ps_batch_flush().
 */
int ps_inet_hash_walk(const struct ps_inet_hash *h)
{
	if (ps_filter_has_few_ports(h->batch->filter))
		return walk_ports(h);
	return walk_listeners(h) ?: walk_established(h, false) ?:
		walk_bound(h);
}
