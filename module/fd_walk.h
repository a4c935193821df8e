/* SPDX-License-Identifier: GPL-2.0 */
/* The walk over file tables, which finds the owners of sockets. */
#ifndef PORTSOCK_FD_WALK_H
#define PORTSOCK_FD_WALK_H

#include "batch.h"
#include "opener.h"
#include "store.h"

int ps_fd_walk(struct ps_store *store, struct ps_batch *batch,
	       const struct ps_opener *opener);

#endif /* PORTSOCK_FD_WALK_H */
