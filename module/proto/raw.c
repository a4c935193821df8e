// SPDX-License-Identifier: GPL-2.0
/* Raw IP sockets: an address and a protocol, no port. */
#include <net/raw.h>
#include <net/rawv6.h>

#include "../compat/raw.h"
#include "../inet.h"
#include "../proto.h"
#include "../sock.h"

static bool raw_match(const struct sock *sk)
{
	return (sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
		sk->sk_type == SOCK_RAW;
}

/*
 * inet_num is the protocol.  Both ends have it, as in /proc/net/raw.  A remote
 * end without address stays "*:*".
 */
static void raw_fill(struct ps_batch *batch, struct sock *sk,
		     struct ps_record *r)
{
	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_RAW);
	ps_fill_inet(sk, r);
	r->has &= ~PS_HAS_PORT;
	r->local.form = sk->sk_family == AF_INET6 ? PS_FORM_INET6 :
		PS_FORM_INET;
	r->local.num = inet_sk(sk)->inet_num;
	r->remote.num = r->local.num;
	r->state = sk->sk_state == TCP_ESTABLISHED ? PORTSOCK_ESTABLISHED :
		PORTSOCK_UNCONN;
	ps_fill_memory(sk, r);
}

static int raw_walk_bucket(struct ps_batch *batch, struct raw_hashinfo *table,
			   u32 i)
{
	struct ps_record *r;
	struct sock *sk;
	int err;

	do {
		ps_raw_lock(table);
		sk_for_each_rcu(sk, &table->ht[i]) {
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
				raw_fill(batch, sk, r);
		}
		ps_raw_unlock(table);
		err = ps_batch_flush(batch);
	} while (err == -EAGAIN);
	return err;
}

static int raw_walk(struct ps_batch *batch)
{
	struct raw_hashinfo *tables[] = { &raw_v4_hashinfo, ps_raw6_table() };
	u32 t, i;
	int err;

	for (t = 0; t < ARRAY_SIZE(tables); t++) {
		if (!tables[t])
			continue;
		for (i = 0; i < RAW_HTABLE_SIZE; i++) {
			if (hlist_empty(&tables[t]->ht[i]))
				continue;
			err = raw_walk_bucket(batch, tables[t], i);
			if (err)
				return err;
		}
	}
	return 0;
}

const struct ps_proto ps_proto_raw = {
	.name = "raw",
	.protos = 1ULL << PORTSOCK_PROTO_RAW,
	.portless = true,
	.shared = true,
	.match = raw_match,
	.walk = raw_walk,
	.fill = raw_fill,
};
