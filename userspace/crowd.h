/* SPDX-License-Identifier: GPL-2.0 */
/* The sockets at a port, kept. */
#ifndef PORTSOCK_CROWD_H
#define PORTSOCK_CROWD_H

#include "source.h"

/**
 * struct ps_crowd - sockets that are kept, in the order in which they were made
 * @rows: sockets with their owners
 * @count: how many
 * @size: how many there is room for
 */
struct ps_crowd {
	struct ps_row *rows;
	size_t count;
	size_t size;
};

void ps_crowd_add(struct ps_crowd *c, const struct ps_row *row);
void ps_crowd_sort(struct ps_crowd *c);
const struct ps_row *ps_crowd_find(const struct ps_crowd *c, u64 cookie);
void ps_crowd_free(struct ps_crowd *c);

#endif /* PORTSOCK_CROWD_H */
