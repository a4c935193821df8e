/* SPDX-License-Identifier: GPL-2.0 */
/* The text of a snapshot at any offset, a page of it in memory at a time. */
#ifndef PORTSOCK_RENDER_H
#define PORTSOCK_RENDER_H

#include "vec.h"

struct ps_snapshot;

/**
 * struct ps_render_pos - between two pieces of the text
 * @row: 0 in front of the rows, then 1 + index of the row
 * @owner: owners of the row that are written, 0 before the row; in front of the
 *	rows 0 before the header, then 1 + index of what a port remembers
 */
struct ps_render_pos {
	u32 row;
	u32 owner;
};

/**
 * struct ps_render - the text of a snapshot
 * @snapshot: what it is the text of
 * @page: the part that is in memory
 * @begin: offset of its first byte in the text
 * @len: bytes in @page
 * @next: where the text goes on behind @page
 * @number: of @page in @page_index
 * @page_index: struct page_start, where each page begins, as far as it is known
 */
struct ps_render {
	const struct ps_snapshot *snapshot;
	char *page;
	u64 begin;
	u32 len;
	struct ps_render_pos next;
	u32 number;
	struct ps_vec page_index;
};

int ps_render_init(struct ps_render *render, const struct ps_snapshot *snapshot);
void ps_render_free(struct ps_render *render);
int ps_render_at(struct ps_render *render, u64 offset, const char **bytes,
	       size_t *len);

#endif /* PORTSOCK_RENDER_H */
