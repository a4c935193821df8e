/* SPDX-License-Identifier: GPL-2.0 */
/* Commands that stop the owners of sockets. */
#ifndef PORTSOCK_WHY_STOP_H
#define PORTSOCK_WHY_STOP_H

#include "../util/buf.h"
#include "../view/row.h"

#define STOP_PIDS_MAX	5

/**
 * struct stop_list - Processes to stop
 * @pids: processes
 * @count: number of processes, at most STOP_PIDS_MAX + 1
 */
struct stop_list {
	u32 pids[STOP_PIDS_MAX + 1];
	size_t count;
};

void stop_add(struct stop_list *list, const struct row *row);
void stop_put(struct buf *t, const struct stop_list *list);

#endif /* PORTSOCK_WHY_STOP_H */
