/* SPDX-License-Identifier: GPL-2.0 */
/* JSON's values, written as they come, and a socket made of them. */
#ifndef PORTSOCK_JSON_H
#define PORTSOCK_JSON_H

#include <string.h>

#include "lookup.h"
#include "row.h"
#include "text.h"
#include "../module/format/format.h"

#define PS_JSON_MOST	6	/* bytes for one byte: "\u001F" */
#define PS_JSON_END_MAX	(PS_JSON_MOST * (PS_TEXT_MAX + 2))

#define PS_JSON_TAIL_MAX 192	/* most are of 95 bytes */

/**
 * struct ps_json_tail - what a socket's members from NETNS to EXPIRES were
 * @shown: columns, as bits
 * @record: whose they were; only these are of interest
 * @len: bytes of @text, 0 if it is not known
 * @text: the members
 */
struct ps_json_tail {
	u32 shown;
	struct ps_record record;
	size_t len;
	char text[PS_JSON_TAIL_MAX];
};

/**
 * struct ps_json - JSON being written
 * @text: where it goes
 * @comma: the next value has one before it in its object or array
 * @tail: of the socket before; most have the same
 */
struct ps_json {
	struct ps_text *text;
	bool comma;
	struct ps_json_tail tail;
};

void ps_json_word(struct ps_json *j, const char *text, size_t len);
void ps_json_u64(struct ps_json *j, u64 value);
void ps_json_null(struct ps_json *j);
void ps_json_bytes(struct ps_json *j, const char *bytes, size_t len);
char *ps_json_put_bytes(char *p, const char *bytes, size_t len);
char *ps_json_put_end(char *p, const struct ps_record *r,
		      const struct ps_end *end);
void ps_json_socket(struct ps_json *j, const struct ps_row *row, u32 shown,
		    struct ps_names *names);

/**
 * ps_json_before() - what stands between two values
 * @j: JSON
 */
static inline void ps_json_before(struct ps_json *j)
{
	if (j->comma)
		ps_text_char(j->text, ',');
	j->comma = true;
}

/**
 * ps_json_open() - begin an object or an array
 * @j: JSON
 * @bracket: the first character of it
 */
static inline void ps_json_open(struct ps_json *j, char bracket)
{
	ps_json_before(j);
	ps_text_char(j->text, bracket);
	j->comma = false;
}

/**
 * ps_json_close() - end an object or an array
 * @j: JSON
 * @bracket: the last character of it
 */
static inline void ps_json_close(struct ps_json *j, char bracket)
{
	ps_text_char(j->text, bracket);
	j->comma = true;
}

/* @with has a comma before it.  Lengths are known when this is compiled. */
static inline __attribute__((always_inline)) void
ps_json_put_key(struct ps_json *j, const char *with, size_t len)
{
	size_t skip = !j->comma;
	char *p = ps_text_room(j->text, len);

	memcpy(p, with, len);
	if (skip)
		memcpy(p, with + 1, len - 1);
	ps_text_done(j->text, p + len - skip);
	j->comma = false;
}

/* The name of an object's next value: a literal that needs no escape. */
#define ps_json_key(j, key) \
	ps_json_put_key(j, ",\"" key "\":", sizeof(",\"" key "\":") - 1)

#endif /* PORTSOCK_JSON_H */
