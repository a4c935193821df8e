/* SPDX-License-Identifier: GPL-2.0 */
/* The columns of the outputs, and the choice of them. */
#ifndef PORTSOCK_OUTPUT_COLUMNS_H
#define PORTSOCK_OUTPUT_COLUMNS_H

#include "../util/buf.h"
#include "../view/column_id.h"
#include "../view/row.h"
#include "../../module/format/names.h"

/**
 * struct column - A column
 * @help: text for --list-columns
 * @cut: if the text may be long, the least width it is cut to, else 0
 * @number: numbers, aligned to the right
 * @optional: the table leaves it out if no row has content in it
 * @owners: depends on the owners
 */
struct column {
	const char *help;
	u8 cut;
	bool number;
	bool optional;
	bool owners;
};

#define COLUMNS_MAX	64

/**
 * struct column_list - Columns to show, in their order
 * @count: number of columns
 * @chosen: columns that -o named, as bits: they are not left out
 * @id: enum portsock_column or enum column_id
 */
struct column_list {
	unsigned int count;
	u64 chosen;
	u8 id[COLUMNS_MAX];
};

extern const struct column column_table[NCOLUMNS];
extern const struct column_list columns_table;
extern const struct column_list columns_tree;
extern const struct column_list columns_all;

const struct ps_name *column_name(u8 id);
int columns_choose(struct column_list *list, const char *words);
bool columns_need_owners(const struct column_list *list);
void columns_insert(struct column_list *list, u8 id);
void columns_describe(struct buf *t);
char *column_put(char *p, const struct ps_record *r, u8 id);
void column_put_owners(struct buf *t, const struct row *row);

#endif /* PORTSOCK_OUTPUT_COLUMNS_H */
