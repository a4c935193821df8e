/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers of sockets, by kind and by listening port. */
#ifndef PORTSOCK_METRICS_COUNT_H
#define PORTSOCK_METRICS_COUNT_H

#include "../resolve/names.h"
#include "../view/row.h"

/**
 * struct listening_port - All listeners at a port together
 * @key: enum portsock_proto in kind, network namespace in part, port in low
 * @sockets: number of listeners; 0 until there is one
 * @owners: file descriptors that refer to them
 * @backlog: connections that they have to accept, as the kernel counts
 * @limit: limit of @backlog
 * @acceptq: sockets in their accept queues, as in the view
 * @requests: request sockets
 * @timewait: TIME_WAIT sockets
 * @leaked: listeners that have left the service that made them
 * @system: a system user created one of the listeners
 */
struct listening_port {
	struct hash_key key;
	u64 sockets;
	u64 owners;
	u64 backlog;
	u64 limit;
	u64 acceptq;
	u64 requests;
	u64 timewait;
	u64 leaked;
	bool system;
};

/**
 * struct listener_counts - Counts of a listener, by its cookie
 * @key: cookie in low
 * @self: the row of the listener was counted: it is an MPTCP socket
 * @system: of @self: a system user created it
 * @proto: of @self: enum portsock_proto
 * @netns: of @self: network namespace
 * @port: of @self: port
 * @owners: of @self: file descriptors that refer to it
 * @leaked: of @self: 1 if it has an owner that did not create it
 * @backlog: of @self: connections that it has to accept
 * @limit: of @self: limit of @backlog
 * @at: port where the listener is counted: of an MPTCP socket, that of its
 *	subflow; NULL until a row of it is counted
 * @here: port of a socket that waits, if it has a listener; for a view without
 *	the right one
 * @acceptq: sockets that wait for it to accept
 * @requests: request sockets
 */
struct listener_counts {
	struct hash_key key;
	bool self;
	bool system;
	u8 proto;
	u32 netns;
	u32 port;
	u64 owners;
	u64 leaked;
	u64 backlog;
	u64 limit;
	struct listening_port *at;
	struct listening_port *here;
	u64 acceptq;
	u64 requests;
};

/**
 * struct socket_counts - Rows of a view, counted
 * @sockets: by protocol, state and HELD value
 * @ports: struct listening_port by key
 * @listeners: struct listener_counts by cookie
 * @listening: @ports with a listener by port, protocol and network namespace,
 *	after count_finish()
 * @nlistening: number of them
 * @names: for the leaks
 * @used: local ports with a socket in the opener's network namespace, one bit
 *	each
 *
 * Memory grows with the number of listeners, not with that of sockets.
 */
struct socket_counts {
	u64 sockets[PORTSOCK_NPROTOS][PORTSOCK_NSTATES][PORTSOCK_NHELD];
	struct hash ports;
	struct hash listeners;
	struct listening_port **listening;
	size_t nlistening;
	struct names names;
	u8 used[PORTSOCK_NPROTOS][65536 / 8];
};

void count_row(struct socket_counts *c, const struct row *row, u32 own_netns);
void count_finish(struct socket_counts *c);
u32 count_used_ports(const struct socket_counts *c, u8 proto, u32 first,
		     u32 last);
void count_free(struct socket_counts *c);

#endif /* PORTSOCK_METRICS_COUNT_H */
