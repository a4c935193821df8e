// SPDX-License-Identifier: GPL-2.0
/* UDP-Lite (RFC 3828): UDP with a table of its own. */
#include "../compat/udp.h"
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

static int udplite_visit(struct ps_batch *batch)
{
	struct udp_table *table = ps_udplite_table();

	if (!table)
		return 0;
	return ps_udp_visit(table, table, PORTSOCK_PROTO_UDPLITE, batch);
}

const struct ps_family ps_family_udplite = {
	.name = "udplite",
	.protos = 1ULL << PORTSOCK_PROTO_UDPLITE,
	.match = udplite_match,
	.visit = udplite_visit,
	.fill = udplite_fill,
};
