/* SPDX-License-Identifier: GPL-2.0 */
/* What UDP and UDP-Lite share, which is all but the table. */
#ifndef PORTSOCK_PROTO_UDP_H
#define PORTSOCK_PROTO_UDP_H

#include <net/udp.h>

#include "../proto.h"

int ps_udp_walk(struct udp_table *table, const struct udp_table *first,
		 enum portsock_proto proto, struct ps_batch *batch);
void ps_udp_fill(struct ps_batch *batch, struct sock *sk, struct ps_record *r,
		 enum portsock_proto proto);

#endif /* PORTSOCK_PROTO_UDP_H */
