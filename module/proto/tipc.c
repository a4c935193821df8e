// SPDX-License-Identifier: GPL-2.0
/*
 * TIPC sockets: a node of the cluster and a reference in that node.  Their
 * table is private: the file table walk finds the sockets.
 */
#include <linux/tipc.h>

#include "../proto.h"
#include "../sock.h"

static bool tipc_match(const struct sock *sk)
{
	return sk->sk_family == AF_TIPC;
}

/* tipc_getname() takes no lock: the reference of a socket never changes. */
static void tipc_fill_end(struct socket *socket, int peer,
			  struct ps_end *end)
{
	struct sockaddr_storage name = {};
	const struct sockaddr_tipc *tipc = (void *)&name;

	if (socket->ops->getname(socket, (void *)&name, peer) < 0)
		return;
	end->form = PS_FORM_NETLINK;
	end->num = tipc->addr.id.node;
	end->id = tipc->addr.id.ref;
}

static void tipc_fill(struct ps_batch *batch, struct sock *sk,
		      struct ps_record *r)
{
	struct socket *socket = sk->sk_socket;

	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_TIPC);
	ps_fill_generic(sk, r);
	if (!socket)
		return;
	tipc_fill_end(socket, 0, &r->local);
	tipc_fill_end(socket, 1, &r->remote);
}

const struct ps_proto ps_proto_tipc = {
	.name = "tipc",
	.match = tipc_match,
	.fill = tipc_fill,
};
