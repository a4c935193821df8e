// SPDX-License-Identifier: GPL-2.0
/*
 * SCTP (RFC 9260): a socket is an endpoint, which may have any number of
 * associations.  A listening one is found in the table of endpoints, a
 * connected one through its associations' transports, both by what the module
 * exports for sctp_diag; one that is only bound, by its descriptor.
 */
#include <linux/module.h>

#include "../compat/sctp.h"
#include "../inet.h"
#include "../proto.h"
#include "../sock.h"

#define SECTION	64	/* sockets told of in one RCU section */

static bool sctp_match(const struct sock *sk)
{
	return (sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
		sk->sk_protocol == IPPROTO_SCTP && sk->sk_type != SOCK_RAW;
}

/* One-to-many sockets have no peer of their own. */
static bool is_one_to_many(const struct sock *sk)
{
	return sk->sk_type == SOCK_SEQPACKET;
}

static u8 stream_state(u8 state, const struct sock *sk,
		       const struct ps_record *r)
{
	if (state == SCTP_SS_CLOSED && is_one_to_many(sk))
		return r->has & PS_HAS_PORT ? PORTSOCK_UNCONN :
			PORTSOCK_UNBOUND;
	return ps_stream_state(state, r);
}

static void sctp_fill(struct ps_batch *batch, struct sock *sk,
		      struct ps_record *r)
{
	u8 state = inet_sk_state_load(sk);

	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_SCTP);
	ps_fill_inet(sk, r);
	if (is_one_to_many(sk))
		r->remote.form = PS_FORM_ANY;
	r->state = stream_state(state, sk, r);
	r->has |= PS_HAS_QUEUES;
	if (r->state == PORTSOCK_LISTEN) {
		ps_fill_backlog(sk, r);
	} else if (!is_one_to_many(sk)) {
		r->rxq = sk_rmem_alloc_get(sk);
		r->txq = max(READ_ONCE(sk->sk_wmem_queued), 0);
	}
}

/*
 * The endpoint is held, by a reference or by its bucket's lock, and with it the
 * socket, also of one that is closed from now on.  Under the lock an error would
 * end the walk of that bucket only, so that the others go on: then the table is
 * read in sections, as if it were one bucket.
 */
static int add_endpoint(struct sctp_endpoint *ep, void *arg)
{
	struct ps_batch *batch = arg;
	struct sock *sk = ep->base.sk;
	struct ps_record *r;

	if (PS_SCTP_LOCKED && !ps_batch_enter(batch, sk))
		return 0;
	if (ep->base.dead || !net_eq(sock_net(sk), batch->walk_net)) {
		ps_batch_skip(batch);
		return 0;
	}
	r = ps_batch_add(batch);
	if (r)
		sctp_fill(batch, sk, r);
	return PS_SCTP_LOCKED ? 0 : ps_batch_end_bucket(batch);
}

/**
 * struct section - the associations that are read between two reschedule points
 * @batch: batch
 * @seen: associations that were looked at
 * @pos: number of the association that is looked at
 * @err: why to stop
 */
struct section {
	struct ps_batch *batch;
	u32 seen;
	int pos;
	int err;
};

/*
 * Called under RCU for each association; the endpoint and the association are
 * held.  Returns whether to leave RCU for end_section().
 */
static int add_association(struct sctp_endpoint *ep,
			   struct sctp_transport *transport, void *arg)
{
	struct section *section = arg;
	struct ps_batch *batch = section->batch;
	struct sock *sk = ep->base.sk;
	struct ps_record *r;

	if (!ep->base.dead && !ps_batch_sink_has(batch, ps_cookie(sk))) {
		r = ps_batch_add(batch);
		if (r)
			sctp_fill(batch, sk, r);
	}
	return !ps_batch_has_room(batch, 1) || batch->count >= SECTION ||
		++section->seen >= PS_BATCH_SKIPPED;
}

/* Returns whether to stop; else it goes on behind @pos. */
static int end_section(struct sctp_endpoint *ep,
		       struct sctp_transport *transport, void *arg)
{
	struct section *section = arg;

	section->err = ps_batch_flush(section->batch);
	section->seen = 0;
	return section->err;
}

static int walk_endpoints(struct ps_batch *batch)
{
	typeof(&sctp_for_each_endpoint) traverse =
		symbol_get(sctp_for_each_endpoint);
	int err;

	if (!traverse) {
		batch->unloaded |= ps_proto_sctp.protos;
		return 0;
	}
	do {
		err = ps_sctp_endpoints(traverse, batch->walk_net, add_endpoint,
					batch) ?: ps_batch_flush(batch);
	} while (err == -EAGAIN);
	symbol_put(sctp_for_each_endpoint);
	return err;
}

static int walk_associations(struct ps_batch *batch)
{
	typeof(&sctp_transport_traverse_process) traverse =
		symbol_get(sctp_transport_traverse_process);
	struct section section = { .batch = batch };

	if (!traverse)
		return 0;
	traverse(add_association, end_section, batch->walk_net, &section.pos, &section);
	symbol_put(sctp_transport_traverse_process);
	return section.err ?: ps_batch_flush(batch);
}

static int sctp_walk(struct ps_batch *batch)
{
	return walk_endpoints(batch) ?: walk_associations(batch);
}

const struct ps_proto ps_proto_sctp = {
	.name = "sctp",
	.protos = 1ULL << PORTSOCK_PROTO_SCTP,
	.match = sctp_match,
	.walk = sctp_walk,
	.fill = sctp_fill,
};
