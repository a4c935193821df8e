/* SPDX-License-Identifier: GPL-2.0 */
/* cgroup v2: where a cgroup is, and whose it is. */
#ifndef PORTSOCK_CGROUP_H
#define PORTSOCK_CGROUP_H

#include "text.h"
#include "../module/core/base.h"

void ps_cgroup_each(void (*add)(void *to, u64 id, const char *path), void *to);
bool ps_cgroup_id(const char *path, u64 *id);
bool ps_cgroup_unit(struct ps_text *t, const char *path);
bool ps_cgroup_container(struct ps_text *t, const char *path);

#endif /* PORTSOCK_CGROUP_H */
