// SPDX-License-Identifier: GPL-2.0
/* Unix sockets, and the sockets of any protocol in their receive queues. */
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

/*
 * The name of a socket is set once and freed with the socket.  An abstract name
 * begins with a NUL.  addr->len may be one byte longer than sun_path:
 * unix_mkname_bsd() writes and counts a NUL behind a path of UNIX_PATH_MAX
 * bytes.  Cut the length to the size of the array: FORTIFY_SOURCE panics in
 * strnlen() otherwise.
 */
static void unix_fill_name(struct ps_batch *batch, struct sock *sk,
			   struct ps_end *end)
{
	const struct unix_address *addr;
	const char *path;
	int len;

	/* Pairs with smp_store_release() in unix_bind_bsd() and others. */
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

static void unix_fill(struct ps_batch *batch, struct sock *sk,
		      struct ps_record *r)
{
	struct sock *peer;

	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_UNIX);
	switch (READ_ONCE(sk->sk_state)) {
	case TCP_LISTEN:
		r->state = PORTSOCK_LISTEN;
		break;
	case TCP_ESTABLISHED:
		r->state = PORTSOCK_ESTABLISHED;
		break;
	default:
		r->state = PORTSOCK_UNCONN;
	}
	unix_fill_name(batch, sk, &r->local);
	/*
	 * A socket has a reference on its peer, which changes only under the
	 * socket's own lock, as in sk_diag_dump_peer().  The name of a peer in
	 * another network namespace is not visible in this one, except to the
	 * owner of the socket; its cookie is if the view includes that
	 * namespace.  A closed peer has no row.  Race: the peer may be closed
	 * after SOCK_DEAD was read; the cookie is then that of a moment ago.
	 */
	unix_state_lock(sk);
	peer = ps_unix_peer(sk);
	if (peer && net_eq(sock_net(peer), sock_net(sk)))
		unix_fill_name(batch, peer, &r->remote);
	if (peer && ps_batch_wants_net(batch, sock_net(peer)) &&
	    !sock_flag(peer, SOCK_DEAD)) {
		r->peer = ps_cookie(peer);
		r->has |= PS_HAS_PEER;
	}
	unix_state_unlock(sk);
	/* The queues are as in unix_diag: sk_diag_show_rqlen(). */
	r->has |= PS_HAS_QUEUES;
	if (r->state == PORTSOCK_LISTEN) {
		r->rxq = skb_queue_len_lockless(&sk->sk_receive_queue);
		r->txq = READ_ONCE(sk->sk_max_ack_backlog);
		return;
	}
	r->rxq = max_t(long, ps_unix_inq_len(sk), 0);
	r->txq = max_t(long, ps_unix_outq_len(sk), 0);
}

/*
 * Link the sockets in a listener's accept queue to the listener.  The table
 * lists these sockets, but only the queue shows which listener they belong to.
 */
static void unix_add_accept_queue(struct ps_batch *batch, struct sock *listener)
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

/* The message has a reference on the file, which keeps socket and sock. */
static void unix_add_file(struct ps_batch *batch, struct sock *carrier,
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
	 * The table lists unix sockets.  Do not fill them here: the locks of
	 * two receive queues are of one lockdep class.
	 */
	if (sk->sk_family == AF_UNIX || ps_batch_sink_has(batch, ps_cookie(sk)))
		return;
	r = ps_batch_add(batch);
	if (!r)
		return;
	ps_protos_fill(batch, sk, r);
	r->observed |= PS_OBS_INFLIGHT;
}

/* Files have no cookie, so the walk of a queue resumes by position. */
static void unix_add_files(struct ps_batch *batch, struct sock *sk)
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
			/* A socket in flight may have a text of its own. */
			if (!ps_batch_has_text_room(batch, 1))
				ps_batch_stop(batch, sk, pos + 1);
			if (ps_batch_is_full(batch))
				return;
			if (ps_batch_enter_queue(batch, sk, ++pos))
				unix_add_file(batch, sk, files->fp[i]);
		}
	}
}

/*
 * Add the sockets in the messages of a receive queue.  Return false if the
 * queue is busy.
 *
 * unix_stream_read_generic() detaches the files from a message that stays in
 * the queue, under iolock.  A process can hold iolock for any time, so only try
 * to take it.
 */
static bool unix_try_add_files(struct ps_batch *batch, struct sock *sk)
{
	if (!ps_unix_has_files(sk))
		return true;
	if (!mutex_trylock(&unix_sk(sk)->iolock))
		return false;
	spin_lock(&sk->sk_receive_queue.lock);
	do {
		unix_add_files(batch, sk);
	} while (ps_batch_queue_lost(batch, sk));
	spin_unlock(&sk->sk_receive_queue.lock);
	mutex_unlock(&unix_sk(sk)->iolock);
	return true;
}

#define UNIX_BUSY_RETRIES	16	/* for one table */

/**
 * struct unix_walk - a walk of the table of a network namespace
 * @batch: batch
 * @inflight_only: unix sockets are not wanted, only sockets in their receive
 *	queues, and their carriers
 * @busy: a process was receiving from a socket of this bucket
 * @sections: number of sections of this bucket
 * @retries: number of times that a busy bucket may be read again
 */
struct unix_walk {
	struct ps_batch *batch;
	bool inflight_only;
	bool busy;
	u32 sections;
	u32 retries;
};

static void unix_add_sock(struct unix_walk *walk, struct sock *sk)
{
	bool listens = READ_ONCE(sk->sk_state) == TCP_LISTEN;
	bool carries = ps_unix_has_files(sk) ||
		(listens && !skb_queue_empty_lockless(&sk->sk_receive_queue));
	struct ps_record *r = NULL;

	if ((!walk->inflight_only || carries) &&
	    ps_batch_wants_net(walk->batch, sock_net(sk)))
		r = ps_batch_add(walk->batch);
	if (!r) {
		ps_batch_skip(walk->batch);
		return;
	}
	unix_fill(walk->batch, sk, r);
	if (carries)
		r->walk |= PS_WALK_KEEP;
	if (r->state == PORTSOCK_LISTEN)
		unix_add_accept_queue(walk->batch, sk);
	else if (!unix_try_add_files(walk->batch, sk))
		walk->busy = true;
}

static int unix_walk_bucket(struct unix_walk *walk, u32 i)
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
				unix_add_sock(walk, sk);
		}
		spin_unlock(ps_unix_lock(net, i));
		err = ps_batch_flush(batch);
	} while (err == -EAGAIN);
	return err;
}

/*
 * Read a bucket again while a queue in it is busy.  Most receivers finish soon,
 * but one may hold iolock on purpose: the retries are limited.  A bucket of
 * several sections is not read again, or a user could have a long bucket read
 * many times for one busy queue.  The store merges duplicates.
 */
static int unix_walk_busy_bucket(struct unix_walk *walk, u32 i)
{
	int err;

	do {
		walk->busy = false;
		walk->sections = 0;
		err = unix_walk_bucket(walk, i);
		if (err || !walk->busy || !walk->retries || walk->sections > 1)
			break;
		walk->retries--;
		usleep_range(50, 100);
	} while (!fatal_signal_pending(current));
	return err;
}

/*
 * Any socket may be in flight, so read every receive queue, even if the filter
 * excludes unix sockets.  A filter by port skips this walk: sockets with a port
 * are in a table of their own.
 */
static int unix_walk(struct ps_batch *batch)
{
	const struct hlist_head *buckets = ps_unix_bucket(batch->walk_net, 0);
	struct unix_walk walk = {
		.batch = batch,
		.inflight_only = batch->inflight_only ||
			!ps_filter_wants_proto(batch->filter,
					       PORTSOCK_PROTO_UNIX),
		.retries = UNIX_BUSY_RETRIES,
	};
	u32 i;
	int err = 0;

	/* Each namespace has a table, and most buckets are empty. */
	for (i = 0; i < PS_UNIX_BUCKETS && !err; i++)
		if (!hlist_empty(&buckets[i]))
			err = unix_walk_busy_bucket(&walk, i);
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
