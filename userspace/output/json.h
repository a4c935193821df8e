/* SPDX-License-Identifier: GPL-2.0 */
/* Write JSON, as ASCII. */
#ifndef PORTSOCK_OUTPUT_JSON_H
#define PORTSOCK_OUTPUT_JSON_H

#include <string.h>

#include "../../module/format/format.h"
#include "output.h"

#define JSON_ROOM	6	/* bytes for each byte: "\u001F" */
#define JSON_TAIL_MAX	192	/* bytes; most tails have 95 */

/**
 * struct json_tail - Cache of the members netns to expires of a socket
 * @shown: columns, as bits
 * @record: the socket
 * @len: length of @text in bytes, 0 while the cache is empty
 * @text: the members
 */
struct json_tail {
	u64 shown;
	struct ps_record record;
	size_t len;
	char text[JSON_TAIL_MAX];
};

/**
 * struct json - JSON being written
 * @text: destination
 * @comma: a comma goes before the next value
 * @out: output with the relations of sockets, or NULL
 * @tail: cache of the socket before; most tails repeat
 */
struct json {
	struct buf *text;
	bool comma;
	const struct output *out;
	struct json_tail tail;
};

void json_word(struct json *j, const char *text, size_t len);
void json_u64(struct json *j, u64 value);
void json_bytes(struct json *j, const char *bytes, size_t len);
char *json_put_bytes(char *p, const char *bytes, size_t len);
void json_socket(struct json *j, const struct row *row, u64 shown,
		 struct names *names);

/* Begin a value: write the comma after the value before. */
static inline void json_before(struct json *j)
{
	if (j->comma)
		buf_char(j->text, ',');
	j->comma = true;
}

/* Begin an object or an array. */
static inline void json_open(struct json *j, char bracket)
{
	json_before(j);
	buf_char(j->text, bracket);
	j->comma = false;
}

/* End an object or an array. */
static inline void json_close(struct json *j, char bracket)
{
	buf_char(j->text, bracket);
	j->comma = true;
}

/* Write the name of a member, a literal without escapes. */
#define json_key(j, key) do { \
	json_before(j); \
	buf_put((j)->text, "\"" key "\":", sizeof("\"" key "\":") - 1); \
	(j)->comma = false; \
} while (0)

#endif /* PORTSOCK_OUTPUT_JSON_H */
