// SPDX-License-Identifier: GPL-2.0
#include <linux/netdevice.h>
#include <net/inet_sock.h>

#include "compat/file.h"
#include "cookie.h"
#include "format/names.h"
#include "sk_module.h"
#include "sock.h"

/*
 * Fill inode, uid and observations of the struct socket.
 *
 * The struct socket and its file cannot be freed while sk_callback_lock is
 * held: sock_orphan() takes the lock to detach them from the sock before both
 * are freed.  Under most bucket locks bottom halves are off already: do not
 * disable them again for each socket.
 */
static void fill_socket(struct ps_batch *batch, struct sock *sk,
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
		/* Cached: adjacent sockets often have the same uid. */
		if (!uid_eq(inode->i_uid, batch->uid)) {
			batch->uid = inode->i_uid;
			batch->uid_munged = from_kuid_munged(batch->user_ns,
							     batch->uid);
		}
		r->uid = batch->uid_munged;
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
 * Look up the kernel module that owns a socket by the socket's callbacks, or by
 * the waiters in its wait queue.
 *
 * A module may own a kernel socket, a socket that never had a file, or one of
 * which it keeps the file.  Of the sockets with a file only those without an
 * owner are looked up (recheck), and their callbacks only for TCP and UDP:
 * those of other protocols lie in the protocol's own modules.
 */
static void fill_owning_module(struct ps_batch *batch, struct sock *sk,
			       struct ps_record *r)
{
	const u16 observed = r->observed;
	u32 module = 0;

	if (!(observed & PS_OBS_KERNEL)) {
		if (!(observed & PS_OBS_SOCKET) || observed & PS_OBS_CLOSING)
			return;
		if (observed & PS_OBS_FILE && !batch->recheck)
			return;
	}
	if (observed & PS_OBS_KERNEL || !(observed & PS_OBS_FILE) ||
	    ps_is_inet(sk, SOCK_STREAM, IPPROTO_TCP) ||
	    ps_is_inet(sk, SOCK_DGRAM, IPPROTO_UDP))
		module = ps_sk_module_find(batch->sk_modules, sk);
	if (module ||
	    ps_sk_module_find_waiter(batch->sk_modules, sk, &module)) {
		r->owners_at = module;
		r->observed |= PS_OBS_MODULE;
	}
}

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

/* Protocols with sockets of one type. */
#define ONE_TYPE	(BIT_ULL(PORTSOCK_PROTO_ALG) | \
			 BIT_ULL(PORTSOCK_PROTO_DCCP) | \
			 BIT_ULL(PORTSOCK_PROTO_KEY) | \
			 BIT_ULL(PORTSOCK_PROTO_L2TP) | \
			 BIT_ULL(PORTSOCK_PROTO_MPTCP) | \
			 BIT_ULL(PORTSOCK_PROTO_PING) | \
			 BIT_ULL(PORTSOCK_PROTO_RAW) | \
			 BIT_ULL(PORTSOCK_PROTO_SMC) | \
			 BIT_ULL(PORTSOCK_PROTO_TCP) | \
			 BIT_ULL(PORTSOCK_PROTO_UDP) | \
			 BIT_ULL(PORTSOCK_PROTO_UDPLITE) | \
			 BIT_ULL(PORTSOCK_PROTO_XDP))

/* Protocols that never count in sk_drops. */
#define NO_DROPS	(BIT_ULL(PORTSOCK_PROTO_ALG) | \
			 BIT_ULL(PORTSOCK_PROTO_KCM) | \
			 BIT_ULL(PORTSOCK_PROTO_MPTCP) | \
			 BIT_ULL(PORTSOCK_PROTO_SMC) | \
			 BIT_ULL(PORTSOCK_PROTO_UNIX) | \
			 BIT_ULL(PORTSOCK_PROTO_VSOCK) | \
			 BIT_ULL(PORTSOCK_PROTO_XDP))

/*
 * Fill type and drops.  A unix or vsock socket in an accept queue gets its type
 * after it has entered the table, so it may be without a type for a moment.
 * Drops are counted concurrently: the number is that of a moment.
 */
static __always_inline void fill_type_and_drops(const struct sock *sk,
						struct ps_record *r)
{
	u16 type;

	if (!(NO_DROPS & BIT_ULL(r->proto))) {
		r->drops = ps_sock_drops(sk);
		r->has |= PS_HAS_DROPS;
	}
	if (ONE_TYPE & BIT_ULL(r->proto))
		return;
	type = READ_ONCE(sk->sk_type);
	if (type < PORTSOCK_NTYPES && ps_type_names[type].len)
		r->type = type;
}

/**
 * ps_fill_sock() - Fill the fields that every full socket has
 * @batch: batch; has the user namespace of the uid
 * @sk: a full socket that cannot be freed during the call
 * @r: zeroed record
 * @proto: protocol
 *
 * Fills identity, uid, cgroup, flags, type, drops and observations; only the
 * identity if batch->state_only.
 *
 * Context: locks may be held, but not sk_callback_lock of @sk.
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
	fill_type_and_drops(sk, r);
	fill_socket(batch, sk, r);
	fill_owning_module(batch, sk, r);
}

/**
 * ps_fill_backlog() - Fill the queues of a listener: length and limit
 * @sk: a full socket that cannot be freed during the call
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
 * ps_fill_memory() - Fill the queues with the memory that they use
 * @sk: a full socket that cannot be freed during the call
 * @r: from ps_fill_sock()
 *
 * As in sock_diag, for protocols that do not count bytes.
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
 * ps_fill_generic() - Fill state and queues of a socket of any protocol
 * @sk: a full socket that cannot be freed during the call
 * @r: from ps_fill_sock()
 *
 * Most protocols use TCP's numbers for the two states that all of them have.
 * Bluetooth has only TCP_ESTABLISHED in common with TCP.
 *
 * Context: locks may be held.
 */
void ps_fill_generic(struct sock *sk, struct ps_record *r)
{
	/* BT_LISTEN (net/bluetooth/bluetooth.h) is 4. */
	u8 listen = sk->sk_family == AF_BLUETOOTH ? 4 : TCP_LISTEN;
	u8 state = READ_ONCE(sk->sk_state);

	r->state = PORTSOCK_UNCONN;
	if (state == listen)
		r->state = PORTSOCK_LISTEN;
	else if (state == TCP_ESTABLISHED)
		r->state = PORTSOCK_ESTABLISHED;
	ps_fill_memory(sk, r);
}

/**
 * ps_fill_dev_name() - Look up the name of an interface
 * @net: network namespace of the socket
 * @ifindex: index of the interface in @net
 * @name: PS_DEV_SIZE bytes; "if7" if interface 7 no longer exists, as ss has it
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
	else
		snprintf(name, PS_DEV_SIZE, "if%d", ifindex);
	rcu_read_unlock();
}
