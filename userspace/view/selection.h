/* SPDX-License-Identifier: GPL-2.0 */
/* The rows that the command line selects. */
#ifndef PORTSOCK_VIEW_SELECTION_H
#define PORTSOCK_VIEW_SELECTION_H

#include "endpoint.h"
#include "row.h"

#define PROTO_BIT(id)	(1ULL << PORTSOCK_PROTO_##id)

#define NETNS_ALL		U64_MAX

_Static_assert(PORTSOCK_NPROTOS <= 64, "a set of protocols is a u64");

/**
 * struct selection - Which rows are selected
 * @protos: protocols, as bits; 0: any
 * @forms: forms of address (bits of enum ps_form) of protocols that have IPv4
 *	and IPv6 sockets; 0: any
 * @states: states, as bits; 0: any
 * @held: HELD values, as bits; 0: any
 * @doors: only listening and bound sockets
 * @bind: read the bind rows, too
 * @at_ports: only sockets with a port
 * @local: any of these local endpoints; none: any
 * @remote: any of these remote endpoints; none: any
 * @port_set: one bit for each port below 65536 that an entry of @local may
 *	match; NULL while @local is empty
 * @not_only_ports: an entry of @local has an address, a protocol or a name
 * @pids: owned by any of these processes; other owners are removed from rows
 * @npids: number of @pids; 0: any owner, or none
 * @comms: owned by any process with one of these names, NUL-padded; other
 *	owners are removed from rows
 * @ncomms: number of @comms; 0: any owner, or none
 * @uids: users of the socket
 * @nuids: number of @uids; 0: any
 * @inodes: inode numbers
 * @ninodes: number of @inodes; 0: any
 * @cookies: cookies
 * @ncookies: number of @cookies; 0: any
 * @netns: network namespace, NETNS_ALL: all, 0: those that the view has without
 *	a filter
 */
struct selection {
	u64 protos;
	u32 forms;
	u32 states;
	u32 held;
	bool doors;
	bool bind;
	bool at_ports;
	struct endpoints local;
	struct endpoints remote;
	u8 *port_set;
	bool not_only_ports;
	u64 *pids;
	size_t npids;
	char (*comms)[PS_COMM_SIZE];
	size_t ncomms;
	u64 *uids;
	size_t nuids;
	u64 *inodes;
	size_t ninodes;
	u64 *cookies;
	size_t ncookies;
	u64 netns;
};

void selection_local(struct selection *sel, const struct endpoint *e);
void selection_remote(struct selection *sel, const struct endpoint *e);
void selection_ports(struct selection *sel, u32 first, u32 last, u64 protos);
void selection_comm(struct selection *sel, const char *name, size_t len);
void selection_number(u64 **list, size_t *count, u64 number);
u64 selection_inet_protos(void);
bool selection_is_precise(const struct selection *sel);
bool selection_is_all(const struct selection *sel);
bool selection_row(const struct selection *sel, struct row *row);
void selection_free(struct selection *sel);

#endif /* PORTSOCK_VIEW_SELECTION_H */
