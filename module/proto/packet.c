// SPDX-License-Identifier: GPL-2.0
/* Packet sockets: an ethertype and an interface. */
#include <linux/if_packet.h>

#include "../proto.h"
#include "../sock.h"

static bool packet_match(const struct sock *sk)
{
	return sk->sk_family == AF_PACKET;
}

/* struct packet_sock is private.  packet_getname() does not sleep. */
static void packet_fill(struct ps_batch *batch, struct sock *sk,
			struct ps_record *r)
{
	struct socket *socket = sk->sk_socket;
	struct sockaddr_storage name = {};
	const struct sockaddr_ll *ll = (void *)&name;

	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_PACKET);
	r->state = PORTSOCK_UNCONN;
	ps_fill_memory(sk, r);
	/* packet_getname_spkt() returns an interface name, but no ethertype. */
	if (!socket || sk->sk_type == SOCK_PACKET ||
	    socket->ops->getname(socket, (void *)&name, 0) < 0)
		return;
	r->local.form = PS_FORM_PACKET;
	r->local.num = ntohs(ll->sll_protocol);
	ps_fill_dev(sock_net(sk), ll->sll_ifindex, r);
}

/*
 * packet_release() removes a socket from the list, under the mutex, before it
 * detaches the struct socket.  So a socket in the list has a struct socket
 * while the mutex is held.
 */
static int packet_walk(struct ps_batch *batch)
{
	struct netns_packet *packet = &batch->walk_net->packet;
	struct ps_record *r;
	struct sock *sk;
	int err;

	do {
		mutex_lock(&packet->sklist_lock);
		sk_for_each(sk, &packet->sklist) {
			if (ps_batch_is_full(batch))
				break;
			if (!ps_batch_enter(batch, sk))
				continue;
			r = ps_batch_add(batch);
			if (r)
				packet_fill(batch, sk, r);
		}
		mutex_unlock(&packet->sklist_lock);
		err = ps_batch_flush(batch);
	} while (err == -EAGAIN);
	return err;
}

const struct ps_proto ps_proto_packet = {
	.name = "packet",
	.protos = 1ULL << PORTSOCK_PROTO_PACKET,
	.portless = true,
	.match = packet_match,
	.walk = packet_walk,
	.fill = packet_fill,
};
