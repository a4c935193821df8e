/* SPDX-License-Identifier: GPL-2.0 */
/* Walk of a struct inet_hashinfo: the tables of TCP and DCCP. */
#ifndef PORTSOCK_INET_HASH_H
#define PORTSOCK_INET_HASH_H

#include <net/sock.h>

#include "batch.h"

struct inet_hashinfo;

/**
 * struct ps_inet_hash - a walk of a protocol's tables
 * @proto: protocol
 * @fill: as in struct ps_proto, but also for TIME_WAIT sockets and requests
 * @mptcp_parent: returns the cookie of the MPTCP socket of a listener that is a
 *	subflow, else 0; NULL if the protocol has no subflows
 * @tables: tables of batch->walk_net; may contain sockets of other namespaces
 * @first: tables of batch->first_net, of which @tables may share all or some
 * @batch: batch
 */
struct ps_inet_hash {
	enum portsock_proto proto;
	void (*fill)(struct ps_batch *batch, struct sock *sk,
		     struct ps_record *r);
	u64 (*mptcp_parent)(struct sock *listener);
	struct inet_hashinfo *tables;
	struct inet_hashinfo *first;
	struct ps_batch *batch;
};

int ps_inet_hash_walk(const struct ps_inet_hash *h);

#endif /* PORTSOCK_INET_HASH_H */
