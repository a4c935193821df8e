/* SPDX-License-Identifier: GPL-2.0 */
/* Managers of a process: a systemd unit, a container. */
#ifndef PORTSOCK_RESOLVE_MANAGER_H
#define PORTSOCK_RESOLVE_MANAGER_H

#include "hash.h"
#include "procfs.h"

#define MANAGER_NAME_MAX	256	/* a cgroup's name has 255 bytes */
#define MANAGER_NO_USER		((u32)-1)

/* The systemd instance of a unit. */
enum unit_scope {
	UNIT_SYSTEM,	/* systemctl */
	UNIT_USER,	/* systemctl --user, of manager.unit_user */
	UNIT_CONTAINER,	/* of a systemd in the container, which is not trusted */
};

/* The program that manages a container. */
enum engine {
	ENGINE_OTHER,
	ENGINE_DOCKER,
	ENGINE_PODMAN,
	ENGINE_CONTAINERD,	/* nerdctl, ctr; of Kubernetes: crictl */
	ENGINE_CRIO,		/* crictl */
	ENGINE_KUBERNETES,	/* crictl: containerd or CRI-O */
	ENGINE_LXC,
	ENGINE_MACHINED,	/* machinectl: nspawn, virtual machines */
};

/**
 * struct manager - Unit and container of a process or of a cgroup
 * @unit_known: PROPERTY_KNOWN; PROPERTY_MISSING if it is in none;
 *	PROPERTY_UNREADABLE if that is unknown
 * @unit_scope: systemd instance that manages the unit
 * @unit_user: UID of UNIT_USER, else MANAGER_NO_USER
 * @unit: name of the unit as systemctl takes it
 * @container_known: as @unit_known.  PROPERTY_UNREADABLE with an engine other
 *	than ENGINE_OTHER: the process publishes a port of an unknown container
 * @engine: engine of the container
 * @container_user: UID of a rootless engine, else MANAGER_NO_USER
 * @in_unit: @unit has made the container; stopping the unit is reliable
 * @publishes: the process is not in the container; it is its monitor, or
 *	publishes its ports
 * @container: first 12 digits of the id, or the name: the engine takes both
 * @service_len: bytes of the path up to the unit and the container, 0: neither
 */
struct manager {
	enum property unit_known;
	enum unit_scope unit_scope;
	u32 unit_user;
	char unit[MANAGER_NAME_MAX];
	enum property container_known;
	enum engine engine;
	u32 container_user;
	bool in_unit;
	bool publishes;
	char container[MANAGER_NAME_MAX];
	size_t service_len;
};

/**
 * struct managers - Containers of a snapshot, looked up for proxies
 * @by_netns: containers by the inode number of their network namespace
 * @by_address: ids of Docker's containers by their addresses
 * @netns_read: @by_netns is complete
 * @addresses_read: @by_address is complete
 */
struct managers {
	struct hash by_netns;
	struct hash by_address;
	bool netns_read;
	bool addresses_read;
};

void manager_of_cgroup(struct manager *m, const char *path);
void manager_of_process(struct managers *managers, struct procfs *p, u32 pid,
			struct manager *m);
void managers_renew(struct managers *managers);

#endif /* PORTSOCK_RESOLVE_MANAGER_H */
