/* SPDX-License-Identifier: GPL-2.0 */
/* A set of rows that outlives the view it was read from. */
#ifndef PORTSOCK_VIEW_ROWSET_H
#define PORTSOCK_VIEW_ROWSET_H

#include "row.h"

/**
 * struct rowset - Rows in an array
 * @rows: copies, which belong to the set unless they are marked ROW_TAKEN
 * @count: number of rows
 * @size: number of rows that fit into the memory
 * @by_cookie: rows in the order of their cookies, from rowset_index()
 */
struct rowset {
	struct row *rows;
	size_t count;
	size_t size;
	const struct row **by_cookie;
};

/* Look up the socket that PARENT of a row names; NULL if it is unknown. */
typedef const struct row *parent_finder(void *from, const struct row *row);

struct row *rowset_append(struct rowset *set);
void rowset_add(struct rowset *set, const struct row *row);
void rowset_sort_by_inode(struct rowset *set);
void rowset_index(struct rowset *set);
const struct row *rowset_find(const struct rowset *set, u64 cookie);
const struct row *row_keeper(const struct row *row, parent_finder *find,
			     void *from);
void rowset_free(struct rowset *set);

#endif /* PORTSOCK_VIEW_ROWSET_H */
