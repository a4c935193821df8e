/* SPDX-License-Identifier: GPL-2.0 */
/* Parse format 1, a line at a time. */
#ifndef PORTSOCK_VIEW_PARSE_H
#define PORTSOCK_VIEW_PARSE_H

#include "field.h"
#include "../../module/format/number.h"
#include "../../module/format/record.h"

#define PS_LAYOUT_MAX	64
#define PS_TAIL_MAX	88	/* a longer tail is not cached; most have 30 */

/**
 * struct ps_tail - Cache of the columns NETNS to EXPIRES of a row
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
struct ps_tail {
	u64 cgroup;
	u64 parent;
	u32 netns;
	u32 flags;
	s32 expires;
	u8 has;
	u8 held;
	u8 len;
	char text[PS_TAIL_MAX];
};

/**
 * struct ps_layout - The columns of a view, and caches of the row before
 * @count: number of columns in a line
 * @usual: the line begins with the columns of format 1, in their order
 * @column: of each word enum portsock_column, or PORTSOCK_NCOLUMNS for a column
 *	of a later version
 * @tail: tail of the row before; most rows repeat it
 * @local: last address of LOCAL
 * @remote: last address of REMOTE
 */
struct ps_layout {
	unsigned int count;
	bool usual;
	u8 column[PS_LAYOUT_MAX];
	struct ps_tail tail;
	struct ps_known_ip local;
	struct ps_known_ip remote;
};

int ps_parse_header(const char *line, struct ps_header *h);
int ps_parse_layout(const char *line, struct ps_layout *layout);
int ps_parse_record(char *line, size_t len, struct ps_layout *layout,
		    struct ps_record *r, char **owners);
int ps_parse_owner(char **cursor, struct ps_owner *o);
int ps_parse_module(const char *owners, const char **name, size_t *len);

#endif /* PORTSOCK_VIEW_PARSE_H */
