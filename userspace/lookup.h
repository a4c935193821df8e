/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names that the view does not have.  Each is looked up when it is shown
 * first, and only then.
 */
#ifndef PORTSOCK_LOOKUP_H
#define PORTSOCK_LOOKUP_H

#include "cache.h"
#include "cgroup.h"
#include "columns.h"
#include "process.h"
#include "row.h"

/* What a name is of: the key of the cache. */
enum ps_name_kind {
	PS_NAME_SERVICE,	/* a protocol's port                        */
	PS_NAME_USER,		/* a uid                                    */
	PS_NAME_HOST,		/* an address                               */
	PS_NAME_NETNS,		/* an inode number                          */
};

/**
 * struct ps_names - names that are known by now
 * @live: the view is this machine's, and of now
 * @lasting: services, users and hosts
 * @passing: what another snapshot may find changed
 * @cgroups: of this snapshot
 * @processes: of this snapshot
 * @row: how many rows ps_leak() was called for
 * @netns_read: @passing has all network namespaces that have a name or process
 * @hosts_time: milliseconds that looking up hosts took
 * @text: a name that is being made
 */
struct ps_names {
	bool live;
	struct ps_cache lasting;
	struct ps_cache passing;
	struct ps_cgroups cgroups;
	struct ps_processes processes;
	u64 row;
	bool netns_read;
	int64_t hosts_time;
	struct ps_text text;
};

void ps_names_init(struct ps_names *n, bool live);
void ps_names_renew(struct ps_names *n);
void ps_names_free(struct ps_names *n);

const char *ps_names_service(struct ps_names *n, u8 proto, u32 port);
const char *ps_names_user(struct ps_names *n, u32 uid);
const char *ps_names_host(struct ps_names *n, const struct ps_end *end);
const char *ps_names_cgroup(struct ps_names *n, u64 id);
const char *ps_names_netns(struct ps_names *n, u32 netns);
const char *ps_names_command(struct ps_names *n, u32 pid);
const char *ps_names_column(struct ps_names *n, u8 id,
			    const struct ps_row *row);

#endif /* PORTSOCK_LOOKUP_H */
