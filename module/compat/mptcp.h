/* SPDX-License-Identifier: GPL-2.0 */
/* net/mptcp.h, and net/mptcp/protocol.h, which is private */
#ifndef PORTSOCK_COMPAT_MPTCP_H
#define PORTSOCK_COMPAT_MPTCP_H

#include <linux/tcp.h>
#include <net/mptcp.h>
#include <net/sock.h>

#ifdef PS_HAVE_MPTCP_TOKEN_ITER
struct mptcp_sock *mptcp_token_iter_next(const struct net *net, long *s_slot,
					 long *s_num);
#define PS_MPTCP_MISSING	false
#else
#define PS_MPTCP_MISSING	IS_ENABLED(CONFIG_MPTCP)
#endif

/**
 * ps_mptcp_next() - Return the next MPTCP socket
 * @net: network namespace
 * @slot: position of the iteration, 0 at first
 * @num: position of the iteration, 0 at first
 *
 * The table is shared by all network namespaces.  A namespace without MIB
 * counters has no sockets: mptcp_init_sock() allocates the counters.
 *
 * Context: process.
 * Return: a full socket with a reference, NULL at the end.
 */
static inline struct sock *ps_mptcp_next(struct net *net, long *slot,
					 long *num)
{
#ifdef PS_HAVE_MPTCP_TOKEN_ITER
	if (!READ_ONCE(net->mib.mptcp_statistics))
		return NULL;
	return (struct sock *)mptcp_token_iter_next(net, slot, num);
#else
	return NULL;
#endif
}

/* Return true if a full TCP socket is a subflow of an MPTCP socket. */
static inline bool ps_is_subflow(const struct sock *sk)
{
	return sk_is_mptcp(sk);
}

#endif /* PORTSOCK_COMPAT_MPTCP_H */
