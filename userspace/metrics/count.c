// SPDX-License-Identifier: GPL-2.0
/* Rows go by, and are counted. */
#include <string.h>

#include "../util/error.h"
#include "metrics.h"

static int compare(const struct listener *l, const struct ps_record *r)
{
	if (l->port != r->port)
		return l->port < r->port ? -1 : 1;
	if (l->proto != r->proto)
		return l->proto < r->proto ? -1 : 1;
	if (l->netns != r->netns)
		return l->netns < r->netns ? -1 : 1;
	return 0;
}

/* The place of a row's port among the listening ones, or where it would be. */
static size_t find(const struct metrics *m, const struct ps_record *r,
		   bool *found)
{
	size_t low = 0, high = m->count;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(&m->listeners[middle], r);

		if (!order) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct listener *insert(struct metrics *m, size_t at,
				  const struct ps_record *r)
{
	struct listener *l;

	if (m->count == m->size) {
		m->size = m->size ? m->size * 2 : 64;
		m->listeners = xrealloc(m->listeners,
					  m->size * sizeof(*m->listeners));
	}
	l = &m->listeners[at];
	memmove(l + 1, l, (m->count++ - at) * sizeof(*l));
	*l = (struct listener){
		.port = r->port,
		.netns = r->netns,
		.proto = r->proto,
	};
	return l;
}

/*
 * Whether a system user has the UID: root, packages' users, and those that
 * systemd makes (DynamicUser=, up to nobody), by Debian's policy.
 */
static bool is_system(const struct ps_record *r)
{
	return r->has & PS_HAS_UID &&
		(r->uid < 1000 || (r->uid >= 61184 && r->uid <= 65534));
}

/* At one port those that listen stand first, so the others find theirs. */
static void count_at_port(struct metrics *m, const struct row *row)
{
	const struct ps_record *r = &row->record;
	struct listener *l;
	bool found;
	size_t at = find(m, r, &found);

	if (!found && r->state != PORTSOCK_LISTEN)
		return;
	l = found ? &m->listeners[at] : insert(m, at, r);
	if (r->state == PORTSOCK_LISTEN) {
		l->sockets++;
		l->owners += row->count;
		l->backlog += r->rxq;
		l->limit += r->txq;
		l->system |= is_system(r);
		l->leaked += names_leaked(&m->names, row);
	}
	l->acceptq += r->held == PORTSOCK_HELD_ACCEPTQ;
	l->requests += r->held == PORTSOCK_HELD_SYNRECV;
	l->timewait += r->held == PORTSOCK_HELD_TIMEWAIT;
}

/**
 * metrics_count() - count a row
 * @m: so far
 * @row: row
 * @own_netns: network namespace whose ephemeral ports are counted
 */
void metrics_count(struct metrics *m, const struct row *row,
		      u32 own_netns)
{
	const struct ps_record *r = &row->record;

	m->sockets[r->proto][r->state][r->held]++;
	if (!(r->has & PS_HAS_PORT))
		return;
	count_at_port(m, row);
	if (r->netns == own_netns && r->port <= U16_MAX)
		m->used[r->proto][r->port / 8] |= 1U << r->port % 8;
}

/**
 * metrics_used() - how many ports of a range are in use
 * @m: all rows counted
 * @proto: enum portsock_proto
 * @first: first port of the range
 * @last: last one
 *
 * Return: ports at which there is a socket.
 */
u32 metrics_used(const struct metrics *m, u8 proto, u32 first, u32 last)
{
	u32 port, used = 0;

	for (port = first; port <= last; port++)
		used += m->used[proto][port / 8] >> port % 8 & 1;
	return used;
}
