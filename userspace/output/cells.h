/* SPDX-License-Identifier: GPL-2.0 */
/* The cells of the table for people: their text and their colour. */
#ifndef PORTSOCK_CELLS_H
#define PORTSOCK_CELLS_H

#include "columns.h"
#include "output.h"
#include "../view/row.h"

#define BOLD	"\033[1m"
#define DIM	"\033[2m"
#define GREEN	"\033[32m"
#define YELLOW	"\033[33m"

void cell_owner(struct buf *t, const struct row *row, size_t *i);
void cell_name(struct buf *t, const char *name);
bool cell_is_resolved(u8 id);
void cell_text(struct buf *t, const struct output *out, u8 id,
		  const struct row *row, const struct row_fields *f);
const char *cell_mark_color(const struct row *row);
const char *cell_color(u8 id, const struct row *row, int last_port);

#endif /* PORTSOCK_CELLS_H */
