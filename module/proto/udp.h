/* SPDX-License-Identifier: GPL-2.0 */
/* UDP and UDP-Lite, which differ only in their tables. */
#ifndef PORTSOCK_PROTO_UDP_H
#define PORTSOCK_PROTO_UDP_H

#include <net/udp.h>

#include "../batch.h"

int ps_udp_walk(struct ps_batch *batch, struct udp_table *table,
		const struct udp_table *first, enum portsock_proto proto);
void ps_udp_fill(struct ps_batch *batch, struct sock *sk, struct ps_record *r,
		 enum portsock_proto proto);

#endif /* PORTSOCK_PROTO_UDP_H */
