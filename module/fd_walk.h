/* SPDX-License-Identifier: GPL-2.0 */
/* The descriptor walk: which process holds which socket. */
#ifndef PORTSOCK_FD_WALK_H
#define PORTSOCK_FD_WALK_H

#include "batch.h"
#include "store.h"
#include "opener.h"

int ps_fd_walk(struct ps_store *store, struct ps_batch *batch,
		   const struct ps_opener *opener, bool second);

#endif /* PORTSOCK_FD_WALK_H */
