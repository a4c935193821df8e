// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "../util/error.h"
#include "selection.h"
#include "../../module/format/names.h"

#define PORT_SET_SIZE	((U16_MAX + 1) / 8)

/**
 * selection_local() - Select sockets that receive at an endpoint
 * @sel: selection
 * @e: endpoint
 */
void selection_local(struct selection *sel, const struct endpoint *e)
{
	struct endpoint simple = *e;
	u32 port;

	endpoint_simplify(&simple);
	endpoints_append(&sel->local, &simple);
	if (!sel->port_set) {
		sel->port_set = xrealloc(NULL, PORT_SET_SIZE);
		memset(sel->port_set, 0, PORT_SET_SIZE);
	}
	sel->not_only_ports |= simple.form != PS_FORM_NONE || simple.protos ||
		*simple.dev;
	if (endpoint_is_name(e))
		return;
	for (port = e->first; port <= e->last && port <= U16_MAX; port++)
		sel->port_set[port / 8] |= 1U << port % 8;
}

/**
 * selection_remote() - Select sockets that are connected to an endpoint
 * @sel: selection
 * @e: endpoint
 */
void selection_remote(struct selection *sel, const struct endpoint *e)
{
	struct endpoint simple = *e;

	endpoint_simplify(&simple);
	endpoints_append(&sel->remote, &simple);
}

/**
 * selection_ports() - Select sockets at local ports
 * @sel: selection
 * @first: lowest port
 * @last: highest port
 * @protos: protocols, as bits; 0: any
 */
void selection_ports(struct selection *sel, u32 first, u32 last, u64 protos)
{
	const struct endpoint e = {
		.first = first, .last = last, .protos = protos,
	};

	selection_local(sel, &e);
}

/**
 * selection_comm() - Select sockets of processes by the name of the process
 * @sel: selection
 * @name: name; the kernel keeps the first PS_COMM_SIZE - 1 bytes, and so does
 *	the selection
 * @len: bytes of @name
 */
void selection_comm(struct selection *sel, const char *name, size_t len)
{
	char *comm;

	sel->comms = xrealloc(sel->comms,
			      (sel->ncomms + 1) * sizeof(*sel->comms));
	comm = sel->comms[sel->ncomms++];
	if (len > PS_COMM_SIZE - 1)
		len = PS_COMM_SIZE - 1;
	memset(comm, 0, PS_COMM_SIZE);
	memcpy(comm, name, len);
}

/**
 * selection_number() - Add to one of a selection's lists of numbers
 * @list: the list
 * @count: its number of entries
 * @number: what to add
 */
void selection_number(u64 **list, size_t *count, u64 number)
{
	*list = xrealloc(*list, (*count + 1) * sizeof(number));
	(*list)[(*count)++] = number;
}

/**
 * selection_free() - Free the memory of a selection
 * @sel: selection
 */
void selection_free(struct selection *sel)
{
	free(sel->local.list);
	free(sel->remote.list);
	free(sel->port_set);
	free(sel->pids);
	free(sel->comms);
	free(sel->uids);
	free(sel->inodes);
	free(sel->cookies);
}

/**
 * selection_inet_protos() - Return the protocols with IPv4 and IPv6 sockets
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

static bool match_local(const struct selection *sel, const struct ps_record *r)
{
	size_t i;

	if (!sel->local.count)
		return !sel->at_ports || r->has & PS_HAS_PORT;
	if (r->has & PS_HAS_PORT && r->port <= U16_MAX) {
		bool in_set = sel->port_set[r->port / 8] & 1U << r->port % 8;

		if (!in_set || !sel->not_only_ports)
			return in_set;
	}
	for (i = 0; i < sel->local.count; i++)
		if (endpoint_has_local(&sel->local.list[i], r))
			return true;
	return false;
}

/*
 * Return true if others can connect or send to a socket.  Of sockets without a
 * port, those are included that are bound to a name or a protocol, but unix and
 * netlink sockets only if their family is selected.
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

static bool has_number(const u64 *list, size_t count, u64 number)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (list[i] == number)
			return true;
	return !count;
}

static bool has_comm(const struct selection *sel, const char *comm)
{
	size_t i;

	for (i = 0; i < sel->ncomms; i++)
		if (!strcmp(sel->comms[i], comm))
			return true;
	return !sel->ncomms;
}

/* Remove the owners that are not selected, as the kernel does for pid=. */
static bool match_owners(const struct selection *sel, struct row *row)
{
	size_t i, kept = 0;

	for (i = 0; i < row->count; i++) {
		const struct ps_owner *o = &row->owners[i];

		if (has_number(sel->pids, sel->npids, o->pid) &&
		    has_comm(sel, o->comm))
			row->owners[kept++] = *o;
	}
	if (kept < row->count)
		row->line = NULL;	/* it has the other owners, too */
	row->count = kept;
	return kept;
}

static bool match_rest(const struct selection *sel, struct row *row)
{
	const struct ps_record *r = &row->record;
	size_t i = 0;

	if (sel->held && !(sel->held & 1U << r->held))
		return false;
	while (i < sel->remote.count &&
	       !endpoint_has_remote(&sel->remote.list[i], r))
		i++;
	if (sel->remote.count && i == sel->remote.count)
		return false;
	if (sel->nuids && !(r->has & PS_HAS_UID &&
			    has_number(sel->uids, sel->nuids, r->uid)))
		return false;
	return has_number(sel->inodes, sel->ninodes, r->inode) &&
		has_number(sel->cookies, sel->ncookies, r->cookie) &&
		(!(sel->npids | sel->ncomms) || match_owners(sel, row));
}

/**
 * selection_is_precise() - Return true if single sockets are selected
 * @sel: selection
 *
 * Sockets in any state are shown then.
 */
bool selection_is_precise(const struct selection *sel)
{
	return sel->local.count || sel->remote.count || sel->npids ||
		sel->ncomms || sel->nuids || sel->ninodes || sel->ncookies ||
		sel->states || sel->held;
}

/**
 * selection_is_all() - Return true if every row is selected
 * @sel: selection
 */
bool selection_is_all(const struct selection *sel)
{
	return !sel->protos && !sel->forms && !sel->doors && !sel->at_ports &&
		!sel->netns && !selection_is_precise(sel);
}

/**
 * selection_row() - Return true if a row is selected
 * @sel: selection
 * @row: row; if owners are selected, the other owners are removed
 */
bool selection_row(const struct selection *sel, struct row *row)
{
	const struct ps_record *r = &row->record;

	if (sel->protos && !(sel->protos & 1ULL << r->proto))
		return false;
	if (sel->states && !(sel->states & 1U << r->state))
		return false;
	if (sel->doors && !is_door(sel, r))
		return false;
	if (sel->forms && !(sel->forms & 1U << r->local.form) &&
	    !ps_proto_families[r->proto].len)
		return false;
	if (sel->netns && sel->netns != NETNS_ALL && sel->netns != r->netns)
		return false;
	if (!match_local(sel, r))
		return false;
	/* One test for all that most selections do not have. */
	return !(sel->held | sel->remote.count | sel->nuids | sel->ninodes |
		 sel->ncookies | sel->npids | sel->ncomms) ||
		match_rest(sel, row);
}
