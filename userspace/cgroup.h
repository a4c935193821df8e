/* SPDX-License-Identifier: GPL-2.0 */
/* cgroup v2: where a cgroup is, and whose it is. */
#ifndef PORTSOCK_CGROUP_H
#define PORTSOCK_CGROUP_H

#include "cache.h"
#include "text.h"
#include "../module/format/base.h"

#define PS_UNKNOWN	"?"	/* a name that exists and could not be found */

/**
 * struct ps_cgroups - cgroups that were looked up
 * @paths: their paths by id
 * @bytes: size of @paths
 * @walked: all cgroups were visited, or as many as the bounds allow
 * @partial: not all
 */
struct ps_cgroups {
	struct ps_cache paths;
	size_t bytes;
	bool walked;
	bool partial;
};

const char *ps_cgroups_path(struct ps_cgroups *c, u64 id);
void ps_cgroups_renew(struct ps_cgroups *c);
bool ps_cgroup_id(const char *path, u64 *id);
bool ps_cgroup_unit(struct ps_text *t, const char *path);
bool ps_cgroup_container(struct ps_text *t, const char *path);

#endif /* PORTSOCK_CGROUP_H */
