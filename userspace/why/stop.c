// SPDX-License-Identifier: GPL-2.0
#include "stop.h"
#include "why.h"

/**
 * stop_add() - Add the owners of a socket to those that are stopped
 * @list: list, zeroed at first
 * @row: the socket
 */
void stop_add(struct stop_list *list, const struct row *row)
{
	size_t i, k;

	for (i = 0; i < row->count && list->count <= STOP_PIDS_MAX; i++) {
		list->pids[list->count] = row->owners[i].pid;
		for (k = 0; list->pids[k] != row->owners[i].pid;)
			k++;
		list->count += k == list->count;
	}
}

/**
 * stop_put() - Append the commands
 * @t: text; unchanged if there are no owners
 * @list: owners
 */
void stop_put(struct buf *t, const struct stop_list *list)
{
	size_t i;

	if (!list->count)
		return;
	print_clause(t, "stop the owner%s (kill", list->count > 1 ? "s" : "");
	for (i = 0; i < list->count && i < STOP_PIDS_MAX; i++)
		buf_printf(t, " %u", list->pids[i]);
	buf_word(t, list->count > STOP_PIDS_MAX ? " ...)" : ")");
}
