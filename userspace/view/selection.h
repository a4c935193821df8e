/* SPDX-License-Identifier: GPL-2.0 */
/* Which rows are asked for. */
#ifndef PORTSOCK_SELECT_H
#define PORTSOCK_SELECT_H

#include "row.h"

#define PROTO_BIT(id)	(1ULL << PORTSOCK_PROTO_##id)

#define NETNS_ALL		U64_MAX

_Static_assert(PORTSOCK_NPROTOS <= 64, "a set of protocols is a u64");

/**
 * struct port_range - ports that are asked for
 * @first: the first of them
 * @last: the last of them
 * @protos: of these protocols, as bits; 0: of any
 */
struct port_range {
	u16 first;
	u16 last;
	u64 protos;
};

/**
 * struct selection - which rows are asked for
 * @protos: protocols, as bits; 0: any
 * @forms: forms of address (bits of enum ps_form) of protocols that stand at
 *	IPv4 and IPv6 alike; 0: any
 * @doors: only listening and bound sockets
 * @bind: what ports remember of who bound them, too
 * @at_ports: only what has a port
 * @ports: any of these ports
 * @nports: how many @ports; 0: any port, and none
 * @pids: held by any of these processes
 * @npids: how many @pids; 0: by any, and by none
 * @netns: of this network namespace, NETNS_ALL: of any, 0: of those that
 *	the view has without being asked
 */
struct selection {
	u64 protos;
	u32 forms;
	bool doors;
	bool bind;
	bool at_ports;
	struct port_range *ports;
	size_t nports;
	u32 *pids;
	size_t npids;
	u64 netns;
};

void selection_ports(struct selection *sel, u16 first, u16 last, u64 protos);
void selection_pid(struct selection *sel, u32 pid);
u64 selection_inet_protos(void);
bool selection_is_all(const struct selection *sel);
bool selection_row(const struct selection *sel, struct row *row);
void selection_free(struct selection *sel);

#endif /* PORTSOCK_SELECT_H */
