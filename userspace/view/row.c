// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "../util/error.h"
#include "row.h"

static void *copy(const void *data, size_t size)
{
	return size ? memcpy(xrealloc(NULL, size), data, size) : NULL;
}

static bool has_text(const struct ps_end *end)
{
	return end->form == PS_FORM_PATH || end->form == PS_FORM_ABSTRACT;
}

static void copy_end(struct ps_end *to, const struct ps_end *from)
{
	if (has_text(from))
		to->text = copy(from->text, from->len);
}

static void free_end(struct ps_end *end)
{
	if (has_text(end))
		free((char *)end->text);
}

/**
 * row_copy() - keep a row, and all that it refers to
 * @to: the copy
 * @from: a source's row
 */
void row_copy(struct row *to, const struct row *from)
{
	*to = *from;
	copy_end(&to->record.local, &from->record.local);
	copy_end(&to->record.remote, &from->record.remote);
	to->owners = copy(from->owners, from->count * sizeof(*from->owners));
	if (from->holder)
		to->holder = copy(from->holder, from->holder_len);
}

/**
 * row_free() - give back a copy's memory
 * @row: from row_copy()
 */
void row_free(struct row *row)
{
	free_end(&row->record.local);
	free_end(&row->record.remote);
	free(row->owners);
	free((char *)row->holder);
}
