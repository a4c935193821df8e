// SPDX-License-Identifier: GPL-2.0
/*
 * SCTP (RFC 9260): a socket is an endpoint with any number of associations.
 * The functions that module sctp exports for sctp_diag list listeners
 * (endpoints) and connected sockets (transports).  The file table walk finds
 * bound sockets.
 */
#include <linux/module.h>

#include "../compat/sctp.h"
#include "../inet.h"
#include "../proto.h"
#include "../sock.h"

#define SCTP_SECTION	64	/* records of one RCU section */

static bool sctp_match(const struct sock *sk)
{
	return (sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
		sk->sk_protocol == IPPROTO_SCTP && sk->sk_type != SOCK_RAW;
}

static void sctp_fill(struct ps_batch *batch, struct sock *sk,
		      struct ps_record *r)
{
	/* A one-to-many socket has no peer of its own. */
	const bool one_to_many = sk->sk_type == SOCK_SEQPACKET;
	u8 state = inet_sk_state_load(sk);

	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_SCTP);
	ps_fill_inet(sk, r);
	if (one_to_many)
		r->remote.form = PS_FORM_ANY;
	if (one_to_many && state == SCTP_SS_CLOSED)
		r->state = r->has & PS_HAS_PORT ? PORTSOCK_UNCONN :
			PORTSOCK_UNBOUND;
	else
		r->state = ps_stream_state(state, r);
	r->has |= PS_HAS_QUEUES;
	if (r->state == PORTSOCK_LISTEN) {
		ps_fill_backlog(sk, r);
	} else if (!one_to_many) {
		r->rxq = sk_rmem_alloc_get(sk);
		r->txq = max(READ_ONCE(sk->sk_wmem_queued), 0);
	}
}

/*
 * Called by sctp_for_each_endpoint().  A reference on the endpoint or the lock
 * of its bucket keeps the endpoint, and the endpoint keeps the socket, even if
 * the socket is closed meanwhile.
 *
 * Under the lock (PS_SCTP_LOCKED), an error ends the walk of this bucket only
 * and the next buckets follow.  Therefore the whole table is read in sections,
 * like one bucket.
 */
static int sctp_add_endpoint(struct sctp_endpoint *ep, void *arg)
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
 * struct sctp_section - associations between two reschedule points
 * @batch: batch
 * @seen: number of associations in the section
 * @pos: number of the current association
 * @err: error that ended the walk
 */
struct sctp_section {
	struct ps_batch *batch;
	u32 seen;
	int pos;
	int err;
};

/*
 * Called by sctp_transport_traverse_process() for each association, under RCU
 * and with references on endpoint and association.  Return nonzero to leave RCU
 * and call sctp_end_section().
 */
static int sctp_add_association(struct sctp_endpoint *ep,
				struct sctp_transport *transport, void *arg)
{
	struct sctp_section *section = arg;
	struct ps_batch *batch = section->batch;
	struct sock *sk = ep->base.sk;
	struct ps_record *r;

	if (!ep->base.dead && !ps_batch_sink_has(batch, ps_cookie(sk))) {
		r = ps_batch_add(batch);
		if (r)
			sctp_fill(batch, sk, r);
	}
	return !ps_batch_has_room(batch, 1) || batch->count >= SCTP_SECTION ||
		++section->seen >= PS_BATCH_SKIPPED;
}

/* Return nonzero to end the walk; else it continues behind @pos. */
static int sctp_end_section(struct sctp_endpoint *ep,
			    struct sctp_transport *transport, void *arg)
{
	struct sctp_section *section = arg;

	section->err = ps_batch_flush(section->batch);
	section->seen = 0;
	return section->err;
}

static int sctp_walk_endpoints(struct ps_batch *batch)
{
	typeof(&sctp_for_each_endpoint) traverse =
		symbol_get(sctp_for_each_endpoint);
	int err;

	if (!traverse) {
		batch->unloaded |= ps_proto_sctp.protos;
		return 0;
	}
	do {
		err = ps_sctp_endpoints(traverse, batch->walk_net,
					sctp_add_endpoint, batch) ?:
			ps_batch_flush(batch);
	} while (err == -EAGAIN);
	symbol_put(sctp_for_each_endpoint);
	return err;
}

static int sctp_walk(struct ps_batch *batch)
{
	typeof(&sctp_transport_traverse_process) traverse;
	struct sctp_section section = { .batch = batch };
	int err = sctp_walk_endpoints(batch);

	if (err)
		return err;
	traverse = symbol_get(sctp_transport_traverse_process);
	if (!traverse)
		return 0;
	traverse(sctp_add_association, sctp_end_section, batch->walk_net,
		 &section.pos, &section);
	symbol_put(sctp_transport_traverse_process);
	return section.err ?: ps_batch_flush(batch);
}

const struct ps_proto ps_proto_sctp = {
	.name = "sctp",
	.protos = 1ULL << PORTSOCK_PROTO_SCTP,
	.match = sctp_match,
	.walk = sctp_walk,
	.fill = sctp_fill,
};
