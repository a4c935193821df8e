/* SPDX-License-Identifier: GPL-2.0 */
/* Commands that stop the owners of sockets, by their managers. */
#ifndef PORTSOCK_WHY_STOP_H
#define PORTSOCK_WHY_STOP_H

#include "../util/buf.h"
#include "../view/row.h"

#define STOP_OWNERS_MAX		128
#define STOP_CGROUPS_MAX	16

/**
 * struct stop_owner - A process to stop
 * @pid: PID
 * @is_systemd: its name is that of systemd
 */
struct stop_owner {
	u32 pid;
	bool is_systemd;
};

/**
 * struct stop_list - Owners of sockets
 * @live: the processes exist now: they are not those of a saved view
 * @owners: processes
 * @count: number of @owners
 * @more: there are more than STOP_OWNERS_MAX
 * @cgroups: cgroups in which the sockets were made
 * @cgroup_count: number of @cgroups
 */
struct stop_list {
	bool live;
	struct stop_owner owners[STOP_OWNERS_MAX];
	size_t count;
	bool more;
	u64 cgroups[STOP_CGROUPS_MAX];
	size_t cgroup_count;
};

void stop_add(struct stop_list *list, const struct row *row);
void stop_put(struct buf *t, const struct stop_list *list);

#endif /* PORTSOCK_WHY_STOP_H */
