// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "../util/error.h"
#include "row.h"

static bool end_has_text(const struct ps_end *end)
{
	return end->form == PS_FORM_PATH || end->form == PS_FORM_ABSTRACT;
}

static const void *put_copy(char **p, const void *data, size_t size)
{
	const void *copy = *p;

	if (!size)
		return "";
	memcpy(*p, data, size);
	*p += size;
	return copy;
}

/**
 * row_copy() - Copy a row and the data it refers to, in one allocation
 * @to: the copy, to be freed with row_free()
 * @from: a row of a view, or a copy
 */
void row_copy(struct row *to, const struct row *from)
{
	const struct ps_end *ends[] = { &from->record.local,
					&from->record.remote };
	struct ps_end *copies[] = { &to->record.local, &to->record.remote };
	size_t size = from->count * sizeof(*from->owners);
	unsigned int i;
	char *p;

	*to = *from;
	to->line = NULL;
	if (from->holder)
		size += from->holder_len;
	for (i = 0; i < 2; i++)
		if (end_has_text(ends[i]))
			size += ends[i]->len;
	to->copy = p = size ? xrealloc(NULL, size) : NULL;
	to->owners = (void *)put_copy(&p, from->owners, from->count *
				      sizeof(*from->owners));
	if (from->holder)
		to->holder = put_copy(&p, from->holder, from->holder_len);
	for (i = 0; i < 2; i++)
		if (end_has_text(ends[i]))
			copies[i]->text = put_copy(&p, ends[i]->text,
						   ends[i]->len);
}

/**
 * row_free() - Free the memory of a copy
 * @row: from row_copy()
 */
void row_free(struct row *row)
{
	free(row->copy);
}
