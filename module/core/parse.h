/* SPDX-License-Identifier: GPL-2.0 */
/* Text in: format 1, a line at a time. */
#ifndef PORTSOCK_CORE_PARSE_H
#define PORTSOCK_CORE_PARSE_H

#include "number.h"
#include "record.h"

#define PS_LAYOUT_MAX	64

/**
 * struct ps_layout - which column stands at which place
 * @count: number of columns in a line
 * @column: enum portsock_column, or PORTSOCK_NCOLUMNS for one that a later
 *	version appended
 */
struct ps_layout {
	unsigned int count;
	u8 column[PS_LAYOUT_MAX];
};

int ps_parse_header(const char *line, struct ps_header *h);
int ps_parse_layout(const char *line, struct ps_layout *layout);
int ps_parse_record(char *line, const struct ps_layout *layout,
		    struct ps_record *r, char **owners);
int ps_parse_owner(char **cursor, struct ps_owner *o);
int ps_parse_holder(const char *owners, const char **name, size_t *len);

#endif /* PORTSOCK_CORE_PARSE_H */
