/* SPDX-License-Identifier: GPL-2.0 */
/* The sockets at a port, kept. */
#ifndef PORTSOCK_CROWD_H
#define PORTSOCK_CROWD_H

#include "../view/view.h"

/**
 * struct rowset - sockets that are kept, in the order in which they were made
 * @rows: sockets with their owners
 * @count: how many
 * @size: how many there is room for
 */
struct rowset {
	struct row *rows;
	size_t count;
	size_t size;
};

void rowset_add(struct rowset *c, const struct row *row);
void rowset_sort(struct rowset *c);
const struct row *rowset_find(const struct rowset *c, u64 cookie);
void rowset_free(struct rowset *c);

#endif /* PORTSOCK_CROWD_H */
