// SPDX-License-Identifier: GPL-2.0
/*
 * AF_ALG sockets: the type of an algorithm, as bind() selected it.  There is no
 * table: the file table walk finds the sockets.
 */
#include <crypto/if_alg.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "../proto.h"
#include "../sock.h"

static bool alg_match(const struct sock *sk)
{
	return sk->sk_family == AF_ALG;
}

/*
 * LOCAL is the type.  The socket of an operation, which accept() returned, has
 * the type of its parent.
 */
static void alg_fill(struct ps_batch *batch, struct sock *sk,
		     struct ps_record *r)
{
	const struct af_alg_type *type;
	size_t len = 0;

	ps_fill_sock(batch, sk, r, PORTSOCK_PROTO_ALG);
	ps_fill_generic(sk, r);
	/*
	 * alg_bind() replaces the type before it drops the reference on the
	 * module of the old one, and free_module() waits for a grace period: a
	 * type that was read in this RCU section is not freed before its end.
	 */
	rcu_read_lock();
	type = READ_ONCE(alg_sk(sk)->type);
	if (type)
		len = strnlen(type->name, sizeof(type->name));
	if (len)
		r->local.text = ps_batch_text(batch, type->name, len);
	rcu_read_unlock();
	if (!r->local.text)
		return;
	r->local.form = PS_FORM_PATH;
	r->local.len = len;
}

const struct ps_proto ps_proto_alg = {
	.name = "alg",
	.match = alg_match,
	.fill = alg_fill,
};
