// SPDX-License-Identifier: GPL-2.0
/*
 * DCCP (RFC 4340): connections of datagrams, in tables like TCP's.  The walk
 * never loads module dccp, and holds a loaded one only while it runs.
 */
#include <linux/module.h>

#include "../compat/dccp.h"
#include "../inet.h"
#include "../inet_hash.h"
#include "../proto.h"
#include "../sock.h"

static const char dccp_tables_name[] = "dccp_hashinfo";

static bool dccp_match(const struct sock *sk)
{
	return ps_is_inet(sk, SOCK_DCCP, IPPROTO_DCCP);
}

/*
 * The state comes first: a minisock is not a struct sock.  Only a listener has
 * queues: dccp_diag reports none.
 */
static void dccp_fill(struct ps_batch *batch, struct sock *sk,
		      struct ps_record *r)
{
	u8 state = inet_sk_state_load(sk);

	if (state == TCP_TIME_WAIT || state == TCP_NEW_SYN_RECV) {
		ps_fill_inet_minisock(sk, r, PORTSOCK_PROTO_DCCP);
		return;
	}
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
		.tables = __symbol_get(dccp_tables_name),
		.batch = batch,
	};
	int err;

	if (!dccp.tables) {
		batch->unloaded |= ps_proto_dccp.protos;
		return 0;
	}
	dccp.first = dccp.tables;
	err = ps_inet_hash_walk(&dccp);
	__symbol_put(dccp_tables_name);
	return err;
}

const struct ps_proto ps_proto_dccp = {
	.name = "dccp",
	.protos = 1ULL << PORTSOCK_PROTO_DCCP,
	.match = dccp_match,
	.walk = dccp_walk,
	.fill = dccp_fill,
};
