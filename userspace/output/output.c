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

/**
 * output_peer() - Find the owners at the other end of a connection
 * @out: output
 * @row: row
 * @none: result if there are none: NAME_UNKNOWN if they are hidden or could not
 *	be read within the bounds, else PORTSOCK_NONE
 *
 * Return: row with the owners or their kernel module, or NULL.
 */
const struct row *output_peer(const struct output *out, const struct row *row,
			      const char **none)
{
	const struct row *peer = relations_peer(out->relations, row);
	bool hidden;

	if (peer && (peer->count || peer->holder))
		return peer;
	hidden = peer ? peer->record.held == PORTSOCK_HELD_HIDDEN :
		relations_lack_peers(out->relations, row);
	*none = hidden ? NAME_UNKNOWN : PORTSOCK_NONE;
	return NULL;
}
