// SPDX-License-Identifier: GPL-2.0
#include <linux/ktime.h>

#include "proto.h"
#include "trace.h"

/* In the order of the walk; the last protocol matches every socket. */
static const struct ps_proto *const protos[] = {
	&ps_proto_tcp,
	&ps_proto_udp,
	&ps_proto_udplite,
	&ps_proto_ping,
	&ps_proto_mptcp,
	&ps_proto_dccp,
	&ps_proto_sctp,
	&ps_proto_vsock,
	&ps_proto_raw,
	&ps_proto_unix,
	&ps_proto_netlink,
	&ps_proto_packet,
	&ps_proto_tipc,
	&ps_proto_alg,
	&ps_proto_smc,
	&ps_proto_xdp,
	&ps_proto_other,
};

/* Return true if a row of the view may depend on the protocol's table. */
static bool proto_is_wanted(const struct ps_batch *batch,
			    const struct ps_proto *proto)
{
	const struct ps_filter *filter = batch->filter;

	if (!proto->walk || !(proto->protos & ~batch->unloaded))
		return false;
	if (proto->shared && !ps_batch_is_first(batch))
		return false;
	if (batch->inflight_only && !proto->carries)
		return false;
	/* A socket with a port that is in flight is in its own table, too. */
	if (batch->state_only && (proto->carries ||
				  !(batch->state_only & proto->protos)))
		return false;
	if (ps_filter_has(filter, PS_KEY_PROTO) &&
	    !(filter->protos & proto->protos))
		return false;
	return !proto->portless || !(ps_filter_has(filter, PS_KEY_PORT) ||
				     ps_filter_has(filter, PS_KEY_RPORT));
}

/**
 * ps_protos_missing() - Return the protocols with a table out of reach
 *
 * Return: protocols (bits of enum portsock_proto) of which this kernel has a
 * table, but does not export it to modules.
 */
u64 ps_protos_missing(void)
{
	unsigned int i;
	u64 missing = 0;

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		missing |= protos[i]->missing;
	return missing;
}

/**
 * ps_protos_walk() - Walk the tables of all protocols in batch->walk_net
 * @batch: batch
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -EINTR or the sink's error.
 */
int ps_protos_walk(struct ps_batch *batch)
{
	u64 flushed, begin;
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(protos) && !err; i++) {
		if (!proto_is_wanted(batch, protos[i]))
			continue;
		/* Patched out unless the tracepoint is enabled. */
		if (!trace_proto_walk_enabled()) {
			err = protos[i]->walk(batch);
			continue;
		}
		flushed = batch->flushed;
		begin = ktime_get_boottime_ns();
		err = protos[i]->walk(batch);
		trace_proto_walk(protos[i]->name, batch, batch->flushed - flushed,
				 ktime_get_boottime_ns() - begin, err);
	}
	return err;
}

/**
 * ps_protos_fill() - Fill the record of a socket
 * @batch: keeps the text of the record
 * @sk: a full socket that cannot be freed during the call
 * @r: zeroed but for PS_NO_EXPIRY
 *
 * Context: locks may be held.
 */
void ps_protos_fill(struct ps_batch *batch, struct sock *sk,
		    struct ps_record *r)
{
	unsigned int i = 0;

	while (!protos[i]->match(sk))
		i++;
	protos[i]->fill(batch, sk, r);
}
