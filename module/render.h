/* SPDX-License-Identifier: GPL-2.0 */
/* Text of a snapshot: readable at any offset, one text page in memory. */
#ifndef PORTSOCK_RENDER_H
#define PORTSOCK_RENDER_H

#include "vec.h"

struct ps_snapshot;

/**
 * struct ps_render_pos - position in the text at which a text page may begin
 * @metadata: 0 before the header, then 1 + the number of bind rows that are
 *	written; the rows of sockets follow
 * @row: index of the row to write next
 * @owner: owners of @row that are written, 0 before the row
 */
struct ps_render_pos {
	u32 metadata;
	u32 row;
	u32 owner;
};

/**
 * struct ps_render - text of a snapshot
 * @snapshot: snapshot
 * @page: the current text page
 * @page_offset: offset of @page in the text
 * @page_len: bytes in @page, 0 if none is written
 * @page_number: index of @page in @page_index
 * @page_index: start of each known text page, struct page_start
 */
struct ps_render {
	const struct ps_snapshot *snapshot;
	char *page;
	u64 page_offset;
	u32 page_len;
	u32 page_number;
	struct ps_vec page_index;
};

int ps_render_init(struct ps_render *render,
		   const struct ps_snapshot *snapshot);
void ps_render_free(struct ps_render *render);
int ps_render_at(struct ps_render *render, u64 offset, const char **bytes,
		 size_t *len);

#endif /* PORTSOCK_RENDER_H */
