/* SPDX-License-Identifier: GPL-2.0 */
/* The cells of the table for people: their text and their colour. */
#ifndef PORTSOCK_CELLS_H
#define PORTSOCK_CELLS_H

#include "columns.h"
#include "out.h"
#include "row.h"

#define BOLD	"\033[1m"
#define DIM	"\033[2m"
#define GREEN	"\033[32m"
#define YELLOW	"\033[33m"

void ps_cell_owner(struct ps_text *t, const struct ps_row *row, size_t *i);
void ps_cell_name(struct ps_text *t, const char *name);
bool ps_cell_is_resolved(u8 id);
void ps_cell_text(struct ps_text *t, const struct ps_out *out, u8 id,
		  const struct ps_row *row, const struct ps_fields *f);
const char *ps_cell_mark_color(const struct ps_row *row);
const char *ps_cell_color(u8 id, const struct ps_row *row, int last_port);

#endif /* PORTSOCK_CELLS_H */
