/* SPDX-License-Identifier: GPL-2.0 */
/* net/sctp/sctp.h */
#ifndef PORTSOCK_COMPAT_SCTP_H
#define PORTSOCK_COMPAT_SCTP_H

#include <net/sctp/sctp.h>

typedef int (*ps_visit_endpoint)(struct sctp_endpoint *ep, void *arg);

/* In older kernels the callback runs under the lock of the bucket. */
#ifdef PS_HAVE_SCTP_ENDPOINTS_LOCKED
#define PS_SCTP_LOCKED	true
#else
#define PS_SCTP_LOCKED	false
#endif

/**
 * ps_sctp_endpoints() - Iterate over the endpoints of a network namespace
 * @walk: sctp_for_each_endpoint()
 * @net: network namespace
 * @visit: called with each endpoint and @arg.  If PS_SCTP_LOCKED, it is called
 *	under the lock of the bucket, also for endpoints of other namespaces,
 *	and must return 0
 * @arg: argument for @visit
 *
 * Context: process, may sleep.
 * Return: 0 or the result of @visit.
 */
static inline int ps_sctp_endpoints(typeof(&sctp_for_each_endpoint) walk,
				    struct net *net, ps_visit_endpoint visit,
				    void *arg)
{
#ifdef PS_HAVE_SCTP_ENDPOINTS_LOCKED
	return walk(visit, arg);
#else
	int pos = 0;

	return walk(visit, net, &pos, arg);
#endif
}

#endif /* PORTSOCK_COMPAT_SCTP_H */
