// SPDX-License-Identifier: GPL-2.0
#include "../compat/udp.h"
#include "../inet.h"
#include "../proto.h"
#include "../resched.h"
#include "../sock.h"
#include "udp.h"

static bool udp_match(const struct sock *sk)
{
	return ps_is_inet(sk, SOCK_DGRAM, IPPROTO_UDP);
}

/**
 * ps_udp_fill() - Fill the record of a UDP or UDP-Lite socket
 * @batch: batch
 * @sk: a full socket that cannot be freed during the call
 * @r: zeroed record
 * @proto: UDP or UDP-Lite
 *
 * The queues are as in udp_diag_get_info().
 *
 * Context: locks may be held.
 */
void ps_udp_fill(struct ps_batch *batch, struct sock *sk, struct ps_record *r,
		 enum portsock_proto proto)
{
	ps_fill_sock(batch, sk, r, proto);
	ps_fill_inet(sk, r);
	r->state = ps_datagram_state(sk, r);
	r->rxq = udp_rqueue_get(sk);
	r->txq = sk_wmem_alloc_get(sk);
	r->has |= PS_HAS_QUEUES;
}

static void udp_fill(struct ps_batch *batch, struct sock *sk,
		     struct ps_record *r)
{
	ps_udp_fill(batch, sk, r, PORTSOCK_PROTO_UDP);
}

/*
 * Add the sockets of a slot: of one port in batch->walk_net, or of all ports
 * with PS_NO_PORT.  Ports and network namespaces share slots.
 */
static int udp_walk_slot(struct ps_batch *batch, struct udp_hslot *slot,
			 u32 number, enum portsock_proto proto)
{
	struct ps_bind_row *row;
	struct ps_record *r;
	bool bind_rows;
	struct sock *sk;
	int err;

	if (hlist_empty(&slot->head))
		return 0;
	do {
		spin_lock_bh(&slot->lock);
		/*
		 * bind() walks a short slot, and the first match decides
		 * (udp_lib_get_port()).  So bind rows have the slot's order.
		 */
		bind_rows = ps_filter_has(batch->filter, PS_KEY_BIND) &&
			slot->count <= PS_UDP_SLOT_WALK_MAX;
		sk_for_each(sk, &slot->head) {
			if (!ps_batch_enter(batch, sk)) {
				if (ps_batch_is_full(batch))
					break;
				continue;
			}
			if (!ps_batch_wants_net(batch, sock_net(sk)) ||
			    (number != PS_NO_PORT &&
			     (inet_sk(sk)->inet_num != number ||
			      !net_eq(sock_net(sk), batch->walk_net)))) {
				ps_batch_skip(batch);
				continue;
			}
			r = ps_batch_add(batch);
			if (r)
				ps_udp_fill(batch, sk, r, proto);
			if (!bind_rows)
				continue;
			row = ps_batch_add_bind_row(batch, sock_net(sk),
						    inet_sk(sk)->inet_num,
						    proto);
			if (row)
				row->cookie = ps_cookie(sk);
		}
		spin_unlock_bh(&slot->lock);
		err = ps_batch_end_bucket(batch);
	} while (err == -EAGAIN);
	return err;
}

/**
 * ps_udp_walk() - Walk a table of UDP or UDP-Lite
 * @batch: batch
 * @table: table of batch->walk_net
 * @first: table of batch->first_net
 * @proto: UDP or UDP-Lite
 *
 * Context: process, may sleep.
 * Return: 0 or the error of ps_batch_flush().
 */
int ps_udp_walk(struct ps_batch *batch, struct udp_table *table,
		const struct udp_table *first, enum portsock_proto proto)
{
	const struct ps_filter *filter = batch->filter;
	struct udp_hslot *slot;
	u32 i, stop, port;
	int err = 0;

	if (ps_filter_has_few_ports(filter)) {
		/* All sockets of a port are in one slot of its namespace. */
		for (port = ps_filter_next_port(filter, 0);
		     port != PS_NO_PORT && !err;
		     port = ps_filter_next_port(filter, port + 1)) {
			slot = udp_hashslot(table, batch->walk_net, port);
			err = udp_walk_slot(batch, slot, port, proto);
		}
		return err ?: ps_batch_flush(batch);
	}
	/* The walk of another network namespace included a shared table. */
	if (table == first && !ps_batch_is_first(batch))
		return 0;
	ps_for_each_resched(i, stop, 0, table->mask + 1) {
		err = udp_walk_slot(batch, &table->hash[i], PS_NO_PORT, proto);
		if (err)
			return err;
	}
	return ps_batch_flush(batch);
}

static int udp_walk(struct ps_batch *batch)
{
	return ps_udp_walk(batch, ps_udp_table(batch->walk_net),
			   ps_udp_table(batch->first_net), PORTSOCK_PROTO_UDP);
}

const struct ps_proto ps_proto_udp = {
	.name = "udp",
	.protos = 1ULL << PORTSOCK_PROTO_UDP,
	.match = udp_match,
	.walk = udp_walk,
	.fill = udp_fill,
};
