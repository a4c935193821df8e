/* SPDX-License-Identifier: GPL-2.0 */
/* cgroup v2: where a cgroup is, and whose it is. */
#ifndef PORTSOCK_CGROUP_H
#define PORTSOCK_CGROUP_H

#include "name_cache.h"
#include "../util/buf.h"
#include "../../module/format/base.h"

#define NAME_UNKNOWN	"?"	/* a name that exists and could not be found */

/**
 * struct cgroups - cgroups that were looked up
 * @paths: their paths by id
 * @bytes: size of @paths
 * @walked: all cgroups were visited, or as many as the bounds allow
 * @partial: not all
 */
struct cgroups {
	struct name_cache paths;
	size_t bytes;
	bool walked;
	bool partial;
};

const char *cgroups_path(struct cgroups *c, u64 id);
void cgroups_renew(struct cgroups *c);
bool cgroup_id(const char *path, u64 *id);
bool cgroup_unit(struct buf *t, const char *path);
bool cgroup_container(struct buf *t, const char *path);

#endif /* PORTSOCK_CGROUP_H */
