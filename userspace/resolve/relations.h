/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets that rows refer to and the selection does not contain. */
#ifndef PORTSOCK_RESOLVE_RELATIONS_H
#define PORTSOCK_RESOLVE_RELATIONS_H

#include "../view/rowset.h"

/* Sets of sockets that PARENT refers to; each is read when it is needed. */
enum relations_set {
	RELATIONS_MPTCP,	/* MPTCP sockets             */
	RELATIONS_LISTENERS,	/* listeners of any protocol */
	RELATIONS_NSETS
};

/**
 * struct relations - Related sockets of a snapshot
 * @input: saved view, NULL: the kernel's
 * @netns: as in struct selection
 * @available: the view can be read a second time
 * @has: the set was read
 * @sets: sockets
 */
struct relations {
	const char *input;
	u64 netns;
	bool available;
	bool has[RELATIONS_NSETS];
	struct rowset sets[RELATIONS_NSETS];
};

void relations_init(struct relations *r, const char *input, bool seekable,
		    u64 netns);
void relations_renew(struct relations *r);
const struct row *relations_parent(struct relations *r, const struct row *row);
const struct row *relations_keeper(struct relations *r, const struct row *row);

#endif /* PORTSOCK_RESOLVE_RELATIONS_H */
