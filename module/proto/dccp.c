// SPDX-License-Identifier: GPL-2.0
/*
 * DCCP (RFC 4340): connections of datagrams, in tables like TCP's.  They are
 * asked for only if the module is loaded, which may be unloaded again as soon
 * as they were walked.
 */
#include <linux/module.h>

#include "../compat/dccp.h"
#include "../compat/inet_hashtables.h"
#include "../inet_hash.h"

static const char tables_name[] = "dccp_hashinfo";

static bool dccp_match(const struct sock *sk)
{
	return ps_is_inet(sk, SOCK_DCCP, IPPROTO_DCCP);
}

/* dccp_diag tells no queues; a listener has its backlog. */
static void dccp_fill(struct ps_batch *batch, struct sock *sk,
		      struct ps_record *r)
{
	u8 state = inet_sk_state_load(sk);

	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_DCCP);
	ps_fill_inet(sk, r);
	r->state = ps_stream_state(ps_dccp_state(state), r);
	r->has |= PS_HAS_QUEUES;
	if (r->state == PORTSOCK_LISTEN)
		ps_fill_backlog(sk, r);
}

static int dccp_walk(struct ps_batch *batch)
{
	struct ps_inet_hash dccp = {
		.proto = PORTSOCK_PROTO_DCCP,
		.fill = dccp_fill,
		.tables = __symbol_get(tables_name),
		.batch = batch,
	};
	int err;

	if (!dccp.tables) {
		batch->unloaded |= ps_proto_dccp.protos;
		return 0;
	}
	dccp.first = dccp.tables;
	err = ps_inet_hash_walk(&dccp);
	__symbol_put(tables_name);
	return err;
}

const struct ps_proto ps_proto_dccp = {
	.name = "dccp",
	.protos = 1ULL << PORTSOCK_PROTO_DCCP,
	.match = dccp_match,
	.walk = dccp_walk,
	.fill = dccp_fill,
};
