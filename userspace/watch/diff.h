/* SPDX-License-Identifier: GPL-2.0 */
/* Differences between two snapshots. */
#ifndef PORTSOCK_WATCH_DIFF_H
#define PORTSOCK_WATCH_DIFF_H

#include "../view/rowset.h"

/**
 * struct row_changes - Numbers of different rows
 * @added: rows that were not in the snapshot before
 * @changed: rows with another content
 * @gone: rows of the snapshot before only
 */
struct row_changes {
	size_t added;
	size_t changed;
	size_t gone;
};

void diff_mark(struct rowset *before, struct rowset *now,
	       struct row_changes *changes);

#endif /* PORTSOCK_WATCH_DIFF_H */
