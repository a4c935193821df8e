// SPDX-License-Identifier: GPL-2.0
/* UDP-Lite (RFC 3828): UDP with a table of its own. */
#include "../compat/udp.h"
#include "../proto.h"
#include "../sock.h"
#include "udp.h"

static bool udplite_match(const struct sock *sk)
{
	return ps_is_inet(sk, SOCK_DGRAM, IPPROTO_UDPLITE);
}

static void udplite_fill(struct ps_batch *batch, struct sock *sk,
			 struct ps_record *r)
{
	ps_udp_fill(batch, sk, r, PORTSOCK_PROTO_UDPLITE);
}

static int udplite_walk(struct ps_batch *batch)
{
	struct udp_table *table = ps_udplite_table();

	if (!table)
		return 0;
	return ps_udp_walk(batch, table, table, PORTSOCK_PROTO_UDPLITE);
}

const struct ps_proto ps_proto_udplite = {
	.name = "udplite",
	.protos = 1ULL << PORTSOCK_PROTO_UDPLITE,
	.match = udplite_match,
	.walk = udplite_walk,
	.fill = udplite_fill,
};
