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
 * inet_num is the protocol here, so both ends carry it (/proc/net/raw does the
 * same).  An unnamed remote end stays "*:*".
 */
static void raw_fill(struct ps_batch *batch, struct sock *sk,
		     struct ps_record *r)
{
	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_RAW);
	ps_fill_inet(sk, r);
	r->has &= ~PS_HAS_PORT;
	r->local.form = sk->sk_family == AF_INET6 ? PS_FORM_INET6 : PS_FORM_INET;
	r->local.num = inet_sk(sk)->inet_num;
	r->remote.num = r->local.num;
	r->state = sk->sk_state == TCP_ESTABLISHED ? PORTSOCK_ESTABLISHED :
		PORTSOCK_UNCONN;
	ps_fill_memory(sk, r);
}

static void add_sock(struct ps_batch *batch, struct sock *sk)
{
	struct ps_record *r = ps_batch_wants_net(batch, sock_net(sk)) ?
		ps_batch_add(batch) : NULL;

	if (r)
		raw_fill(batch, sk, r);
	else
		ps_batch_skip(batch);
}

static int walk_table(struct raw_hashinfo *table, struct ps_batch *batch)
{
	struct sock *sk;
	u32 i;
	int err = 0;

	for (i = 0; i < RAW_HTABLE_SIZE && !err; i++) {
		if (hlist_empty(&table->ht[i]))
			continue;
		do {
			ps_raw_lock(table);
			sk_for_each_rcu(sk, &table->ht[i]) {
				if (ps_batch_is_full(batch))
					break;
				if (ps_batch_enter(batch, sk))
					add_sock(batch, sk);
			}
			ps_raw_unlock(table);
			err = ps_batch_flush(batch);
		} while (err == -EAGAIN);
	}
	return err;
}

static int raw_walk(struct ps_batch *batch)
{
	struct raw_hashinfo *inet6 = ps_raw6_table();
	int err = walk_table(&raw_v4_hashinfo, batch);

	if (!err && inet6)
		err = walk_table(inet6, batch);
	return err;
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
