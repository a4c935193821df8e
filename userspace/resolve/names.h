/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names that the view does not have.  Each is looked up when it is shown
 * first, and only then.
 */
#ifndef PORTSOCK_LOOKUP_H
#define PORTSOCK_LOOKUP_H

#include "name_cache.h"
#include "cgroup.h"
#include "../output/columns.h"
#include "process.h"
#include "../view/row.h"

/* What a name is of: the key of the cache. */
enum name_kind {
	NAME_SERVICE,	/* a protocol's port                        */
	NAME_USER,		/* a uid                                    */
	NAME_HOST,		/* an address                               */
	NAME_NETNS,		/* an inode number                          */
};

/**
 * struct names - names that are known by now
 * @live: the view is this machine's, and of now
 * @lasting: services, users and hosts
 * @passing: what another snapshot may find changed
 * @cgroups: of this snapshot
 * @processes: of this snapshot
 * @row: how many rows leak_text() was called for
 * @netns_read: @passing has all network namespaces that have a name or process
 * @hosts_time: milliseconds that looking up hosts took
 * @text: a name that is being made
 */
struct names {
	bool live;
	struct name_cache lasting;
	struct name_cache passing;
	struct cgroups cgroups;
	struct processes processes;
	u64 row;
	bool netns_read;
	int64_t hosts_time;
	struct buf text;
};

void names_init(struct names *n, bool live);
void names_renew(struct names *n);
void names_free(struct names *n);

const char *names_service(struct names *n, u8 proto, u32 port);
const char *names_user(struct names *n, u32 uid);
const char *names_host(struct names *n, const struct ps_end *end);
const char *names_cgroup(struct names *n, u64 id);
const char *names_netns(struct names *n, u32 netns);
const char *names_command(struct names *n, u32 pid);
const char *names_column(struct names *n, u8 id,
			    const struct row *row);

#endif /* PORTSOCK_LOOKUP_H */
