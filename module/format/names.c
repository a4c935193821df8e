// SPDX-License-Identifier: GPL-2.0
#include "names.h"

#define NAME(text)	{ text, sizeof(text) - 1 }

const struct ps_name ps_column_names[PORTSOCK_NCOLUMNS] = {
#define X(name) NAME(#name),
	PORTSOCK_COLUMNS(X)
#undef X
};

const struct ps_name ps_proto_names[PORTSOCK_NPROTOS] = {
#define X(id, text, family) NAME(text),
	PORTSOCK_PROTOS(X)
#undef X
};

const struct ps_name ps_proto_families[PORTSOCK_NPROTOS] = {
#define X(id, text, family) NAME(family),
	PORTSOCK_PROTOS(X)
#undef X
};

const struct ps_name ps_state_names[PORTSOCK_NSTATES] = {
	[PORTSOCK_STATE_NONE] = NAME(PORTSOCK_NONE),
#define X(name, number) [number] = NAME(#name),
	PORTSOCK_STATES(X)
#undef X
};

/* Numbers without a type have an empty name. */
const struct ps_name ps_type_names[PORTSOCK_NTYPES] = {
	[PORTSOCK_TYPE_NONE] = NAME(PORTSOCK_NONE),
#define X(id, number, text) [number] = NAME(#text),
	PORTSOCK_TYPES(X)
#undef X
};

const struct ps_name ps_held_names[PORTSOCK_NHELD] = {
	[PORTSOCK_HELD_NONE] = NAME(PORTSOCK_NONE),
#define X(id, text) [PORTSOCK_HELD_##id] = NAME(#text),
	PORTSOCK_HELD(X)
#undef X
};

const struct ps_name ps_flag_names[PORTSOCK_NFLAGS] = {
#define X(id, text) NAME(#text),
	PORTSOCK_FLAGS(X)
#undef X
};

/**
 * ps_name_lookup() - Look up a word in a table of names
 * @table: names
 * @size: number of entries of @table
 * @word: not necessarily NUL-terminated
 * @len: length of @word in bytes
 *
 * Return: Index into @table, -ENOENT if @word is not in it.
 */
int ps_name_lookup(const struct ps_name *table, unsigned int size,
		   const char *word, size_t len)
{
	unsigned int i;

	for (i = 0; i < size; i++)
		if (table[i].len == len && table[i].text[0] == *word &&
		    !memcmp(table[i].text, word, len))
			return i;
	return -ENOENT;
}
