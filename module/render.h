/* SPDX-License-Identifier: GPL-2.0 */
/* The text of a snapshot at any offset, a page of it in memory at a time. */
#ifndef PORTSOCK_RENDER_H
#define PORTSOCK_RENDER_H

#include "vec.h"

struct ps_snapshot;

/**
 * struct ps_place - between two pieces of the text
 * @row: 0 in front of the rows, then 1 + index of the row
 * @owner: owners of the row that are written, 0 before the row; in front of the
 *	rows 0 before the header, then 1 + index of what a port remembers
 */
struct ps_place {
	u32 row;
	u32 owner;
};

/**
 * struct ps_text - the text of a snapshot
 * @snapshot: what it is the text of
 * @page: the part that is in memory
 * @begin: offset of its first byte in the text
 * @len: bytes in @page
 * @next: where the text goes on behind @page
 * @number: of @page in @marks
 * @marks: struct mark, where each page begins, as far as it is known
 */
struct ps_text {
	const struct ps_snapshot *snapshot;
	char *page;
	u64 begin;
	u32 len;
	struct ps_place next;
	u32 number;
	struct ps_vec marks;
};

int ps_text_init(struct ps_text *text, const struct ps_snapshot *snapshot);
void ps_text_free(struct ps_text *text);
int ps_text_at(struct ps_text *text, u64 offset, const char **bytes,
	       size_t *len);

#endif /* PORTSOCK_RENDER_H */
