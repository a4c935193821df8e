// SPDX-License-Identifier: GPL-2.0
/* Parse the two header lines of a view. */
#include "field.h"
#include "../../module/format/names.h"
#include "parse.h"

/* Return the next word of a line and its length, 0 at the end. */
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
	return 0;	/* a key of a later version */
}

/**
 * header_parse() - Parse the first line of a view
 * @line: NUL-terminated, without newline
 * @h: result
 *
 * Keys that format 1 does not have are skipped: a later version may add them.
 *
 * Return: 0; -EINVAL if @line is not the first line of a view; -EPROTO if the
 * format is a later one, its number then being in @h->version, and a key of
 * format 1 is missing or invalid.
 */
int header_parse(const char *line, struct ps_header *h)
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
	if (field_parse_u32(word, len, &h->version) || !h->version)
		return -EINVAL;
	err = h->version == PORTSOCK_FORMAT ? -EINVAL : -EPROTO;
	for (word = next_word(&cursor, &len); len;
	     word = next_word(&cursor, &len))
		if (parse_header_field(word, len, h, &seen))
			return err;
	return seen == all ? 0 : err;
}

/**
 * layout_parse() - Parse the second line of a view, the names of columns
 * @line: NUL-terminated, without newline
 * @layout: result
 *
 * Return: 0; -EINVAL if @line is not such a line, if a column of format 1 is
 * repeated, or if one of those that every version has is missing.
 */
int layout_parse(const char *line, struct layout *layout)
{
	const u32 all = (1U << PORTSOCK_COLUMNS_0_1) - 1;
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
		if (layout->count == LAYOUT_MAX)
			return -EINVAL;
		column = ps_lookup(ps_column_names, word, len);
		if (column >= 0 && seen & 1U << column)
			return -EINVAL;
		if (column >= 0)
			seen |= 1U << column;
		else
			column = PORTSOCK_NCOLUMNS;
		layout->later |= column == PORTSOCK_NCOLUMNS;
		layout->usual &= layout->count >= PORTSOCK_NCOLUMNS ||
			column == (int)layout->count;
		layout->column[layout->count++] = column;
	}
	layout->plain = layout->usual &&
		(layout->count == PORTSOCK_NCOLUMNS ||
		 layout->count == PORTSOCK_COLUMNS_0_1);
	return (seen & all) == all ? 0 : -EINVAL;
}
