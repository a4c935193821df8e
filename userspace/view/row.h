/* SPDX-License-Identifier: GPL-2.0 */
/* A row of a view, as the reader has it. */
#ifndef PORTSOCK_ROW_H
#define PORTSOCK_ROW_H

#include "../../module/format/record.h"

/* How a row differs from the snapshot before. */
enum row_mark {
	ROW_NONE,
	ROW_NEW,
	ROW_CHANGED,
	ROW_GONE,		/* it is of the snapshot before */
	ROW_SEEN,		/* it is there in the next snapshot, too */
	ROW_TAKEN,		/* it has moved to another snapshot */
};

/**
 * struct row - a socket and its owners
 * @record: the socket; its texts are valid until the next row is read
 * @owners: who holds it
 * @count: how many of them
 * @holder: the kernel's module that holds it, not NUL-terminated, or NULL
 * @holder_len: bytes of @holder
 * @line: the row as it stood in the view, NULL if nobody wants it or it is not
 *	as the kernel writes it
 * @line_len: bytes of @line
 * @mark: enum row_mark
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
};

void row_copy(struct row *to, const struct row *from);
void row_free(struct row *row);

#endif /* PORTSOCK_ROW_H */
