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
