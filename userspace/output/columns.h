/* SPDX-License-Identifier: GPL-2.0 */
/* The columns of the outputs that have columns. */
#ifndef PORTSOCK_COLUMNS_H
#define PORTSOCK_COLUMNS_H

#include "../view/row.h"
#include "../util/buf.h"
#include "../../module/format/names.h"

/* Behind the view's columns, those that only the reader has. */
#define OWN_COLUMNS(X)	\
	X(SERVICE)	\
	X(USER)		\
	X(CGPATH)	\
	X(UNIT)		\
	X(CONTAINER)	\
	X(COMMAND)	\
	X(NETNSNAME)	\
	X(LEAK)

enum column_id {
	COL_FIRST = PORTSOCK_NCOLUMNS - 1,
#define X(name) COL_##name,
	OWN_COLUMNS(X)
#undef X
	NCOLUMNS
};

_Static_assert(NCOLUMNS <= 32, "a set of columns is a u32");

/**
 * struct column - a column
 * @help: what it says, for --list-columns
 * @number: it is numbers, which stand to the right
 * @optional: the table leaves it out when it says nothing in any row
 * @cut: if it may be long: others are left out before it is cut to this width
 * @owners: it depends on who holds the socket
 */
struct column {
	const char *help;
	bool number;
	bool optional;
	bool owners;
	u8 cut;
};

#define COLUMNS_MAX	32

/**
 * struct column_list - columns to show, in this order
 * @count: how many
 * @id: enum portsock_column of each
 * @asked: those that somebody asked for, as bits: they are not left out
 */
struct column_list {
	unsigned int count;
	u32 asked;
	u8 id[COLUMNS_MAX];
};

/**
 * struct row_fields - a row's columns as text, but for OWNERS
 * @start: of each
 * @len: of each, in bytes
 * @text: what they are in
 */
struct row_fields {
	const char *start[PORTSOCK_COL_OWNERS];
	size_t len[PORTSOCK_COL_OWNERS];
	char text[2048];
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
void columns_fields(struct row_fields *f, const struct ps_record *r);
void columns_owners(struct buf *t, const struct row *row);

#endif /* PORTSOCK_COLUMNS_H */
