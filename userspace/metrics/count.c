// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "../util/error.h"
#include "count.h"

/*
 * Return true if the UID is that of a system user: root, users of packages, and users that
 * systemd creates (DynamicUser=, up to nobody), by Debian's policy.
 */
static bool is_system_user(const struct ps_record *r)
{
	return r->has & PS_HAS_UID &&
		(r->uid < 1000 || (r->uid >= 61184 && r->uid <= 65534));
}

static struct listener_counts *find_listener_counts(struct socket_counts *c,
						    u64 cookie)
{
	const struct hash_key key = { .low = cookie };
	struct listener_counts *listener = hash_find(&c->listeners, &key);

	return listener ? listener :
		hash_add(&c->listeners, &key, sizeof(*listener));
}

/*
 * An MPTCP socket that listens has a subflow that listens, too, with the
 * backlog.  Both are one listener, that of TCP: a server that begins to use
 * MPTCP keeps its series.
 */
static void count_mptcp_listener(struct socket_counts *c, const struct row *row)
{
	const struct ps_record *r = &row->record;
	struct listener_counts *listener = find_listener_counts(c, r->cookie);

	listener->self = true;
	listener->system = is_system_user(r);
	listener->proto = r->proto;
	listener->netns = r->netns;
	listener->port = r->port;
	listener->owners = row->count;
	listener->backlog = r->rxq;
	listener->limit = r->txq;
	listener->leaked = names_leaked(&c->names, row);
}

/*
 * The kernel's view has the listeners of a port first, so other rows at a port
 * without a listener need no memory.  A saved view may have any order: there
 * the rows that count are kept until a listener follows.
 */
static void count_port_row(struct socket_counts *c, const struct row *row)
{
	const struct ps_record *r = &row->record;
	const struct hash_key key = { r->proto, r->netns, 0, r->port };
	struct listening_port *port = hash_find(&c->ports, &key);
	bool listens = r->state == PORTSOCK_LISTEN;
	bool acceptq = r->held == PORTSOCK_HELD_ACCEPTQ;
	bool request = r->held == PORTSOCK_HELD_SYNRECV;
	bool timewait = r->held == PORTSOCK_HELD_TIMEWAIT;
	struct listener_counts *listener;

	if (listens && r->proto == PORTSOCK_PROTO_MPTCP) {
		count_mptcp_listener(c, row);
		return;
	}
	if (!port && (listens || (!c->names.live &&
				  (acceptq || request || timewait))))
		port = hash_add(&c->ports, &key, sizeof(*port));
	if ((acceptq || request) && r->has & PS_HAS_PARENT) {
		listener = find_listener_counts(c, r->parent);
		listener->here = port;
		listener->acceptq += acceptq;
		listener->requests += request;
	} else if (port) {
		port->acceptq += acceptq;
		port->requests += request;
	}
	if (port)
		port->timewait += timewait;
	if (!listens)
		return;
	port->sockets++;
	port->owners += row->count;
	port->backlog += r->rxq;
	port->limit += r->txq;
	port->system |= is_system_user(r);
	port->leaked += names_leaked(&c->names, row);
	find_listener_counts(c, r->cookie)->at = port;
	if (row->holder && r->has & PS_HAS_PARENT)
		find_listener_counts(c, r->parent)->at = port;
}

/**
 * count_row() - Count a row
 * @c: counts
 * @row: row
 * @own_netns: network namespace with the ephemeral ports that are counted
 */
void count_row(struct socket_counts *c, const struct row *row, u32 own_netns)
{
	const struct ps_record *r = &row->record;

	c->sockets[r->proto][r->state][r->held]++;
	if (!(r->has & PS_HAS_PORT))
		return;
	count_port_row(c, row);
	if (r->netns == own_netns && r->port <= U16_MAX)
		c->used[r->proto][r->port / 8] |= 1U << r->port % 8;
}

static int compare_ports(const void *a, const void *b)
{
	const struct hash_key *x = *(struct hash_key *const *)a;
	const struct hash_key *y = *(struct hash_key *const *)b;

	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->part < y->part ? -1 : x->part > y->part;
}

/* Add the counts of a listener to those of its port. */
static void finish_listener(struct socket_counts *c,
			    const struct listener_counts *listener)
{
	const struct hash_key key = {
		listener->proto, listener->netns, 0, listener->port,
	};
	struct listening_port *port = listener->at;

	if (!port && listener->self) {	/* an MPTCP socket without a subflow */
		port = hash_find(&c->ports, &key);
		if (!port)
			port = hash_add(&c->ports, &key, sizeof(*port));
		port->sockets++;
		port->backlog += listener->backlog;
		port->limit += listener->limit;
	}
	if (!port)
		port = listener->here;
	if (!port)
		return;
	port->owners += listener->owners;
	port->leaked += listener->leaked;
	port->system |= listener->system;
	port->acceptq += listener->acceptq;
	port->requests += listener->requests;
}

/**
 * count_finish() - Sort the listening ports after the last row
 * @c: counts
 */
void count_finish(struct socket_counts *c)
{
	size_t i;

	for (i = 0; i < c->listeners.size; i++)
		if (c->listeners.slots[i])
			finish_listener(c, (void *)c->listeners.slots[i]);
	c->listening = xrealloc(NULL, (c->ports.count + 1) *
				sizeof(*c->listening));
	for (i = 0; i < c->ports.size; i++) {
		struct listening_port *port = (void *)c->ports.slots[i];

		if (port && port->sockets)
			c->listening[c->nlistening++] = port;
	}
	qsort(c->listening, c->nlistening, sizeof(*c->listening),
	      compare_ports);
}

/**
 * count_used_ports() - Count the ports of a range that are in use
 * @c: counts, finished
 * @proto: enum portsock_proto
 * @first: first port of the range
 * @last: last port
 *
 * Return: number of ports with a socket.
 */
u32 count_used_ports(const struct socket_counts *c, u8 proto, u32 first,
		     u32 last)
{
	u32 port, used = 0;

	for (port = first; port <= last; port++)
		used += c->used[proto][port / 8] >> port % 8 & 1;
	return used;
}

/**
 * count_free() - Free the counts
 * @c: counts
 */
void count_free(struct socket_counts *c)
{
	free(c->listening);
	hash_free(&c->ports);
	hash_free(&c->listeners);
	names_free(&c->names);
}
