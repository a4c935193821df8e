// SPDX-License-Identifier: GPL-2.0
/*
 * Multipath TCP (RFC 8684): an MPTCP socket has several TCP sockets, its
 * subflows.  The token table lists only connections: the file table walk finds
 * listeners and bound sockets.
 */
#include "../compat/mptcp.h"
#include "../inet.h"
#include "../proto.h"
#include "../sock.h"

static bool mptcp_match(const struct sock *sk)
{
	return ps_is_inet(sk, SOCK_STREAM, IPPROTO_MPTCP);
}

/*
 * Both ends are those of the first subflow.  The queues are as in mptcp_diag,
 * but the subflow that listens has the accept queue, not the MPTCP listener.
 */
static void mptcp_fill(struct ps_batch *batch, struct sock *sk,
		       struct ps_record *r)
{
	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_MPTCP);
	ps_fill_inet(sk, r);
	r->state = ps_stream_state(inet_sk_state_load(sk), r);
	if (r->state == PORTSOCK_LISTEN)
		return;
	ps_fill_memory(sk, r);
}

static int mptcp_walk(struct ps_batch *batch)
{
	long slot = 0, num = 0;
	struct ps_record *r;
	struct sock *sk;
	int err = 0;

	while (!err && (sk = ps_mptcp_next(batch->walk_net, &slot, &num))) {
		r = ps_batch_add(batch);
		if (r) {
			mptcp_fill(batch, sk, r);
			/* A subflow in the accept queue may need the record. */
			if (!(r->observed & PS_OBS_SOCKET))
				r->walk |= PS_WALK_KEEP;
		}
		sock_put(sk);
		err = ps_batch_flush(batch);
	}
	return err;
}

const struct ps_proto ps_proto_mptcp = {
	.name = "mptcp",
	/* Before accept(), an MPTCP socket is the parent of its subflow. */
	.protos = 1ULL << PORTSOCK_PROTO_MPTCP | 1ULL << PORTSOCK_PROTO_TCP,
	.missing = PS_MPTCP_MISSING ? 1ULL << PORTSOCK_PROTO_MPTCP : 0,
	.match = mptcp_match,
	.walk = mptcp_walk,
	.fill = mptcp_fill,
};
