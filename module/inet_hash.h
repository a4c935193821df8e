/* SPDX-License-Identifier: GPL-2.0 */
/* Protocols whose sockets stand in a struct inet_hashinfo. */
#ifndef PORTSOCK_INET_HASH_H
#define PORTSOCK_INET_HASH_H

#include "proto.h"

struct inet_hashinfo;

/**
 * struct ps_inet_hash - a walk through such a protocol's tables
 * @proto: the protocol
 * @fill: as in struct ps_proto
 * @whole: the cookie of the socket that a listener is part of, 0 if it is none;
 *	NULL where there are no such
 * @tables: its tables; they may hold sockets of other namespaces
 * @first: those of batch->first_net, which may be the same, or partly
 * @batch: where the sockets go
 */
struct ps_inet_hash {
	enum portsock_proto proto;
	void (*fill)(struct ps_batch *batch, struct sock *sk,
		     struct ps_record *r);
	u64 (*whole)(struct sock *listener);
	struct inet_hashinfo *tables;
	struct inet_hashinfo *first;
	struct ps_batch *batch;
};

int ps_inet_hash_walk(const struct ps_inet_hash *h);

#endif /* PORTSOCK_INET_HASH_H */
