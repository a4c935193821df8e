// SPDX-License-Identifier: GPL-2.0
#include "../compat/udp.h"
#include "../inet.h"
#include "../sock.h"
#include "udp.h"

static bool udp_match(const struct sock *sk)
{
	return ps_is_inet(sk, SOCK_DGRAM, IPPROTO_UDP);
}

/**
 * ps_udp_fill() - tell of a UDP or UDP-Lite socket
 * @batch: keeps the record's texts
 * @sk: a full socket that cannot go away meanwhile
 * @r: zeroed record
 * @proto: which of the two
 *
 * The queues are as udp_diag_get_info() has them.
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

/* The first that bind() meets decides, so the order is told. */
static void tell_next(struct ps_batch *batch, struct sock *sk,
		      enum portsock_proto proto)
{
	struct ps_bind_row *row =
		ps_batch_add_bind_row(batch, sock_net(sk),
				      inet_sk(sk)->inet_num, proto);

	if (row)
		row->cookie = ps_cookie(sk);
}

/* Under its lock: whether somebody asked, and bind() goes by the slot. */
static bool tells_order(const struct ps_batch *batch,
			const struct udp_hslot *slot)
{
	return ps_filter_has(batch->filter, PS_KEY_BIND) &&
		slot->count <= PS_UDP_SLOT_WALK_MAX;
}

static void add_slot(struct ps_batch *batch, struct udp_hslot *slot,
		     enum portsock_proto proto)
{
	const bool tells = tells_order(batch, slot);
	struct ps_record *r;
	struct sock *sk;

	sk_for_each(sk, &slot->head) {
		if (!ps_batch_enter(batch, sk)) {
			if (ps_batch_is_full(batch))
				break;
			continue;
		}
		if (!ps_batch_wants_net(batch, sock_net(sk))) {
			ps_batch_skip(batch);
			continue;
		}
		r = ps_batch_add(batch);
		if (r)
			ps_udp_fill(batch, sk, r, proto);
		if (tells)
			tell_next(batch, sk, proto);
	}
}

static int walk_slot(struct ps_batch *batch, struct udp_hslot *slot,
		      enum portsock_proto proto)
{
	int err;

	if (hlist_empty(&slot->head))
		return 0;
	do {
		spin_lock_bh(&slot->lock);
		add_slot(batch, slot, proto);
		spin_unlock_bh(&slot->lock);
		err = ps_batch_end_bucket(batch);
	} while (err == -EAGAIN);
	return err;
}

/* A port's sockets stand in one slot; a slot is visited once for each port. */
static int walk_ports(struct ps_batch *batch, struct udp_table *table,
		       enum portsock_proto proto)
{
	u32 port = ps_filter_next_port(batch->filter, 0);
	int err = 0;

	for (; port != PS_NO_PORT && !err;
	     port = ps_filter_next_port(batch->filter, port + 1))
		err = walk_slot(batch, udp_hashslot(table, batch->walk_net, port),
				 proto);
	return err ?: ps_batch_flush(batch);
}

/**
 * ps_udp_walk() - walk a table of UDP or UDP-Lite
 * @table: that of batch->walk_net
 * @first: that of batch->first_net
 * @proto: which of the two
 * @batch: where the sockets go
 *
 * Context: process, may sleep.
 * Return: 0 or what ps_batch_flush() said.
 */
int ps_udp_walk(struct udp_table *table, const struct udp_table *first,
		 enum portsock_proto proto, struct ps_batch *batch)
{
	u32 i;
	int err = 0;

	if (ps_filter_has_few_ports(batch->filter))
		return walk_ports(batch, table, proto);
	if (table == first && !ps_batch_is_first(batch))
		return 0;
	for (i = 0; i <= table->mask && !err; i++)
		err = walk_slot(batch, &table->hash[i], proto);
	return err ?: ps_batch_flush(batch);
}

static int udp_walk(struct ps_batch *batch)
{
	return ps_udp_walk(ps_udp_table(batch->walk_net),
			    ps_udp_table(batch->first_net), PORTSOCK_PROTO_UDP,
			    batch);
}

const struct ps_proto ps_proto_udp = {
	.name = "udp",
	.protos = 1ULL << PORTSOCK_PROTO_UDP,
	.match = udp_match,
	.walk = udp_walk,
	.fill = udp_fill,
};
