// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP echo sockets.  The port is the identifier of the echo requests.  Their
 * table is not exported: the file table walk finds the sockets.
 */
#include "../inet.h"
#include "../proto.h"
#include "../sock.h"

static bool ping_match(const struct sock *sk)
{
	return ps_is_inet(sk, SOCK_DGRAM, IPPROTO_ICMP) ||
		ps_is_inet(sk, SOCK_DGRAM, IPPROTO_ICMPV6);
}

/* The queues are as in /proc/net/icmp (ping_v4_format_sock()). */
static void ping_fill(struct ps_batch *batch, struct sock *sk,
		      struct ps_record *r)
{
	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_PING);
	ps_fill_inet(sk, r);
	r->state = ps_datagram_state(sk, r);
	r->rxq = sk_rmem_alloc_get(sk);
	r->txq = sk_wmem_alloc_get(sk);
	r->has |= PS_HAS_QUEUES;
}

const struct ps_proto ps_proto_ping = {
	.name = "ping",
	.match = ping_match,
	.fill = ping_fill,
};
