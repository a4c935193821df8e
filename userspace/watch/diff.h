/* SPDX-License-Identifier: GPL-2.0 */
/* Differences between two snapshots. */
#ifndef PORTSOCK_WATCH_DIFF_H
#define PORTSOCK_WATCH_DIFF_H

#include "../view/row.h"

/**
 * struct row_list - copied rows, in the order of the view
 * @rows: copies, one allocation each
 * @count: number of rows
 * @size: number of rows that @rows has room for
 */
struct row_list {
	struct row **rows;
	size_t count;
	size_t size;
};

/**
 * struct row_changes - numbers of different rows
 * @added: rows that were not in the snapshot before
 * @changed: rows with another content
 * @gone: rows of the snapshot before only
 */
struct row_changes {
	size_t added;
	size_t changed;
	size_t gone;
};

void row_list_add(struct row_list *list, const struct row *row);
void row_list_free(struct row_list *list);
void diff_mark(struct row_list *before, struct row_list *now,
	       struct row_changes *changes);

#endif /* PORTSOCK_WATCH_DIFF_H */
