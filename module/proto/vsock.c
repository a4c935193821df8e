// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets between a virtual machine and its host: a context id and a port of 32
 * bits.  The module is asked for its tables only if it is loaded, and may be
 * unloaded again as soon as they were walked.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "../compat/af_vsock.h"
#include "../proto.h"
#include "../sock.h"
#include "../gfp.h"

static bool vsock_match(const struct sock *sk)
{
	return sk->sk_family == AF_VSOCK;
}

static void fill_end(const struct sockaddr_vm *addr, struct ps_end *end)
{
	end->form = PS_FORM_ANY;
	if (addr->svm_port == VMADDR_PORT_ANY)
		return;
	end->form = PS_FORM_VSOCK;
	end->id = addr->svm_cid;
	end->num = addr->svm_port;
}

/* A socket that was connected keeps its peer; its kind decides on the rest. */
static u8 closed_state(const struct sock *sk, const struct ps_record *r)
{
	if (r->remote.form == PS_FORM_VSOCK)
		return PORTSOCK_CLOSE;
	if (!(r->has & PS_HAS_PORT))
		return PORTSOCK_UNBOUND;
	return sk->sk_type == SOCK_DGRAM ? PORTSOCK_UNCONN : PORTSOCK_BOUND;
}

/*
 * As in vsock_diag: the socket's lock comes before the table's, so that the
 * fields are read without it.  There are no queues but a listener's.
 */
static void vsock_fill(struct ps_batch *batch, struct sock *sk,
		       struct ps_record *r)
{
	const struct vsock_sock *vsk = vsock_sk(sk);
	u8 state = READ_ONCE(sk->sk_state);

	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_VSOCK);
	fill_end(&vsk->local_addr, &r->local);
	fill_end(&vsk->remote_addr, &r->remote);
	if (r->local.form == PS_FORM_VSOCK) {
		r->port = r->local.num;
		r->has |= PS_HAS_PORT;
	}
	r->state = state == TCP_CLOSE ? closed_state(sk, r) : state;
	r->has |= PS_HAS_QUEUES;
	if (state == TCP_LISTEN)
		ps_fill_backlog(sk, r);
}

static void add_sock(struct ps_batch *batch, struct sock *sk)
{
	struct ps_record *r;

	if (!ps_batch_enter(batch, sk))
		return;
	r = ps_batch_wants_net(batch, sock_net(sk)) ? ps_batch_add(batch) : NULL;
	if (r)
		vsock_fill(batch, sk, r);
	else
		ps_batch_skip(batch);
}

#define LISTENERS	64	/* of a bucket, that are held at once */
#define LISTENER_RESTARTS	16	/* for one bucket */
#define BUSY_TRIES	16	/* for one table */

/**
 * struct listeners - listeners of a bucket, each with a reference
 * @last: cookie of the listener behind which the next ones are taken, 0: none
 * @restarts: how often the bucket was begun anew, since @last had left it
 * @count: of @socks
 * @socks: listeners
 */
struct listeners {
	u64 last;
	u32 restarts;
	u32 count;
	struct sock *socks[LISTENERS];
};

/* The next listeners of a bucket; from the first on if @last has left it. */
static void take_listeners(struct listeners *next,
			   const struct list_head *bucket, spinlock_t *lock,
			   const struct ps_batch *batch)
{
	bool behind = !next->last;
	struct vsock_sock *vsk;
	struct sock *sk;

	next->count = 0;
again:
	spin_lock_bh(lock);
	list_for_each_entry(vsk, bucket, bound_table) {
		sk = sk_vsock(vsk);
		if (!behind) {
			behind = atomic64_read(&sk->sk_cookie) == next->last;
			continue;
		}
		if (READ_ONCE(sk->sk_state) != TCP_LISTEN ||
		    !ps_batch_wants_net(batch, sock_net(sk)))
			continue;
		sock_hold(sk);
		next->socks[next->count++] = sk;
		if (next->count == LISTENERS)
			break;
	}
	spin_unlock_bh(lock);
	if (!behind && next->restarts++ < LISTENER_RESTARTS) {
		behind = true;
		goto again;
	}
	if (next->count)
		next->last = ps_cookie(next->socks[next->count - 1]);
}

/*
 * Connections that wait for accept() are in the table of connected sockets; the
 * listener's queue says whose they are.  The queue belongs to the owner of the
 * socket lock.  lock_sock() would wait for a process that holds it while it
 * copies an option from memory that never comes, so the spinlock inside is taken
 * instead: while nobody owns the socket lock, nobody can begin to.
 *
 * Return: false if the socket lock is owned.
 */
static bool try_accept_queue(struct ps_batch *batch, struct sock *listener)
{
	struct vsock_sock *child;
	bool free;

	bh_lock_sock(listener);
	free = !sock_owned_by_user_nocheck(listener);
	if (free) {
		list_for_each_entry(child, &vsock_sk(listener)->accept_queue,
				    accept_queue) {
			if (ps_batch_is_full(batch))
				break;
			if (ps_batch_enter(batch, sk_vsock(child)))
				ps_batch_add_link(batch, PS_LINK_QUEUED,
						  listener, sk_vsock(child));
		}
	}
	bh_unlock_sock(listener);
	return free;
}

static int walk_accept_queue(struct ps_batch *batch, struct sock *listener,
			      u32 *tries)
{
	bool free;
	int err;

	do {
		local_bh_disable();
		free = try_accept_queue(batch, listener);
		local_bh_enable();
		err = ps_batch_flush(batch);
		if (!err && !free && *tries) {
			--*tries;
			usleep_range(50, 100);
			err = -EAGAIN;
		}
	} while (err == -EAGAIN);
	return err;
}

static int walk_listeners(const struct list_head *bucket, spinlock_t *lock,
			   struct ps_batch *batch, u32 *tries)
{
	struct listeners *next = kzalloc(sizeof(*next), PS_GFP);
	int err = next ? 0 : -ENOMEM;
	u32 i;

	while (!err) {
		take_listeners(next, bucket, lock, batch);
		if (!next->count)
			break;
		for (i = 0; i < next->count; i++) {
			if (!err)
				err = walk_accept_queue(batch, next->socks[i],
							 tries);
			sock_put(next->socks[i]);
		}
	}
	kfree(next);
	return err;
}

/* The last bucket has those without a port. */
static int walk_bound(struct list_head *table, spinlock_t *lock,
		       struct ps_batch *batch)
{
	u32 i, tries = BUSY_TRIES;
	struct vsock_sock *vsk;
	int err = 0;

	for (i = 0; i <= VSOCK_HASH_SIZE && !err; i++) {
		do {
			spin_lock_bh(lock);
			list_for_each_entry(vsk, &table[i], bound_table) {
				if (ps_batch_is_full(batch))
					break;
				add_sock(batch, sk_vsock(vsk));
			}
			spin_unlock_bh(lock);
			err = ps_batch_flush(batch);
		} while (err == -EAGAIN);
		if (!err && !list_empty(&table[i]))
			err = walk_listeners(&table[i], lock, batch, &tries);
	}
	return err;
}

static int walk_connected(struct list_head *table, spinlock_t *lock,
			   struct ps_batch *batch)
{
	struct vsock_sock *vsk;
	u32 i;
	int err = 0;

	for (i = 0; i < VSOCK_HASH_SIZE && !err; i++) {
		do {
			spin_lock_bh(lock);
			list_for_each_entry(vsk, &table[i], connected_table) {
				if (ps_batch_is_full(batch))
					break;
				add_sock(batch, sk_vsock(vsk));
			}
			spin_unlock_bh(lock);
			err = ps_batch_flush(batch);
		} while (err == -EAGAIN);
	}
	return err;
}

static int vsock_walk(struct ps_batch *batch)
{
	spinlock_t *lock = symbol_get(vsock_table_lock);
	struct list_head *bound, *connected;
	int err;

	if (!lock)
		return 0;
	/* The same module has them, which the first one keeps. */
	bound = (void *)symbol_get(vsock_bind_table);
	connected = (void *)symbol_get(vsock_connected_table);
	err = (bound ? walk_bound(bound, lock, batch) : 0) ?:
		(connected ? walk_connected(connected, lock, batch) : 0);
	if (connected)
		symbol_put(vsock_connected_table);
	if (bound)
		symbol_put(vsock_bind_table);
	symbol_put(vsock_table_lock);
	return err;
}

const struct ps_proto ps_proto_vsock = {
	.name = "vsock",
	.protos = 1ULL << PORTSOCK_PROTO_VSOCK,
	.shared = true,
	.match = vsock_match,
	.walk = vsock_walk,
	.fill = vsock_fill,
};
