/* SPDX-License-Identifier: GPL-2.0 */
/* A row of a view, parsed. */
#ifndef PORTSOCK_VIEW_ROW_H
#define PORTSOCK_VIEW_ROW_H

#include "../../module/format/record.h"

/* How a row differs from the snapshot before. */
enum row_mark {
	ROW_NONE,
	ROW_NEW,
	ROW_CHANGED,
	ROW_GONE,		/* a row of the snapshot before */
	ROW_SEEN,		/* also a row of the next snapshot */
	ROW_TAKEN,		/* moved to another snapshot */
};

/**
 * struct row - A socket and its owners
 * @record: the socket; its texts are valid until the next row is read
 * @owners: its owners
 * @count: number of @owners
 * @holder: owning module of a kernel socket, not NUL-terminated, or NULL
 * @holder_len: length of @holder in bytes
 * @line: the line of the view with one blank between two columns, or NULL
 * @line_len: length of @line in bytes
 * @mark: enum row_mark
 * @copy: memory of a copy, NULL for a row of a view
 */
struct row {
	struct ps_record record;
	struct ps_owner *owners;
	size_t count;
	const char *holder;
	size_t holder_len;
	const char *line;
	size_t line_len;
	u8 mark;
	void *copy;
};

void row_copy(struct row *to, const struct row *from);
void row_free(struct row *row);

#endif /* PORTSOCK_VIEW_ROW_H */
