/* SPDX-License-Identifier: GPL-2.0 */
/* cgroup v2: paths and ids. */
#ifndef PORTSOCK_RESOLVE_CGROUP_H
#define PORTSOCK_RESOLVE_CGROUP_H

#include "../util/buf.h"
#include "hash.h"

#define NAME_UNKNOWN	"?"	/* a name that exists and could not be found */

/**
 * struct cgroups - Cgroups that were looked up
 * @paths: paths by id
 * @bytes: size of @paths
 * @checked: @partial was set
 * @walked: all cgroups were visited, or as many as the bounds allow
 * @partial: a cgroup that is not found may exist: the walk has left out some,
 *	or the mount has
 */
struct cgroups {
	struct hash paths;
	size_t bytes;
	bool checked;
	bool walked;
	bool partial;
};

const char *cgroups_path(struct cgroups *c, u64 id);
void cgroups_renew(struct cgroups *c);
int cgroup_open(const char *path);
bool cgroup_id(const char *path, u64 *id);

#endif /* PORTSOCK_RESOLVE_CGROUP_H */
