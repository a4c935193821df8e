// SPDX-License-Identifier: GPL-2.0
/* XDP sockets: in the list of their namespace from creation to release. */
#include "../compat/xdp.h"
#include "../proto.h"
#include "../sock.h"

static bool xdp_match(const struct sock *sk)
{
	return sk->sk_family == AF_XDP;
}

static void xdp_fill(struct ps_batch *batch, struct sock *sk,
		     struct ps_record *r)
{
	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_XDP);
	ps_fill_generic(sk, r);
}

static int xdp_walk(struct ps_batch *batch)
{
	struct netns_xdp *xdp = ps_netns_xdp(batch->walk_net);
	struct ps_record *r;
	struct sock *sk;
	int err;

	if (!xdp)
		return 0;
	do {
		mutex_lock(&xdp->lock);
		sk_for_each(sk, &xdp->list) {
			if (ps_batch_is_full(batch))
				break;
			if (!ps_batch_enter(batch, sk))
				continue;
			r = ps_batch_add(batch);
			if (r)
				xdp_fill(batch, sk, r);
		}
		mutex_unlock(&xdp->lock);
		err = ps_batch_flush(batch);
	} while (err == -EAGAIN);
	return err;
}

const struct ps_proto ps_proto_xdp = {
	.name = "xdp",
	.protos = 1ULL << PORTSOCK_PROTO_XDP,
	.portless = true,
	.match = xdp_match,
	.walk = xdp_walk,
	.fill = xdp_fill,
};
