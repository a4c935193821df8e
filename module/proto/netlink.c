// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink sockets: a protocol and a port id.  The struct of their table is
 * private: the file table walk finds the sockets of processes.  Of the kernel's
 * own sockets, a network namespace refers to those of the protocols below.
 */
#include <linux/netlink.h>

#include "../compat/xfrm.h"
#include "../proto.h"
#include "../sock.h"

static bool netlink_match(const struct sock *sk)
{
	return sk->sk_family == AF_NETLINK;
}

/* struct netlink_sock is private.  netlink_getname() does not sleep. */
static void netlink_fill(struct ps_batch *batch, struct sock *sk,
			 struct ps_record *r)
{
	struct socket *socket = sk->sk_socket;
	struct sockaddr_storage name = {};
	const struct sockaddr_nl *nl = (void *)&name;

	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_NETLINK);
	r->state = sk->sk_state == NETLINK_CONNECTED ? PORTSOCK_ESTABLISHED :
		PORTSOCK_UNCONN;
	ps_fill_memory(sk, r);
	if (!socket || socket->ops->getname(socket, (void *)&name, 0) < 0)
		return;
	r->local.form = PS_FORM_NETLINK;
	r->local.num = sk->sk_protocol;
	r->local.id = nl->nl_pid;
}

static void netlink_add_sock(struct ps_batch *batch, struct sock *sk)
{
	struct ps_record *r;

	if (!sk || !ps_batch_enter(batch, sk))
		return;
	r = ps_batch_add(batch);
	if (r)
		netlink_fill(batch, sk, r);
}

/*
 * Add the kernel's sockets of NETLINK_ROUTE, NETLINK_GENERIC,
 * NETLINK_SOCK_DIAG, NETLINK_FIB_LOOKUP and NETLINK_XFRM.
 *
 * The code that creates the first four is never a module, so they exist as long
 * as the namespace, of which the walk has a reference.  xfrm_user may be a
 * module: it clears nlsk, waits for a grace period, and then releases the
 * socket.  The other protocols keep their socket in memory of their own, or
 * release it without a grace period (crypto_user).
 */
static int netlink_walk(struct ps_batch *batch)
{
	struct net *net = batch->walk_net;
	int err;

	do {
		netlink_add_sock(batch, net->rtnl);
		netlink_add_sock(batch, net->genl_sock);
		netlink_add_sock(batch, net->diag_nlsk);
		netlink_add_sock(batch, net->ipv4.fibnl);
		rcu_read_lock();
		netlink_add_sock(batch, ps_xfrm_nlsk(net));
		rcu_read_unlock();
		err = ps_batch_flush(batch);
	} while (err == -EAGAIN);
	return err;
}

const struct ps_proto ps_proto_netlink = {
	.name = "netlink",
	.protos = 1ULL << PORTSOCK_PROTO_NETLINK,
	.portless = true,
	.match = netlink_match,
	.walk = netlink_walk,
	.fill = netlink_fill,
};
