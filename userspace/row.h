/* SPDX-License-Identifier: GPL-2.0 */
/* A row of a view, as the reader has it. */
#ifndef PORTSOCK_ROW_H
#define PORTSOCK_ROW_H

#include "../module/format/record.h"

/* How a row differs from the snapshot before. */
enum ps_mark {
	PS_MARK_NONE,
	PS_MARK_NEW,
	PS_MARK_CHANGED,
	PS_MARK_GONE,		/* it is of the snapshot before */
	PS_MARK_SEEN,		/* it is there in the next snapshot, too */
	PS_MARK_TAKEN,		/* it has moved to another snapshot */
};

/**
 * struct ps_row - a socket and its owners
 * @record: the socket; its texts are valid until the next row is read
 * @owners: who holds it
 * @count: how many of them
 * @holder: the kernel's module that holds it, not NUL-terminated, or NULL
 * @holder_len: bytes of @holder
 * @line: the row as it stood in the view, NULL if nobody wants it or it is not
 *	as the kernel writes it
 * @line_len: bytes of @line
 * @mark: enum ps_mark
 */
struct ps_row {
	struct ps_record record;
	struct ps_owner *owners;
	size_t count;
	const char *holder;
	size_t holder_len;
	const char *line;
	size_t line_len;
	u8 mark;
};

void ps_row_copy(struct ps_row *to, const struct ps_row *from);
void ps_row_free(struct ps_row *row);

#endif /* PORTSOCK_ROW_H */
