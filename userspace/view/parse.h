/* SPDX-License-Identifier: GPL-2.0 */
/* Text in: format 1, a line at a time. */
#ifndef PORTSOCK_VIEW_PARSE_H
#define PORTSOCK_VIEW_PARSE_H

#include "field.h"
#include "../../module/format/number.h"
#include "../../module/format/record.h"

#define PS_LAYOUT_MAX	64
#define PS_TAIL_MAX	88	/* most are of 30 bytes */

/**
 * struct ps_tail - NETNS to EXPIRES of a row
 * @cgroup: as in struct ps_record, and the others as there
 * @parent: PARENT
 * @netns: NETNS
 * @flags: FLAGS
 * @expires: EXPIRES
 * @has: bits of enum ps_has, for @cgroup and @parent
 * @held: HELD
 * @len: bytes of @text, 0 if it is not known
 * @text: what stands for them
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
 * struct ps_layout - which column stands at which place, and what stood there
 * @count: number of columns in a line
 * @usual: they are those of format 1, in its order, and perhaps others
 * @column: enum portsock_column, or PORTSOCK_NCOLUMNS for one that a later
 *	version appended
 * @tail: of the row before; the next one mostly has the same
 * @local: the last address that was LOCAL
 * @remote: the last address that was REMOTE
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
