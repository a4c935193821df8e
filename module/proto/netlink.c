// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink sockets: a protocol and a port id.  Their table is not exported: the
 * file table walk finds the sockets.
 */
#include <linux/netlink.h>

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

const struct ps_proto ps_proto_netlink = {
	.name = "netlink",
	.match = netlink_match,
	.fill = netlink_fill,
};
