// SPDX-License-Identifier: GPL-2.0
#include <linux/netdevice.h>
#include <linux/timekeeping.h>
#include <net/inet_sock.h>

#include "compat/file.h"
#include "compat/sock.h"
#include "proto.h"
#include "sk_module.h"
#include "trace.h"

/* Walked in this order; the last one takes every socket. */
static const struct ps_proto *const protos[] = {
	&ps_proto_tcp,
	&ps_proto_udp,
	&ps_proto_udplite,
	&ps_proto_ping,
	&ps_proto_mptcp,
	&ps_proto_dccp,
	&ps_proto_sctp,
	&ps_proto_vsock,
	&ps_proto_raw,
	&ps_proto_unix,
	&ps_proto_netlink,
	&ps_proto_packet,
	&ps_proto_tipc,
	&ps_proto_smc,
	&ps_proto_xdp,
	&ps_proto_other,
};

/* Whether anything in the proto's table can be asked for. */
static bool wants_table(const struct ps_batch *batch,
			const struct ps_proto *proto)
{
	const struct ps_filter *filter = batch->filter;

	if (!proto->walk || !(proto->protos & ~batch->unloaded) ||
	    (batch->inflight_only && !proto->carries) ||
	    (proto->shared && !ps_batch_is_first(batch)))
		return false;
	/* Sockets in messages that have a port are in their own tables, too. */
	if (batch->state_only && (proto->carries ||
			     !(batch->state_only & proto->protos)))
		return false;
	if (ps_filter_has(filter, PS_KEY_PROTO) &&
	    !(filter->protos & proto->protos))
		return false;
	return !proto->portless || !(ps_filter_has(filter, PS_KEY_PORT) ||
				      ps_filter_has(filter, PS_KEY_RPORT));
}

/**
 * ps_protos_missing() - what this kernel has tables of that are out of reach
 *
 * Context: any.
 * Return: bits of enum portsock_proto.
 */
u64 ps_protos_missing(void)
{
	unsigned int i;
	u64 missing = 0;

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		missing |= protos[i]->missing;
	return missing;
}

static int walk_traced(struct ps_batch *batch, const struct ps_proto *proto)
{
	u64 taken = batch->flushed, at = ktime_get_boottime_ns();
	int err = proto->walk(batch);

	trace_proto_walk(proto, batch, batch->flushed - taken,
		     ktime_get_boottime_ns() - at, err);
	return err;
}

/* What nobody traces costs a branch that is patched out. */
static int walk_one(struct ps_batch *batch, const struct ps_proto *proto)
{
	if (trace_proto_walk_enabled())
		return walk_traced(batch, proto);
	return proto->walk(batch);
}

/**
 * ps_protos_walk() - walk the tables of all protos
 * @batch: where the sockets go; says whose tables are walked
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -EINTR or the sink's error.
 */
int ps_protos_walk(struct ps_batch *batch)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(protos) && !err; i++)
		if (wants_table(batch, protos[i]))
			err = walk_one(batch, protos[i]);
	return err;
}

/**
 * ps_protos_fill() - tell what is known of a socket
 * @batch: keeps the record's texts
 * @sk: a full socket that cannot go away meanwhile
 * @r: zeroed, with PS_NO_EXPIRY
 *
 * Context: locks may be held.
 */
void ps_protos_fill(struct ps_batch *batch, struct sock *sk,
		      struct ps_record *r)
{
	unsigned int i = 0;

	while (!protos[i]->match(sk))
		i++;
	protos[i]->fill(batch, sk, r);
}

/* Most sockets are of the same few users, one after the other. */
static u32 tell_uid(struct ps_batch *batch, kuid_t uid)
{
	if (!uid_eq(uid, batch->uid)) {
		batch->uid = uid;
		batch->uid_munged = from_kuid_munged(batch->user_ns, uid);
	}
	return batch->uid_munged;
}

/*
 * The struct socket and its file cannot go while sk_callback_lock is held:
 * sock_orphan() takes it to part them from the sock before both are freed.  Under
 * the lock of most buckets bottom halves are off: not once more for each socket.
 */
static void fill_holder(struct ps_batch *batch, struct sock *sk,
			struct ps_record *r)
{
	const bool bh_on = !softirq_count();
	u16 observed = PS_OBS_FULL;
	struct socket *socket;
	struct inode *inode;

	if (unlikely(bh_on))
		local_bh_disable();
	read_lock(&sk->sk_callback_lock);
	socket = sk->sk_socket;
	if (socket) {
		inode = SOCK_INODE(socket);
		r->inode = inode->i_ino;
		r->uid = tell_uid(batch, inode->i_uid);
		observed |= PS_OBS_SOCKET;
		if (socket->file)
			observed |= ps_file_is_open(socket->file) ?
				PS_OBS_FILE : PS_OBS_CLOSING;
	}
	read_unlock(&sk->sk_callback_lock);
	if (unlikely(bh_on))
		local_bh_enable();
	if (sock_flag(sk, SOCK_DEAD))
		observed |= PS_OBS_DEAD;
	if (ps_is_kernel_sock(sk))
		observed |= PS_OBS_KERNEL;
	r->observed = observed;
}

/*
 * A socket that the kernel made for itself or never gave a file to is asked
 * whose code it calls; of those with a file, the TCP and UDP ones that no process
 * was found to hold: the callbacks of other protos belong to their protocol,
 * in as many modules as it may have.
 */
static bool may_be_held_by_module(const struct ps_batch *batch,
				  const struct sock *sk, u16 observed)
{
	if (observed & PS_OBS_KERNEL)
		return true;
	if (!(observed & PS_OBS_SOCKET) || observed & PS_OBS_CLOSING)
		return false;
	return !(observed & PS_OBS_FILE) || (batch->recheck &&
		(ps_is_inet(sk, SOCK_STREAM, IPPROTO_TCP) ||
		 ps_is_inet(sk, SOCK_DGRAM, IPPROTO_UDP)));
}

static void fill_module(struct ps_batch *batch, struct sock *sk,
			struct ps_record *r)
{
	if (!may_be_held_by_module(batch, sk, r->observed))
		return;
	r->owners_at = ps_sk_module_find(batch->sk_modules, sk);
	if (r->owners_at)
		r->observed |= PS_OBS_MODULE;
}

/* Most sockets have none of them. */
static u32 sock_flags(const struct sock *sk)
{
	const unsigned long shown = BIT(SOCK_KEEPOPEN) | BIT(SOCK_LINGER) |
		BIT(SOCK_BROADCAST) | BIT(SOCK_LOCALROUTE);
	unsigned long set = READ_ONCE(sk->sk_flags);
	u32 flags = 0;

	if (likely(!(set & shown)))
		return 0;
	if (set & BIT(SOCK_KEEPOPEN))
		flags |= PORTSOCK_FLAG(KEEPALIVE);
	if (set & BIT(SOCK_LINGER))
		flags |= PORTSOCK_FLAG(LINGER);
	if (set & BIT(SOCK_BROADCAST))
		flags |= PORTSOCK_FLAG(BROADCAST);
	if (set & BIT(SOCK_LOCALROUTE))
		flags |= PORTSOCK_FLAG(DONTROUTE);
	return flags;
}

/**
 * ps_fill_sock() - what every full socket has
 * @batch: says in which user namespace uids are told
 * @sk: a full socket that cannot go away meanwhile
 * @r: zeroed record
 * @proto: protocol
 *
 * Context: locks may be held, sk_callback_lock of @sk not.
 */
void ps_fill_sock(struct ps_batch *batch, struct sock *sk, struct ps_record *r,
		  enum portsock_proto proto)
{
	r->proto = proto;
	r->observed = PS_OBS_FULL;
	r->cookie = ps_cookie(sk);
	r->netns = sock_net(sk)->ns.inum;
	if (batch->state_only)
		return;
	r->has = PS_HAS_UID;
	r->flags = sock_flags(sk);
	r->cgroup = ps_sock_cgroup(sk);
	if (r->cgroup)
		r->has |= PS_HAS_CGROUP;
	fill_holder(batch, sk, r);
	fill_module(batch, sk, r);
}

/**
 * ps_fill_backlog() - the inflight_only of a listener: how many wait, how many may
 * @sk: a full socket that cannot go away meanwhile
 * @r: from ps_fill_sock()
 *
 * Context: locks may be held.
 */
void ps_fill_backlog(const struct sock *sk, struct ps_record *r)
{
	r->rxq = READ_ONCE(sk->sk_ack_backlog);
	r->txq = READ_ONCE(sk->sk_max_ack_backlog);
	r->has |= PS_HAS_QUEUES;
}

/**
 * ps_fill_memory() - inflight_only by the memory of what waits in them
 * @sk: a full socket that cannot go away meanwhile
 * @r: from ps_fill_sock()
 *
 * As sock_diag tells them of sockets that count no bytes.
 *
 * Context: locks may be held.
 */
void ps_fill_memory(struct sock *sk, struct ps_record *r)
{
	r->rxq = sk_rmem_alloc_get(sk);
	r->txq = max(sk_wmem_alloc_get(sk), 0);
	r->has |= PS_HAS_QUEUES;
}

/**
 * ps_fill_generic() - state and inflight_only of a socket of which nothing else is known
 * @sk: a full socket that cannot go away meanwhile
 * @r: from ps_fill_sock()
 *
 * Most protos use TCP's numbers for the two states that all of them have;
 * those of Bluetooth have the first of them in common.
 *
 * Context: locks may be held.
 */
void ps_fill_generic(struct sock *sk, struct ps_record *r)
{
	u8 listening = sk->sk_family == AF_BLUETOOTH ? 4 : TCP_LISTEN;
	u8 state = READ_ONCE(sk->sk_state);

	r->state = PORTSOCK_UNCONN;
	if (state == listening)
		r->state = PORTSOCK_LISTEN;
	else if (state == TCP_ESTABLISHED)
		r->state = PORTSOCK_ESTABLISHED;
	ps_fill_memory(sk, r);
}

/**
 * ps_fill_dev_name() - Look up the name of an interface
 * @net: network namespace of the socket
 * @ifindex: its number there
 * @name: PS_DEV_SIZE bytes; unchanged if there is no such interface any more
 *
 * Context: locks may be held.
 */
void ps_fill_dev_name(struct net *net, int ifindex, char *name)
{
	struct net_device *dev;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, ifindex);
	if (dev)
		strscpy(name, dev->name, PS_DEV_SIZE);
	rcu_read_unlock();
}
