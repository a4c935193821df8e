/* SPDX-License-Identifier: GPL-2.0 */
/* A socket that is reached through the queue of another. */
#ifndef PORTSOCK_LINK_H
#define PORTSOCK_LINK_H

#include <linux/types.h>

enum ps_link_kind {
	PS_LINK_INFLIGHT,	/* a message in its queue has the other's file */
	PS_LINK_QUEUED,		/* the other waits in its accept queue         */
};

/**
 * struct ps_link - a socket that is reached through another
 * @carrier: cookie of the socket with the queue
 * @carried: cookie of the socket in the queue
 * @kind: enum ps_link_kind
 */
struct ps_link {
	u64 carrier;
	u64 carried;
	u8 kind;
};

#endif /* PORTSOCK_LINK_H */
