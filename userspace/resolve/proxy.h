/* SPDX-License-Identifier: GPL-2.0 */
/* Programs that publish ports of a container and are not in it. */
#ifndef PORTSOCK_RESOLVE_PROXY_H
#define PORTSOCK_RESOLVE_PROXY_H

#include "manager.h"

void proxy_read_addresses(struct hash *by_address, const char *json,
			  const char *id);
bool proxy_check(struct process *process, struct manager *m);
void proxy_container(struct managers *managers, struct procfs *p,
		     struct process *process, struct manager *m);

#endif /* PORTSOCK_RESOLVE_PROXY_H */
