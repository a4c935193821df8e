/* SPDX-License-Identifier: GPL-2.0 */
/* JSON's values, and a socket made of them. */
#ifndef PORTSOCK_JSON_H
#define PORTSOCK_JSON_H

#include <yajl/yajl_gen.h>

#include "row.h"
#include "text.h"
#include "../module/core/names.h"

/**
 * struct ps_json - JSON being written
 * @gen: yajl's generator, which writes into out->text
 * @shown: columns to show, as bits
 * @word: text of a value that is being made
 */
struct ps_json {
	yajl_gen gen;
	u32 shown;
	struct ps_text word;
};

void ps_json_string(struct ps_json *j, const char *text, size_t len);
void ps_json_u64(struct ps_json *j, u64 value);
void ps_json_hex(struct ps_json *j, u64 value);
void ps_json_optional(struct ps_json *j, bool there, u64 value);
void ps_json_bytes(struct ps_json *j, const char *bytes, size_t len);
void ps_json_name(struct ps_json *j, const struct ps_name *name);
void ps_json_end(struct ps_json *j, const struct ps_record *r,
		 const struct ps_end *end);
void ps_json_socket(struct ps_json *j, const struct ps_row *row);

#define ps_json_key(j, key)	ps_json_string(j, key, sizeof(key) - 1)

#endif /* PORTSOCK_JSON_H */
