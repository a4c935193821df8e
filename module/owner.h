/* SPDX-License-Identifier: GPL-2.0 */
/* The descriptor walk: which process holds which socket. */
#ifndef PORTSOCK_OWNER_H
#define PORTSOCK_OWNER_H

#include "batch.h"
#include "store.h"

struct pid_namespace;

int ps_owners_walk(struct ps_store *store, struct ps_batch *batch,
		   struct pid_namespace *pid_ns, bool doubtful_only);

#endif /* PORTSOCK_OWNER_H */
