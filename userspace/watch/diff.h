/* SPDX-License-Identifier: GPL-2.0 */
/* What is different in a snapshot from the one before. */
#ifndef PORTSOCK_CHANGES_H
#define PORTSOCK_CHANGES_H

#include "../view/row.h"

/**
 * struct row_list - rows that are kept, in the view's order
 * @rows: copies
 * @count: how many
 * @size: how many there is room for
 */
struct row_list {
	struct row *rows;
	size_t count;
	size_t size;
};

/**
 * struct row_changes - how many rows are different
 * @added: that were not there before
 * @changed: that say something else
 * @gone: that are not there any more
 */
struct row_changes {
	size_t added;
	size_t changed;
	size_t gone;
};

void row_list_add(struct row_list *s, const struct row *row);
void row_list_free(struct row_list *s);
void diff_mark(struct row_list *before, struct row_list *now,
		     struct row_changes *changes);

#endif /* PORTSOCK_CHANGES_H */
