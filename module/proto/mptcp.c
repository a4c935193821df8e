// SPDX-License-Identifier: GPL-2.0
/*
 * Multipath TCP: one socket over several TCP sockets, its subflows.  The kernel
 * lists its connections; listeners and what is only bound are known by their
 * descriptors.
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
 * Its ends are those of the first subflow.  Queues as in mptcp_diag, but for
 * a listener's, which are to be seen at the subflow that listens.
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

/* Its subflow waits for accept(), and has no other way to tell whose it is. */
static void add_sock(struct ps_batch *batch, struct sock *sk,
		     struct ps_record *r)
{
	mptcp_fill(batch, sk, r);
	if (!(r->observed & PS_OBS_SOCKET))
		r->walk |= PS_WALK_KEEP;
}

static int mptcp_walk(struct ps_batch *batch)
{
	long slot = 0, num = 0;
	struct ps_record *r;
	struct sock *sk;
	int err = 0;

	while (!err && (sk = ps_mptcp_next(batch->walk_net, &slot, &num))) {
		r = ps_batch_add(batch);
		if (r)
			add_sock(batch, sk, r);
		sock_put(sk);
		err = ps_batch_flush(batch);
	}
	return err;
}

const struct ps_proto ps_proto_mptcp = {
	.name = "mptcp",
	.protos = 1ULL << PORTSOCK_PROTO_MPTCP | 1ULL << PORTSOCK_PROTO_TCP,
	.missing = PS_MPTCP_MISSING ? 1ULL << PORTSOCK_PROTO_MPTCP : 0,
	.match = mptcp_match,
	.walk = mptcp_walk,
	.fill = mptcp_fill,
};
