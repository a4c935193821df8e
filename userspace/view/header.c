// SPDX-License-Identifier: GPL-2.0
/* The two lines that a view begins with. */
#include "field.h"
#include "../../module/format/names.h"
#include "parse.h"

/* The next word of a line; words are separated by blanks. */
static const char *next_word(const char **cursor, size_t *len)
{
	const char *start = *cursor + strspn(*cursor, " ");

	*len = strcspn(start, " ");
	*cursor = start + *len;
	return start;
}

static int parse_header_field(const char *word, size_t len,
			      struct ps_header *h, unsigned int *seen)
{
	const struct {
		const char *key;
		u64 max;
		u64 *u64_value;
		u32 *u32_value;
	} fields[] = {
		{ "netns=", U32_MAX, NULL, &h->netns },
		{ "pidns=", U32_MAX, NULL, &h->pidns },
		{ "at=", U64_MAX, &h->at, NULL },
		{ "took=", U64_MAX, &h->took, NULL },
		{ "sockets=", U64_MAX, &h->sockets, NULL },
		{ "owners=", U64_MAX, &h->owners, NULL },
	};
	unsigned int i;
	u64 value;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		size_t key = strlen(fields[i].key);

		if (len < key || memcmp(word, fields[i].key, key))
			continue;
		if (ps_parse_u64(word + key, len - key, 10, fields[i].max,
				 &value))
			return -EINVAL;
		if (fields[i].u64_value)
			*fields[i].u64_value = value;
		else
			*fields[i].u32_value = value;
		*seen |= 1U << i;
	}
	return 0;	/* a later version may say more */
}

/**
 * ps_parse_header() - the first line of a view
 * @line: NUL-terminated, without its newline
 * @h: result
 *
 * A later version may say more; what it says beyond format 1 is passed over.
 *
 * Context: any.
 * Return: 0; -EINVAL if it is no view's first line; -EPROTO if the view is of
 * a later format, whose number is in @h->version, and has not all of format 1.
 */
int ps_parse_header(const char *line, struct ps_header *h)
{
	const unsigned int all = (1U << 6) - 1;
	const char *cursor = line, *word;
	unsigned int seen = 0;
	size_t len;
	int err;

	memset(h, 0, sizeof(*h));
	word = next_word(&cursor, &len);
	if (len != 1 || *word != '#')
		return -EINVAL;
	word = next_word(&cursor, &len);
	if (len != strlen(PORTSOCK_MAGIC) || memcmp(word, PORTSOCK_MAGIC, len))
		return -EINVAL;
	word = next_word(&cursor, &len);
	if (ps_parse_u32(word, len, &h->version) || !h->version)
		return -EINVAL;
	err = h->version == PORTSOCK_FORMAT ? -EINVAL : -EPROTO;
	for (word = next_word(&cursor, &len); len;
	     word = next_word(&cursor, &len))
		if (parse_header_field(word, len, h, &seen))
			return err;
	return seen == all ? 0 : err;
}

/**
 * ps_parse_layout() - the second line of a view: the columns' names
 * @line: NUL-terminated, without its newline
 * @layout: result
 *
 * Context: any.
 * Return: 0; -EINVAL if it is no such line, or a column of format 1 is missing
 * or stands there twice.
 */
int ps_parse_layout(const char *line, struct ps_layout *layout)
{
	const char *cursor = line, *word;
	u32 seen = 0;
	size_t len;
	int column;

	memset(layout, 0, sizeof(*layout));
	layout->usual = true;
	word = next_word(&cursor, &len);
	if (len != 1 || *word != '#')
		return -EINVAL;
	for (word = next_word(&cursor, &len); len;
	     word = next_word(&cursor, &len)) {
		if (layout->count == PS_LAYOUT_MAX)
			return -EINVAL;
		column = ps_lookup(ps_column_names, word, len);
		if (column >= 0 && seen & 1U << column)
			return -EINVAL;
		if (column >= 0)
			seen |= 1U << column;
		else
			column = PORTSOCK_NCOLUMNS;
		layout->usual &= layout->count >= PORTSOCK_NCOLUMNS ||
			column == (int)layout->count;
		layout->column[layout->count++] = column;
	}
	return seen == (1U << PORTSOCK_NCOLUMNS) - 1 ? 0 : -EINVAL;
}
