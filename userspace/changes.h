/* SPDX-License-Identifier: GPL-2.0 */
/* What is different in a snapshot from the one before. */
#ifndef PORTSOCK_CHANGES_H
#define PORTSOCK_CHANGES_H

#include "row.h"

/**
 * struct ps_snapshot - rows that are kept, in the view's order
 * @rows: copies
 * @count: how many
 * @size: how many there is room for
 */
struct ps_snapshot {
	struct ps_row *rows;
	size_t count;
	size_t size;
};

/**
 * struct ps_changes - how many rows are different
 * @added: that were not there before
 * @changed: that say something else
 * @gone: that are not there any more
 */
struct ps_changes {
	size_t added;
	size_t changed;
	size_t gone;
};

void ps_snapshot_add(struct ps_snapshot *s, const struct ps_row *row);
void ps_snapshot_free(struct ps_snapshot *s);
void ps_changes_mark(struct ps_snapshot *before, struct ps_snapshot *now,
		     struct ps_changes *changes);

#endif /* PORTSOCK_CHANGES_H */
