/* SPDX-License-Identifier: GPL-2.0 */
/* Table of the protocols: how to walk a socket table and fill a record. */
#ifndef PORTSOCK_PROTO_H
#define PORTSOCK_PROTO_H

#include <net/inet_sock.h>
#include <net/sock.h>

#include "batch.h"
#include "cookie.h"

/**
 * struct ps_proto - a protocol
 * @name: for the tracepoint, shorter than PS_PROTO_NAME_MAX (trace.h)
 * @protos: protocols of the sockets in its table (bits of enum portsock_proto)
 * @portless: its sockets have no port
 * @shared: all network namespaces share its table
 * @carries: receive queues of its sockets may contain other sockets
 * @missing: protocols (bits of enum portsock_proto) with a table that a module
 *	cannot reach: only sockets with a file descriptor have a row; or
 *	PS_MISSING_INFLIGHT
 * @match: returns true for a socket of the protocol; the first match in the
 *	table of protocols counts
 * @walk: adds each socket that ps_batch_wants_net() from the table of
 *	batch->walk_net, bucket by bucket; may sleep; returns 0 or the error of
 *	ps_batch_flush(); NULL if a module cannot reach a table
 * @fill: fills the record of a full socket that cannot be freed during the
 *	call; the record is zeroed but for PS_NO_EXPIRY; locks may be held
 */
struct ps_proto {
	const char *name;
	u64 protos;
	bool portless;
	bool shared;
	bool carries;
	u64 missing;
	bool (*match)(const struct sock *sk);
	int (*walk)(struct ps_batch *batch);
	void (*fill)(struct ps_batch *batch, struct sock *sk,
		     struct ps_record *r);
};

extern const struct ps_proto ps_proto_tcp;
extern const struct ps_proto ps_proto_udp;
extern const struct ps_proto ps_proto_udplite;
extern const struct ps_proto ps_proto_ping;
extern const struct ps_proto ps_proto_mptcp;
extern const struct ps_proto ps_proto_dccp;
extern const struct ps_proto ps_proto_sctp;
extern const struct ps_proto ps_proto_vsock;
extern const struct ps_proto ps_proto_raw;
extern const struct ps_proto ps_proto_unix;
extern const struct ps_proto ps_proto_netlink;
extern const struct ps_proto ps_proto_packet;
extern const struct ps_proto ps_proto_tipc;
extern const struct ps_proto ps_proto_alg;
extern const struct ps_proto ps_proto_smc;
extern const struct ps_proto ps_proto_xdp;
extern const struct ps_proto ps_proto_other;

u64 ps_protos_missing(void);
int ps_protos_walk(struct ps_batch *batch);
void ps_protos_fill(struct ps_batch *batch, struct sock *sk,
		    struct ps_record *r);

/*
 * Return false if the filter certainly excludes a full socket.  With a port
 * filter, this skips most file descriptors of a busy machine at low cost.
 */
static inline bool ps_protos_want(const struct ps_filter *filter,
				  const struct sock *sk)
{
	if (!ps_filter_has(filter, PS_KEY_PORT))
		return true;
	switch (sk->sk_family) {
	case AF_INET:
	case AF_INET6:
		return ps_filter_wants_port(filter, inet_sk(sk)->inet_num);
	default:
		return sk->sk_family == AF_VSOCK;
	}
}

#endif /* PORTSOCK_PROTO_H */
