// SPDX-License-Identifier: GPL-2.0
#include "output.h"

/**
 * output_end() - End an output that got all rows in one pass
 * @out: output without @can_seek
 *
 * Return: 0, or -1 after an error message.
 */
int output_end(struct output *out)
{
	if (out->ops->measured && out->ops->measured(out))
		return -1;
	return out->ops->end ? out->ops->end(out) : 0;
}

/**
 * output_with_owners() - Complete a row for people
 * @out: output
 * @row: row with a @holder
 * @copy: memory for the result
 *
 * A subflow gets the owners of its MPTCP socket beside the name of the module.
 * Programs get it as the view has it.
 *
 * Return: @copy, or @row if there is nothing to add.
 */
const struct row *output_with_owners(struct output *out, const struct row *row,
				     struct row *copy)
{
	const struct row *keeper;

	if (!(row->record.has & PS_HAS_PARENT))
		return row;
	keeper = relations_keeper(out->relations, row);
	if (!keeper)
		return row;
	*copy = *row;
	copy->owners = keeper->owners;
	copy->count = keeper->count;
	return copy;
}
