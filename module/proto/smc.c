// SPDX-License-Identifier: GPL-2.0
/*
 * Shared memory communications (RFC 7609): each SMC socket has a TCP socket,
 * which has the addresses and is a kernel socket of module smc.  The walk never
 * loads the module, and holds a loaded one only while it runs.
 */
#include <linux/module.h>

#include "../compat/smc.h"
#include "../proto.h"
#include "../sock.h"

/* From 6.11 on there is also socket(AF_INET, SOCK_STREAM, IPPROTO_SMC). */
#ifndef IPPROTO_SMC
#define IPPROTO_SMC	256
#endif

static bool smc_match(const struct sock *sk)
{
	return sk->sk_family == AF_SMC ||
		ps_is_inet(sk, SOCK_STREAM, IPPROTO_SMC);
}

static void smc_fill(struct ps_batch *batch, struct sock *sk,
		     struct ps_record *r)
{
	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_SMC);
	ps_fill_generic(sk, r);
}

static int smc_walk_table(struct ps_batch *batch, struct smc_hashinfo *table)
{
	struct ps_record *r;
	struct sock *sk;
	int err;

	do {
		read_lock_bh(&table->lock);
		sk_for_each(sk, &table->ht) {
			if (ps_batch_is_full(batch))
				break;
			if (!ps_batch_enter(batch, sk))
				continue;
			if (!ps_batch_wants_net(batch, sock_net(sk))) {
				ps_batch_skip(batch);
				continue;
			}
			r = ps_batch_add(batch);
			if (r)
				smc_fill(batch, sk, r);
		}
		read_unlock_bh(&table->lock);
		err = ps_batch_flush(batch);
	} while (err == -EAGAIN);
	return err;
}

static int smc_walk(struct ps_batch *batch)
{
	const char *const names[] = { "smc_proto", "smc_proto6" };
	struct proto *proto;
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(names) && !err; i++) {
		proto = __symbol_get(names[i]);
		if (!proto)
			continue;
		err = smc_walk_table(batch, proto->h.smc_hash);
		__symbol_put(names[i]);
	}
	return err;
}

const struct ps_proto ps_proto_smc = {
	.name = "smc",
	.protos = 1ULL << PORTSOCK_PROTO_SMC,
	.portless = true,
	.shared = true,
	.missing = PS_SMC_MISSING ? 1ULL << PORTSOCK_PROTO_SMC : 0,
	.match = smc_match,
	.walk = smc_walk,
	.fill = smc_fill,
};
