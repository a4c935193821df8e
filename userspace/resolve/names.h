/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names that the view does not contain.  Each name is looked up when it is
 * shown first.
 */
#ifndef PORTSOCK_RESOLVE_NAMES_H
#define PORTSOCK_RESOLVE_NAMES_H

#include "../../module/format/names.h"
#include "../util/buf.h"
#include "../view/row.h"
#include "cgroup.h"
#include "hash.h"
#include "manager.h"
#include "procfs.h"
#include "rings.h"

/**
 * struct names - Cache of names
 * @live: the view is this machine's current one; a saved view may be another
 *	machine's, so namespaces, cgroups and processes are not looked up for it
 * @lasting: services, users and hosts
 * @passing: command lines, units, containers and network namespaces of this
 *	snapshot
 * @cgroups: cgroups of this snapshot
 * @procfs: processes of this snapshot
 * @managers: containers of this snapshot
 * @rings: io_urings of this snapshot
 * @netns_read: @passing contains all network namespaces that have a name or a
 *	process
 * @lookup_time: milliseconds spent on looking up services, users and hosts in
 *	this snapshot
 * @text: name that is being composed
 */
struct names {
	bool live;
	struct hash lasting;
	struct hash passing;
	struct cgroups cgroups;
	struct procfs procfs;
	struct managers managers;
	struct rings rings;
	bool netns_read;
	int64_t lookup_time;
	struct buf text;
};

void names_init(struct names *n, bool live);
void names_renew(struct names *n);
void names_free(struct names *n);

const char *names_service(struct names *n, u8 proto, u32 port);
const char *names_host(struct names *n, const struct ps_end *end);
const char *names_netns(struct names *n, u32 netns);
const char *names_column(struct names *n, u8 id, const struct row *row);
bool names_leaked(struct names *n, const struct row *row);

#endif /* PORTSOCK_RESOLVE_NAMES_H */
