/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets that rows refer to and the selection does not contain. */
#ifndef PORTSOCK_RESOLVE_RELATIONS_H
#define PORTSOCK_RESOLVE_RELATIONS_H

#include "../view/rowset.h"
#include "../view/selection.h"

/* Sets of sockets; each is read when it is needed. */
enum relations_set {
	RELATIONS_MPTCP,	/* MPTCP sockets             */
	RELATIONS_LISTENERS,	/* listeners of any protocol */
	RELATIONS_QUEUED,	/* sockets in accept queues  */
	RELATIONS_UNIX,		/* unix sockets              */
	RELATIONS_NSETS
};

/* The ends of a connection; IPv4-mapped addresses are IPv4 addresses. */
struct peer_ends {
	u8 proto;
	u8 form;
	u8 local[16];
	u8 remote[16];
	u32 local_num;
	u32 remote_num;
};

/**
 * struct peer - A socket that may be the other end of another one
 * @ends: its ends
 * @netns: its network namespace
 * @index: its index in a set of rows
 */
struct peer {
	struct peer_ends ends;
	u32 netns;
	u32 index;
};

/**
 * struct relations - Related sockets of a snapshot
 * @input: saved view, NULL: the kernel's
 * @select: rows of the first view, NULL: of the opener's network namespace
 * @available: the view can be read a second time
 * @has: the set was read
 * @sets: sockets
 * @has_peers: @peers was read
 * @cut_peers: there are more peers than @peers may contain
 * @peers: sockets that are connected
 * @by_ends: @peers in the order of their ends and network namespaces
 */
struct relations {
	const char *input;
	const struct selection *select;
	bool available;
	bool has[RELATIONS_NSETS];
	struct rowset sets[RELATIONS_NSETS];
	bool has_peers;
	bool cut_peers;
	struct rowset peers;
	struct peer *by_ends;
};

void relations_init(struct relations *r, const char *input, bool seekable,
		    const struct selection *select);
void relations_renew(struct relations *r);
const struct row *relations_parent(struct relations *r, const struct row *row);
void relations_add_parent(struct relations *r, struct row *row);
const struct row *relations_keeper(struct relations *r, const struct row *row);
const struct row *relations_peer(struct relations *r, const struct row *row);
bool relations_lack_peers(const struct relations *r, const struct row *row);

#endif /* PORTSOCK_RESOLVE_RELATIONS_H */
