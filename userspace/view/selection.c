// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "../util/error.h"
#include "selection.h"
#include "../../module/format/names.h"

/**
 * selection_ports() - ask for ports
 * @sel: selection
 * @first: first port
 * @last: last port
 * @protos: of these protocols, as bits; 0: of any
 */
void selection_ports(struct selection *sel, u16 first, u16 last, u64 protos)
{
	sel->ports = xrealloc(sel->ports,
				(sel->nports + 1) * sizeof(*sel->ports));
	sel->ports[sel->nports++] = (struct port_range){ first, last, protos };
}

/**
 * selection_pid() - ask for what a process holds
 * @sel: selection
 * @pid: process
 */
void selection_pid(struct selection *sel, u32 pid)
{
	sel->pids = xrealloc(sel->pids,
			       (sel->npids + 1) * sizeof(*sel->pids));
	sel->pids[sel->npids++] = pid;
}

/**
 * selection_free() - give back a selection's memory
 * @sel: selection
 */
void selection_free(struct selection *sel)
{
	free(sel->ports);
	free(sel->pids);
}

/**
 * selection_inet_protos() - the protocols that stand at IPv4 and IPv6 alike
 *
 * Return: their bits.
 */
u64 selection_inet_protos(void)
{
	u64 protos = 0;
	unsigned int i;

	for (i = 0; i < PORTSOCK_NPROTOS; i++)
		if (!ps_proto_families[i].len)
			protos |= 1ULL << i;
	return protos;
}

static bool match_form(const struct selection *sel, const struct ps_record *r)
{
	if (!sel->forms || ps_proto_families[r->proto].len)
		return true;
	return sel->forms & 1U << r->local.form;
}

static bool match_ports(const struct selection *sel, const struct ps_record *r)
{
	size_t i;

	if (!sel->nports)
		return !sel->at_ports || r->has & PS_HAS_PORT;
	if (!(r->has & PS_HAS_PORT))
		return false;
	for (i = 0; i < sel->nports; i++) {
		const struct port_range *p = &sel->ports[i];

		if (r->port >= p->first && r->port <= p->last &&
		    (!p->protos || p->protos & 1ULL << r->proto))
			return true;
	}
	return false;
}

/*
 * A door: somebody may come in here.  Of sockets without ports, those that are
 * bound to a name or a protocol are doors, but only who asks for their family
 * wants to see them beside the ports.
 */
static bool is_door(const struct selection *sel, const struct ps_record *r)
{
	switch (r->state) {
	case PORTSOCK_LISTEN:
	case PORTSOCK_BOUND:
		return true;
	case PORTSOCK_UNCONN:
		return r->has & PS_HAS_PORT ||
			r->proto == PORTSOCK_PROTO_RAW ||
			(sel->protos && r->local.form != PS_FORM_NONE);
	default:
		return false;
	}
}

static bool is_asked_for(const struct selection *sel, u32 pid)
{
	size_t i;

	for (i = 0; i < sel->npids; i++)
		if (sel->pids[i] == pid)
			return true;
	return false;
}

static bool match_netns(const struct selection *sel, const struct ps_record *r)
{
	return !sel->netns || sel->netns == NETNS_ALL ||
		sel->netns == r->netns;
}

/* As the kernel's own filter has it: only those who are asked for stay. */
static bool match_pids(const struct selection *sel, struct row *row)
{
	size_t i, kept = 0;

	if (!sel->npids)
		return true;
	for (i = 0; i < row->count; i++)
		if (is_asked_for(sel, row->owners[i].pid))
			row->owners[kept++] = row->owners[i];
	row->count = kept;
	return kept;
}

/**
 * selection_is_all() - whether every row is asked for
 * @sel: selection
 *
 * Return: true if no row needs to be looked at.
 */
bool selection_is_all(const struct selection *sel)
{
	return !sel->protos && !sel->forms && !sel->doors && !sel->at_ports &&
		!sel->nports && !sel->npids && !sel->netns;
}

/**
 * selection_row() - whether a row is asked for
 * @sel: selection
 * @row: row; if it is for its processes, the other owners are taken out
 *
 * Return: true if it is.
 */
bool selection_row(const struct selection *sel, struct row *row)
{
	const struct ps_record *r = &row->record;

	return (!sel->protos || sel->protos & 1ULL << r->proto) &&
		match_form(sel, r) && match_ports(sel, r) &&
		match_netns(sel, r) &&
		(!sel->doors || is_door(sel, r)) && match_pids(sel, row);
}
