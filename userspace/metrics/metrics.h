/* SPDX-License-Identifier: GPL-2.0 */
/* portsock metrics: a view counted, for monitoring. */
#ifndef PORTSOCK_METRICS_H
#define PORTSOCK_METRICS_H

#include "../resolve/names.h"
#include "../view/row.h"
#include "../util/buf.h"
#include "../view/version.h"

/**
 * struct listener - a listening port, all sockets that listen there together
 * @port: local port
 * @netns: network namespace
 * @proto: enum portsock_proto
 * @sockets: how many listen
 * @owners: descriptors that refer to them
 * @backlog: connections that they have to accept, as the kernel counts
 * @limit: how many they may have
 * @acceptq: connections that wait for accept(), as they stand in the view
 * @requests: connections being made
 * @timewait: closed connections that the kernel remembers
 * @leaked: how many of @sockets a process owns that did not make them
 * @system: a system user made one of @sockets
 */
struct listener {
	u32 port;
	u32 netns;
	u8 proto;
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
 * struct metrics - what is counted while the rows go by
 * @sockets: by protocol, state and reason
 * @listeners: the listening ports, sorted
 * @count: how many
 * @size: how many there is room for
 * @names: of this machine, which leak_text() asks
 * @used: local ports at which there is a socket in the opener's own network
 *	namespace, one bit each
 *
 * Memory grows with the listening ports, not with the sockets.
 */
struct metrics {
	u64 sockets[PORTSOCK_NPROTOS][PORTSOCK_NSTATES][PORTSOCK_NHELD];
	struct listener *listeners;
	size_t count;
	size_t size;
	struct names names;
	u8 used[PORTSOCK_NPROTOS][65536 / 8];
};

/**
 * struct metrics_about - what does not come from the rows
 * @header: the view's first line
 * @module: version of the module that is loaded, empty if it is not known
 * @first: first ephemeral port
 * @last: last one, 0 if the range is not known
 * @max_listeners: listening ports with series of their own; those of system
 *	users come first
 */
struct metrics_about {
	const struct ps_header *header;
	char module[VERSION_MAX];
	u32 first;
	u32 last;
	u64 max_listeners;
};

int metrics_main(int argc, char **argv);

void metrics_count(struct metrics *m, const struct row *row,
		      u32 own_netns);
u32 metrics_used(const struct metrics *m, u8 proto, u32 first, u32 last);
void metrics_put(struct buf *t, const struct metrics *m,
		    const struct metrics_about *about);

#endif /* PORTSOCK_METRICS_H */
