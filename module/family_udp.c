// SPDX-License-Identifier: GPL-2.0
#include <net/udp.h>

#include "compat/udp.h"
#include "family.h"

static bool udp_match(const struct sock *sk)
{
	return (sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
		sk->sk_type == SOCK_DGRAM && sk->sk_protocol == IPPROTO_UDP;
}

static u8 udp_state(const struct sock *sk, const struct ps_record *r)
{
	if (sk->sk_state == TCP_ESTABLISHED)
		return PORTSOCK_ESTABLISHED;
	return r->has & PS_HAS_PORT ? PORTSOCK_UNCONN : PORTSOCK_UNBOUND;
}

/* Queues as udp_diag_get_info() has them. */
static void udp_fill(struct ps_batch *batch, struct sock *sk,
		     struct ps_record *r)
{
	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_UDP);
	ps_fill_inet(sk, r);
	r->state = udp_state(sk, r);
	r->rxq = udp_rqueue_get(sk);
	r->txq = sk_wmem_alloc_get(sk);
	r->has |= PS_HAS_QUEUES;
}

static void add_slot(struct ps_batch *batch, struct udp_hslot *slot)
{
	struct ps_record *r;
	struct sock *sk;

	sk_for_each(sk, &slot->head) {
		if (!net_eq(sock_net(sk), batch->net))
			continue;
		r = ps_batch_add(batch);
		if (r)
			udp_fill(batch, sk, r);
	}
}

static int udp_visit(struct ps_batch *batch)
{
	struct udp_table *table = ps_udp_table(batch->net);
	struct udp_hslot *slot;
	u32 i;
	int err = 0;

	for (i = 0; i <= table->mask && !err; i++) {
		slot = &table->hash[i];
		if (hlist_empty(&slot->head))
			continue;
		do {
			spin_lock_bh(&slot->lock);
			add_slot(batch, slot);
			spin_unlock_bh(&slot->lock);
			err = ps_batch_done(batch);
		} while (err == -EAGAIN);
	}
	return err;
}

const struct ps_family ps_family_udp = {
	.name = "udp",
	.match = udp_match,
	.visit = udp_visit,
	.fill = udp_fill,
};
