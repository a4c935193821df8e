/* SPDX-License-Identifier: GPL-2.0 */
/* The words of format 1, indexed by the numbers of uapi/portsock.h. */
#ifndef PORTSOCK_FORMAT_NAMES_H
#define PORTSOCK_FORMAT_NAMES_H

#include "../uapi/portsock.h"
#include "base.h"

/**
 * struct ps_name - A word of format 1
 * @text: NUL-terminated; the formatter always copies the whole array
 * @len: length of @text in bytes
 */
struct ps_name {
	char text[15];
	u8 len;
};

extern const struct ps_name ps_column_names[PORTSOCK_NCOLUMNS];
extern const struct ps_name ps_proto_names[PORTSOCK_NPROTOS];
extern const struct ps_name ps_proto_families[PORTSOCK_NPROTOS];
extern const struct ps_name ps_state_names[PORTSOCK_NSTATES];
extern const struct ps_name ps_type_names[PORTSOCK_NTYPES];
extern const struct ps_name ps_held_names[PORTSOCK_NHELD];
extern const struct ps_name ps_flag_names[PORTSOCK_NFLAGS];

int ps_name_lookup(const struct ps_name *table, unsigned int size,
		   const char *word, size_t len);

#define ps_lookup(table, word, len) \
	ps_name_lookup(table, ARRAY_SIZE(table), word, len)

#endif /* PORTSOCK_FORMAT_NAMES_H */
