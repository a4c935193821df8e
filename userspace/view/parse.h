/* SPDX-License-Identifier: GPL-2.0 */
/* Parse format 1, a line at a time. */
#ifndef PORTSOCK_VIEW_PARSE_H
#define PORTSOCK_VIEW_PARSE_H

#include "field.h"
#include "../../module/format/number.h"
#include "../../module/format/record.h"

#define LAYOUT_MAX	64
#define ROW_TAIL_MAX	88	/* a longer tail is not cached; most have 30 */

/**
 * struct row_tail - Cache of the columns NETNS to EXPIRES of a row
 * @cgroup: CGROUP, as in struct ps_record
 * @parent: PARENT
 * @netns: NETNS
 * @flags: FLAGS
 * @expires: EXPIRES
 * @has: bits of enum ps_has, for @cgroup and @parent
 * @held: HELD
 * @len: length of @text in bytes, 0 while the cache is empty
 * @text: the columns as text
 */
struct row_tail {
	u64 cgroup;
	u64 parent;
	u32 netns;
	u32 flags;
	s32 expires;
	u8 has;
	u8 held;
	u8 len;
	char text[ROW_TAIL_MAX];
};

/**
 * struct layout - The columns of a view, and caches of the row before
 * @count: number of columns in a line
 * @usual: the line begins with the columns of format 1, in their order
 * @plain: the line has only these, with or without those from TYPE on
 * @later: the line has columns of a later version
 * @column: of each word enum portsock_column, or PORTSOCK_NCOLUMNS for a column
 *	of a later version
 * @tail: tail of the row before; most rows repeat it
 * @local: last address of LOCAL
 * @remote: last address of REMOTE
 */
struct layout {
	unsigned int count;
	bool usual;
	bool plain;
	bool later;
	u8 column[LAYOUT_MAX];
	struct row_tail tail;
	struct known_address local;
	struct known_address remote;
};

int header_parse(const char *line, struct ps_header *h);
int layout_parse(const char *line, struct layout *layout);
int row_parse(char *line, size_t len, struct layout *layout,
		    struct ps_record *r, char **owners);
int owner_parse(char **cursor, struct ps_owner *o);
int module_parse(const char *owners, const char **name, size_t *len);

#endif /* PORTSOCK_VIEW_PARSE_H */
