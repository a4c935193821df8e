/* SPDX-License-Identifier: GPL-2.0 */
/* Cells of the table and the tree: text for people. */
#ifndef PORTSOCK_OUTPUT_CELL_H
#define PORTSOCK_OUTPUT_CELL_H

#include "output.h"

void cell_put(struct buf *t, const struct output *out, u8 id,
	      const struct row *row);
void cell_put_owner(struct buf *t, const struct row *row, size_t *i);
void cell_put_name(struct buf *t, const char *name);
bool cell_is_dual_stack(const struct ps_record *r);
bool cell_is_plain(const struct output *out, u8 id);
bool cell_has_names(const struct output *out, u8 id);

#endif /* PORTSOCK_OUTPUT_CELL_H */
