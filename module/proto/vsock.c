// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets between a virtual machine and its host: a context id and a port of 32
 * bits.  The walk never loads module vsock, and holds a loaded one only while
 * it runs.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "../compat/af_vsock.h"
#include "../gfp.h"
#include "../proto.h"
#include "../sock.h"

static bool vsock_match(const struct sock *sk)
{
	return sk->sk_family == AF_VSOCK;
}

static void vsock_fill_end(const struct sockaddr_vm *addr, struct ps_end *end)
{
	end->form = PS_FORM_ANY;
	if (addr->svm_port == VMADDR_PORT_ANY)
		return;
	end->form = PS_FORM_VSOCK;
	end->id = addr->svm_cid;
	end->num = addr->svm_port;
}

/*
 * As in vsock_diag: read the fields without the socket lock, because the lock
 * order is socket lock, table lock.  Only a listener has queues.
 */
static void vsock_fill(struct ps_batch *batch, struct sock *sk,
		       struct ps_record *r)
{
	const struct vsock_sock *vsk = vsock_sk(sk);
	u8 state = READ_ONCE(sk->sk_state);

	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_VSOCK);
	vsock_fill_end(&vsk->local_addr, &r->local);
	vsock_fill_end(&vsk->remote_addr, &r->remote);
	if (r->local.form == PS_FORM_VSOCK) {
		r->port = r->local.num;
		r->has |= PS_HAS_PORT;
	}
	if (state != TCP_CLOSE)
		r->state = state;
	else if (r->remote.form == PS_FORM_VSOCK)	/* was connected */
		r->state = PORTSOCK_CLOSE;
	else if (!(r->has & PS_HAS_PORT))
		r->state = PORTSOCK_UNBOUND;
	else
		r->state = sk->sk_type == SOCK_DGRAM ? PORTSOCK_UNCONN :
			PORTSOCK_BOUND;
	r->has |= PS_HAS_QUEUES;
	if (state == TCP_LISTEN)
		ps_fill_backlog(sk, r);
}

static void vsock_add_sock(struct ps_batch *batch, struct sock *sk)
{
	struct ps_record *r;

	if (!ps_batch_enter(batch, sk))
		return;
	if (!ps_batch_wants_net(batch, sock_net(sk))) {
		ps_batch_skip(batch);
		return;
	}
	r = ps_batch_add(batch);
	if (r)
		vsock_fill(batch, sk, r);
}

#define VSOCK_LISTENERS		64	/* that are referenced at once */
#define VSOCK_RESTARTS		16	/* for one bucket */
#define VSOCK_BUSY_RETRIES	16	/* for one table */

/**
 * struct vsock_listeners - some listeners of a bucket, each with a reference
 * @last: cookie of the last listener of the previous section, 0 for none
 * @restarts: how often the bucket was read from its beginning because @last had
 *	left it
 * @count: number of @socks
 * @socks: listeners
 */
struct vsock_listeners {
	u64 last;
	u32 restarts;
	u32 count;
	struct sock *socks[VSOCK_LISTENERS];
};

/*
 * Get the listeners that follow @last in a bucket, or the first ones if @last
 * has left the bucket.
 */
static void vsock_get_listeners(struct vsock_listeners *next,
				const struct list_head *bucket,
				spinlock_t *lock, const struct ps_batch *batch)
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
		if (next->count == VSOCK_LISTENERS)
			break;
	}
	spin_unlock_bh(lock);
	if (!behind && next->restarts++ < VSOCK_RESTARTS) {
		behind = true;
		goto again;
	}
	if (next->count)
		next->last = ps_cookie(next->socks[next->count - 1]);
}

/*
 * Link the sockets in a listener's accept queue to the listener.  The table of
 * connected sockets lists these sockets, but only the queue shows which
 * listener they belong to.  Return false if the socket lock is owned.
 *
 * The owner of the socket lock may change the queue.  lock_sock() could wait
 * without limit, for a process that copies an option from memory which never
 * arrives.  So take the spinlock inside the socket lock: while it is held, the
 * socket lock gets no new owner.
 */
static bool vsock_try_accept_queue(struct ps_batch *batch,
				   struct sock *listener)
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

static int vsock_walk_accept_queue(struct ps_batch *batch,
				   struct sock *listener, u32 *retries)
{
	bool free;
	int err;

	do {
		local_bh_disable();
		free = vsock_try_accept_queue(batch, listener);
		local_bh_enable();
		err = ps_batch_flush(batch);
		if (!err && !free && *retries) {
			--*retries;
			usleep_range(50, 100);
			err = -EAGAIN;
		}
	} while (err == -EAGAIN);
	return err;
}

static int vsock_walk_listeners(struct ps_batch *batch,
				const struct list_head *bucket,
				spinlock_t *lock, u32 *retries)
{
	struct vsock_listeners *next = kzalloc(sizeof(*next), PS_GFP);
	int err = next ? 0 : -ENOMEM;
	struct sock *sk;
	u32 i;

	while (!err) {
		vsock_get_listeners(next, bucket, lock, batch);
		if (!next->count)
			break;
		for (i = 0; i < next->count; i++) {
			sk = next->socks[i];
			if (!err)
				err = vsock_walk_accept_queue(batch, sk,
							      retries);
			sock_put(sk);
		}
	}
	kfree(next);
	return err;
}

/* Bucket VSOCK_HASH_SIZE has the sockets without a port: none listens. */
static int vsock_walk_bound(struct ps_batch *batch, struct list_head *table,
			    spinlock_t *lock)
{
	u32 i, retries = VSOCK_BUSY_RETRIES;
	struct vsock_sock *vsk;
	int err = 0;

	for (i = 0; i <= VSOCK_HASH_SIZE && !err; i++) {
		do {
			spin_lock_bh(lock);
			list_for_each_entry(vsk, &table[i], bound_table) {
				if (ps_batch_is_full(batch))
					break;
				vsock_add_sock(batch, sk_vsock(vsk));
			}
			spin_unlock_bh(lock);
			err = ps_batch_flush(batch);
		} while (err == -EAGAIN);
		if (!err && i < VSOCK_HASH_SIZE && !list_empty(&table[i]))
			err = vsock_walk_listeners(batch, &table[i], lock,
						   &retries);
	}
	return err;
}

static int vsock_walk_connected(struct ps_batch *batch, struct list_head *table,
				spinlock_t *lock)
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
				vsock_add_sock(batch, sk_vsock(vsk));
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
	/* All three symbols are of one module, which the first one holds. */
	bound = (void *)symbol_get(vsock_bind_table);
	connected = (void *)symbol_get(vsock_connected_table);
	err = bound ? vsock_walk_bound(batch, bound, lock) : 0;
	if (!err && connected)
		err = vsock_walk_connected(batch, connected, lock);
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
