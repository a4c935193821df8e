// SPDX-License-Identifier: GPL-2.0
#include <linux/delay.h>
#include <linux/sched/signal.h>

#include "../compat/af_unix.h"
#include "../compat/net.h"
#include "../proto.h"
#include "../sock.h"

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
 * A name is set once and released with the socket; an abstract name begins with
 * a NUL.  addr->len may count one byte more than sun_path has: unix_mkname_bsd()
 * writes and counts a NUL behind a path of UNIX_PATH_MAX bytes.  So the length
 * is cut to the array, which FORTIFY_SOURCE insists on.
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
	len = addr->len - (int)offsetof(struct sockaddr_un, sun_path);
	len = min(len, UNIX_PATH_MAX);
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
	if (!end->text)
		end->len = 0;
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
 * the listener's queue tells is whose they are.
 */
static void add_accept_queue(struct ps_batch *batch, struct sock *listener)
{
	struct sk_buff *skb;

	spin_lock(&listener->sk_receive_queue.lock);
	do {
		skb_queue_walk(&listener->sk_receive_queue, skb) {
			if (ps_batch_is_full(batch))
				break;
			if (skb->sk && ps_batch_enter_queue(batch, listener,
							    ps_cookie(skb->sk)))
				ps_batch_add_link(batch, PS_LINK_QUEUED,
						  listener, skb->sk);
		}
	} while (ps_batch_queue_lost(batch, listener));
	spin_unlock(&listener->sk_receive_queue.lock);
}

/* A file that a message holds is open: its socket and sock are there. */
static void add_file(struct ps_batch *batch, struct sock *carrier,
		     struct file *file)
{
	struct socket *socket = ps_sock_from_file(file);
	struct sock *sk = socket ? READ_ONCE(socket->sk) : NULL;
	struct ps_record *r;

	if (!sk || !ps_batch_wants_net(batch, sock_net(sk))) {
		ps_batch_skip(batch);
		return;
	}
	ps_batch_add_link(batch, PS_LINK_INFLIGHT, carrier, sk);
	/*
	 * The table has unix sockets.  They are not read here: the locks of two
	 * receive queues are of one lockdep class.
	 */
	if (sk->sk_family == AF_UNIX || ps_batch_sink_has(batch, ps_cookie(sk)))
		return;
	r = ps_batch_add(batch);
	if (!r)
		return;
	ps_protos_fill(batch, sk, r);
	r->observed |= PS_OBS_INFLIGHT;
}

/* Files have no cookie, so the walk through a queue goes on by position. */
static void add_files(struct ps_batch *batch, struct sock *sk)
{
	const u64 resume = ps_batch_queue_pos(batch, sk);
	const struct scm_fp_list *files;
	struct sk_buff *skb;
	u64 pos = 0;
	int i;

	skb_queue_walk(&sk->sk_receive_queue, skb) {
		files = ps_unix_files(skb);
		if (files && pos + files->count < resume) {
			pos += files->count;
			continue;
		}
		for (i = 0; files && i < files->count; i++) {
			if (ps_batch_is_full(batch))
				return;
			if (ps_batch_enter_queue(batch, sk, ++pos))
				add_file(batch, sk, files->fp[i]);
		}
	}
}

/*
 * A stream's files are taken from a message that stays in the queue, under
 * iolock (unix_stream_read_generic()).  A process may hold iolock for as long as
 * it likes, so it is only tried.  Return false if it is held.
 */
static bool try_files(struct ps_batch *batch, struct sock *sk)
{
	if (!ps_unix_has_files(sk))
		return true;
	if (!mutex_trylock(&unix_sk(sk)->iolock))
		return false;
	spin_lock(&sk->sk_receive_queue.lock);
	do {
		add_files(batch, sk);
	} while (ps_batch_queue_lost(batch, sk));
	spin_unlock(&sk->sk_receive_queue.lock);
	mutex_unlock(&unix_sk(sk)->iolock);
	return true;
}

/**
 * struct unix_walk - a walk through the table of a network namespace
 * @batch: where the sockets go
 * @wanted: the sockets are wanted; else only what their queues contain
 * @busy: a queue of this bucket was locked by a process that receives from it
 * @sections: of this bucket
 * @tries: how often a bucket may be read again for that reason
 */
struct unix_walk {
	struct ps_batch *batch;
	bool wanted;
	bool busy;
	u32 sections;
	u32 tries;
};

#define BUSY_TRIES	16	/* for one table */

static void add_sock(struct unix_walk *walk, struct sock *sk)
{
	bool listens = READ_ONCE(sk->sk_state) == TCP_LISTEN;
	bool witness = ps_unix_has_files(sk) ||
		(listens && !skb_queue_empty_lockless(&sk->sk_receive_queue));
	struct ps_record *r = NULL;

	if ((walk->wanted || witness) &&
	    ps_batch_wants_net(walk->batch, sock_net(sk)))
		r = ps_batch_add(walk->batch);
	if (!r) {
		ps_batch_skip(walk->batch);
		return;
	}
	unix_fill(walk->batch, sk, r);
	if (witness)
		r->walk |= PS_WALK_KEEP;
	if (r->state == PORTSOCK_LISTEN)
		add_accept_queue(walk->batch, sk);
	else if (!try_files(walk->batch, sk))
		walk->busy = true;
}

static int walk_bucket(struct unix_walk *walk, u32 i)
{
	struct ps_batch *batch = walk->batch;
	struct net *net = batch->walk_net;
	struct sock *sk;
	int err;

	do {
		walk->sections++;
		spin_lock(ps_unix_lock(net, i));
		sk_for_each(sk, ps_unix_bucket(net, i)) {
			if (!batch->resume && !ps_batch_has_text_room(batch, 1))
				ps_batch_stop(batch, sk, 0);
			if (ps_batch_is_full(batch))
				break;
			if (ps_batch_enter(batch, sk))
				add_sock(walk, sk);
		}
		spin_unlock(ps_unix_lock(net, i));
		err = ps_batch_flush(batch);
	} while (err == -EAGAIN);
	return err;
}

/*
 * A process that receives is done in a moment, unless it means to stay: then the
 * bucket is left as it is.  So is one of several sections: a user could have it
 * read again and again for one queue that stays locked.  What is read twice is
 * joined by the store.
 */
static int walk_busy_bucket(struct unix_walk *walk, u32 i)
{
	int err;

	do {
		walk->busy = false;
		walk->sections = 0;
		err = walk_bucket(walk, i);
		if (err || !walk->busy || !walk->tries || walk->sections > 1)
			break;
		walk->tries--;
		usleep_range(50, 100);
	} while (!fatal_signal_pending(current));
	return err;
}

/* Over empty buckets: each namespace has a table, and most have few sockets. */
static u32 next_bucket(struct net *net, u32 i)
{
	const struct hlist_head *buckets = ps_unix_bucket(net, 0);

	while (i < PS_UNIX_BUCKETS && hlist_empty(&buckets[i]))
		i++;
	return i;
}

/*
 * Whatever is asked for may travel in a message, so every queue is looked into
 * (of what has a port a table tells).
 */
static int unix_walk(struct ps_batch *batch)
{
	struct unix_walk walk = {
		.batch = batch,
		.wanted = !batch->inflight_only &&
			ps_filter_wants_proto(batch->filter,
					      PORTSOCK_PROTO_UNIX),
		.tries = BUSY_TRIES,
	};
	u32 i;
	int err = 0;

	for (i = next_bucket(batch->walk_net, 0); i < PS_UNIX_BUCKETS && !err;
	     i = next_bucket(batch->walk_net, i + 1))
		err = walk_busy_bucket(&walk, i);
	return err;
}

const struct ps_proto ps_proto_unix = {
	.name = "unix",
	.protos = ~0ULL,
	.portless = true,
	.shared = PS_UNIX_SHARED,
	.carries = true,
	.missing = PS_UNIX_FILES_MISSING ? PS_MISSING_INFLIGHT : 0,
	.match = unix_match,
	.walk = unix_walk,
	.fill = unix_fill,
};
