// SPDX-License-Identifier: GPL-2.0
/*
 * Shared memory communications (RFC 7609): a socket beside a TCP one, which has
 * the addresses and is the kernel's, [smc].  The table is asked for only if the
 * module is loaded.
 */
#include <linux/module.h>

#include "../compat/smc.h"
#include "../proto.h"
#include "../sock.h"

/* From 6.11 on also socket(AF_INET, SOCK_STREAM, IPPROTO_SMC). */
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

static void add_sock(struct ps_batch *batch, struct sock *sk)
{
	struct ps_record *r = ps_batch_wants_net(batch, sock_net(sk)) ?
		ps_batch_add(batch) : NULL;

	if (r)
		smc_fill(batch, sk, r);
	else
		ps_batch_skip(batch);
}

static int walk_table(struct smc_hashinfo *table, struct ps_batch *batch)
{
	struct sock *sk;
	int err;

	do {
		read_lock_bh(&table->lock);
		sk_for_each(sk, &table->ht) {
			if (ps_batch_is_full(batch))
				break;
			if (ps_batch_enter(batch, sk))
				add_sock(batch, sk);
		}
		read_unlock_bh(&table->lock);
		err = ps_batch_flush(batch);
	} while (err == -EAGAIN);
	return err;
}

static int smc_walk(struct ps_batch *batch)
{
	const char *const protos[] = { "smc_proto", "smc_proto6" };
	struct proto *proto;
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(protos) && !err; i++) {
		proto = __symbol_get(protos[i]);
		if (!proto)
			continue;
		err = walk_table(proto->h.smc_hash, batch);
		__symbol_put(protos[i]);
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
