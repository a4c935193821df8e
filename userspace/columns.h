/* SPDX-License-Identifier: GPL-2.0 */
/* The columns of the outputs that have columns. */
#ifndef PORTSOCK_COLUMNS_H
#define PORTSOCK_COLUMNS_H

#include "row.h"
#include "text.h"
#include "../module/format/names.h"

/* Behind the view's columns, those that only the reader has. */
#define PS_COLUMNS(X)	\
	X(SERVICE)	\
	X(USER)		\
	X(CGPATH)	\
	X(UNIT)		\
	X(CONTAINER)	\
	X(COMMAND)	\
	X(NETNSNAME)	\
	X(LEAK)

enum ps_column_id {
	PS_COL_FIRST = PORTSOCK_NCOLUMNS - 1,
#define X(name) PS_COL_##name,
	PS_COLUMNS(X)
#undef X
	PS_NCOLUMNS
};

_Static_assert(PS_NCOLUMNS <= 32, "a set of columns is a u32");

/**
 * struct ps_column - a column
 * @help: what it says, for --list-columns
 * @number: it is numbers, which stand to the right
 * @optional: the table leaves it out when it says nothing in any row
 * @cut: if it may be long: others are left out before it is cut to this width
 * @owners: it depends on who holds the socket
 */
struct ps_column {
	const char *help;
	bool number;
	bool optional;
	bool owners;
	u8 cut;
};

#define PS_COLUMNS_MAX	32

/**
 * struct ps_column_list - columns to show, in this order
 * @count: how many
 * @id: enum portsock_column of each
 * @asked: those that somebody asked for, as bits: they are not left out
 */
struct ps_column_list {
	unsigned int count;
	u32 asked;
	u8 id[PS_COLUMNS_MAX];
};

/**
 * struct ps_fields - a row's columns as text, but for OWNERS
 * @start: of each
 * @len: of each, in bytes
 * @text: what they are in
 */
struct ps_fields {
	const char *start[PORTSOCK_COL_OWNERS];
	size_t len[PORTSOCK_COL_OWNERS];
	char text[2048];
};

extern const struct ps_column ps_columns[PS_NCOLUMNS];
extern const struct ps_column_list ps_columns_table;
extern const struct ps_column_list ps_columns_tree;
extern const struct ps_column_list ps_columns_all;

const struct ps_name *ps_column_name(u8 id);
int ps_columns_choose(struct ps_column_list *list, const char *words);
bool ps_columns_need_owners(const struct ps_column_list *list);
void ps_columns_insert(struct ps_column_list *list, u8 id);
void ps_columns_describe(struct ps_text *t);
void ps_columns_fields(struct ps_fields *f, const struct ps_record *r);
void ps_columns_owners(struct ps_text *t, const struct ps_row *row);

#endif /* PORTSOCK_COLUMNS_H */
