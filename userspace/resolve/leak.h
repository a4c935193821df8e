/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets that have left the service that made them. */
#ifndef PORTSOCK_RESOLVE_LEAK_H
#define PORTSOCK_RESOLVE_LEAK_H

#include "../util/buf.h"
#include "../view/row.h"
#include "cgroup.h"
#include "manager.h"
#include "procfs.h"

bool leak_find(struct procfs *p, struct cgroups *c, const struct row *row,
	       struct buf *text);

#endif /* PORTSOCK_RESOLVE_LEAK_H */
