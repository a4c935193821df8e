/* SPDX-License-Identifier: GPL-2.0 */
/* JSON's values, written as they come, and a socket made of them. */
#ifndef PORTSOCK_JSON_H
#define PORTSOCK_JSON_H

#include <string.h>

#include "../resolve/names.h"
#include "../view/row.h"
#include "../util/buf.h"
#include "../../module/format/format.h"

#define JSON_MOST	6	/* bytes for one byte: "\u001F" */
#define JSON_END_MAX	(JSON_MOST * (PS_TEXT_MAX + 2))

#define JSON_TAIL_MAX 192	/* most are of 95 bytes */

/**
 * struct json_tail - what a socket's members from NETNS to EXPIRES were
 * @shown: columns, as bits
 * @record: whose they were; only these are of interest
 * @len: bytes of @text, 0 if it is not known
 * @text: the members
 */
struct json_tail {
	u32 shown;
	struct ps_record record;
	size_t len;
	char text[JSON_TAIL_MAX];
};

/**
 * struct json - JSON being written
 * @text: where it goes
 * @comma: the next value has one before it in its object or array
 * @tail: of the socket before; most have the same
 */
struct json {
	struct buf *text;
	bool comma;
	struct json_tail tail;
};

void json_word(struct json *j, const char *text, size_t len);
void json_u64(struct json *j, u64 value);
void json_null(struct json *j);
void json_bytes(struct json *j, const char *bytes, size_t len);
char *json_put_bytes(char *p, const char *bytes, size_t len);
char *json_put_end(char *p, const struct ps_record *r,
		      const struct ps_end *end);
void json_socket(struct json *j, const struct row *row, u32 shown,
		    struct names *names);

/**
 * json_before() - what stands between two values
 * @j: JSON
 */
static inline void json_before(struct json *j)
{
	if (j->comma)
		buf_char(j->text, ',');
	j->comma = true;
}

/**
 * json_open() - begin an object or an array
 * @j: JSON
 * @bracket: the first character of it
 */
static inline void json_open(struct json *j, char bracket)
{
	json_before(j);
	buf_char(j->text, bracket);
	j->comma = false;
}

/**
 * json_close() - end an object or an array
 * @j: JSON
 * @bracket: the last character of it
 */
static inline void json_close(struct json *j, char bracket)
{
	buf_char(j->text, bracket);
	j->comma = true;
}

/* @with has a comma before it.  Lengths are known when this is compiled. */
static inline __attribute__((always_inline)) void
json_put_key(struct json *j, const char *with, size_t len)
{
	size_t skip = !j->comma;
	char *p = buf_room(j->text, len);

	memcpy(p, with, len);
	if (skip)
		memcpy(p, with + 1, len - 1);
	buf_done(j->text, p + len - skip);
	j->comma = false;
}

/* The name of an object's next value: a literal that needs no escape. */
#define json_key(j, key) \
	json_put_key(j, ",\"" key "\":", sizeof(",\"" key "\":") - 1)

#endif /* PORTSOCK_JSON_H */
