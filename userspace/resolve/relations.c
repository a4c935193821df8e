// SPDX-License-Identifier: GPL-2.0
/*
 * A row may refer to a socket that the view does not contain, as the selection
 * leaves it out or it is at another port.  Such sockets are read from a second
 * snapshot, which is taken when the first of them is looked up.  A cookie is
 * never used again, so a socket of another snapshot is the same one.
 */
#include <stdlib.h>
#include <string.h>

#include "../util/error.h"
#include "../view/select_filter.h"
#include "../view/view.h"
#include "relations.h"

#define SET_MAX	(1U << 18)	/* rows; other users decide on their number */

/**
 * relations_init() - Begin without any socket
 * @r: relations
 * @input: saved view, NULL: the kernel's
 * @seekable: the view can be read again; a pipe cannot
 * @select: rows of the first view, NULL: of the opener's network namespace
 */
void relations_init(struct relations *r, const char *input, bool seekable,
		    const struct selection *select)
{
	*r = (struct relations){
		.input = input,
		.select = select,
		/* The file offset of standard input is that of the view. */
		.available = seekable && !(input && !strcmp(input, "-")),
	};
}

/**
 * relations_renew() - Begin another snapshot, or free all memory
 * @r: relations; all sockets are dropped
 */
void relations_renew(struct relations *r)
{
	unsigned int i;

	for (i = 0; i < RELATIONS_NSETS; i++) {
		rowset_free(&r->sets[i]);
		r->has[i] = false;
	}
	rowset_free(&r->peers);
	free(r->by_ends);
	r->by_ends = NULL;
	r->has_peers = r->cut_peers = false;
}

/*
 * Set a filter for all network namespaces, or if this process may not read all
 * of them, for that of the selection.  Other filters that fail only make the
 * view longer.
 */
static void filter_widely(struct view *v, struct selection *sel)
{
	u64 netns = sel->netns;
	struct buf line;

	buf_init(&line, -1);
	sel->netns = NETNS_ALL;
	selection_put_filter(&line, sel, true);
	if (view_filter(v, line.data)) {
		line.len = 0;
		sel->netns = netns;
		selection_put_filter(&line, sel, true);
		view_filter(v, line.data);
	}
	buf_free(&line);
}

/* Read a set.  After an error message it contains the rows before the error. */
static void read_set(struct relations *r, enum relations_set id)
{
	struct selection sel = { .netns = r->select ? r->select->netns : 0 };
	struct rowset *set = &r->sets[id];
	struct view v;
	int err = 0;

	if (id == RELATIONS_MPTCP)
		sel.protos = PROTO_BIT(MPTCP);
	else if (id == RELATIONS_UNIX)
		sel.protos = PROTO_BIT(UNIX);
	else if (id == RELATIONS_QUEUED)
		sel.held = 1U << PORTSOCK_HELD_ACCEPTQ;
	else
		sel.states = 1U << PORTSOCK_LISTEN;
	r->has[id] = true;
	if (!view_open(&v, r->input)) {
		v.version_reported = true;	/* by the first view */
		/* A path leads to other network namespaces, too. */
		if (id == RELATIONS_UNIX)
			filter_widely(&v, &sel);
		else
			err = view_select(&v, &sel, true);
		if (!err && !view_begin(&v))
			while (set->count < SET_MAX && view_next(&v) > 0)
				if (selection_row(&sel, &v.row))
					rowset_add(set, &v.row);
	}
	view_close(&v);
	rowset_index(set);
}

/* Look up a socket in a set, which is read now if it was not yet. */
static const struct row *find_in_set(struct relations *r, enum relations_set id,
				     u64 cookie)
{
	if (!r->has[id])
		read_set(r, id);
	return rowset_find(&r->sets[id], cookie);
}

static const struct row *find_parent(void *from, const struct row *row)
{
	const struct ps_record *record = &row->record;
	enum relations_set id = RELATIONS_LISTENERS;

	if (record->proto == PORTSOCK_PROTO_MPTCP ||
	    record->held == PORTSOCK_HELD_KERNEL)
		id = RELATIONS_MPTCP;
	return find_in_set(from, id, record->parent);
}

/**
 * relations_add_parent() - Complete a socket in an accept queue
 * @r: relations, or NULL
 * @row: row
 *
 * With a filter for ports the kernel does not visit the queues of listeners at
 * other ports, and reports no PARENT of a socket in them.
 */
void relations_add_parent(struct relations *r, struct row *row)
{
	struct ps_record *record = &row->record;
	const struct row *queued;

	if (record->held != PORTSOCK_HELD_ACCEPTQ ||
	    record->has & PS_HAS_PARENT || !r || !r->available)
		return;
	queued = find_in_set(r, RELATIONS_QUEUED, record->cookie);
	if (!queued || !(queued->record.has & PS_HAS_PARENT))
		return;
	record->parent = queued->record.parent;
	record->has |= PS_HAS_PARENT;
}

/**
 * relations_parent() - Look up the socket that PARENT names
 * @r: relations, or NULL
 * @row: row with a PARENT
 *
 * Return: its row, valid until relations_renew(); NULL if it is unknown.
 */
const struct row *relations_parent(struct relations *r, const struct row *row)
{
	return r && r->available ? find_parent(r, row) : NULL;
}

/**
 * relations_keeper() - Find the socket for the sake of which another one exists
 * @r: relations, or NULL
 * @row: row
 *
 * Return: as row_keeper(), valid until relations_renew().
 */
const struct row *relations_keeper(struct relations *r, const struct row *row)
{
	return r && r->available ? row_keeper(row, find_parent, r) : NULL;
}

/* Protocols whose sockets name both ends. */
#define PEER_PROTOS	(PROTO_BIT(TCP) | PROTO_BIT(UDP) | \
			 PROTO_BIT(UDPLITE) | PROTO_BIT(DCCP) | \
			 PROTO_BIT(SCTP) | PROTO_BIT(MPTCP) | PROTO_BIT(VSOCK))

static u8 put_ends_address(u8 to[16], const struct ps_end *end)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	memset(to, 0, 16);
	switch (end->form) {
	case PS_FORM_INET:
		memcpy(to, end->ip, 4);
		return PS_FORM_INET;
	case PS_FORM_INET6:
		if (!memcmp(end->ip, mapped, sizeof(mapped))) {
			memcpy(to, end->ip + sizeof(mapped), 4);
			return PS_FORM_INET;
		}
		memcpy(to, end->ip, 16);
		return PS_FORM_INET6;
	case PS_FORM_VSOCK:
		memcpy(to, &end->id, sizeof(end->id));
		return PS_FORM_VSOCK;
	default:
		return PS_FORM_NONE;
	}
}

/* Return false if a socket does not name both ends. */
static bool put_ends(struct peer_ends *ends, u8 proto,
		     const struct ps_end *local, const struct ps_end *remote)
{
	memset(ends, 0, sizeof(*ends));	/* they are compared with memcmp() */
	ends->proto = proto;
	ends->form = put_ends_address(ends->local, local);
	ends->local_num = local->num;
	ends->remote_num = remote->num;
	return put_ends_address(ends->remote, remote) == ends->form &&
		ends->form != PS_FORM_NONE && PEER_PROTOS & 1ULL << proto;
}

static int compare_places(const struct peer *x, const struct peer *y)
{
	int order = memcmp(&x->ends, &y->ends, sizeof(x->ends));

	return order ? order : (x->netns > y->netns) - (x->netns < y->netns);
}

static int compare_peers(const void *a, const void *b)
{
	const struct peer *x = a, *y = b;
	int order = compare_places(x, y);

	return order ? order : (x->index > y->index) - (x->index < y->index);
}

/* Add the ports of endpoints to those that a filter selects. */
static void select_ports(struct endpoints *to, const struct endpoints *from)
{
	size_t i;

	for (i = 0; i < from->count; i++)
		if (endpoint_is_name(&from->list[i]))
			return;
	for (i = 0; i < from->count; i++) {
		const struct endpoint port = {
			.first = from->list[i].first,
			.last = from->list[i].last,
		};

		endpoints_append(to, &port);
	}
}

/*
 * Write the filter for the other ends: they are at the remote ports of the
 * selection and connected to its local ports.
 */
static void filter_peers(const struct relations *r, struct view *v)
{
	static const struct selection none;
	const struct selection *of = r->select ? r->select : &none;
	struct selection sel = { .netns = of->netns };

	sel.protos = of->protos ? of->protos & PEER_PROTOS : PEER_PROTOS;
	/* The other end of an MPTCP connection may have fallen back to TCP. */
	if (sel.protos & (PROTO_BIT(TCP) | PROTO_BIT(MPTCP)))
		sel.protos |= PROTO_BIT(TCP) | PROTO_BIT(MPTCP);
	select_ports(&sel.remote, &of->local);
	select_ports(&sel.local, &of->remote);
	filter_widely(v, &sel);
	free(sel.local.list);
	free(sel.remote.list);
}

/* Return true if it is known, or hidden, which process has a socket. */
static bool has_holder(const struct row *row)
{
	return row->count || row->holder || row->record.has & PS_HAS_PARENT ||
		row->record.held == PORTSOCK_HELD_HIDDEN;
}

static void read_peers(struct relations *r)
{
	struct peer_ends ends;
	struct view v;
	size_t i;

	r->has_peers = true;
	if (!view_open(&v, r->input)) {
		v.version_reported = true;	/* by the first view */
		filter_peers(r, &v);
		if (!view_begin(&v))
			while (!r->cut_peers && view_next(&v) > 0) {
				const struct ps_record *c = &v.row.record;

				if (!has_holder(&v.row) ||
				    !put_ends(&ends, c->proto, &c->local,
					      &c->remote))
					continue;
				r->cut_peers = r->peers.count == SET_MAX;
				if (!r->cut_peers)
					rowset_add(&r->peers, &v.row);
			}
	}
	view_close(&v);
	r->by_ends = xrealloc(NULL, (r->peers.count + 1) * sizeof(*r->by_ends));
	for (i = 0; i < r->peers.count; i++) {
		const struct ps_record *c = &r->peers.rows[i].record;

		put_ends(&r->by_ends[i].ends, c->proto, &c->local, &c->remote);
		r->by_ends[i].netns = c->netns;
		r->by_ends[i].index = i;
	}
	qsort(r->by_ends, r->peers.count, sizeof(*r->by_ends), compare_peers);
}

/* Return true for addresses that never leave their network namespace. */
static bool ends_are_loopback(const struct peer_ends *ends)
{
	static const u8 one[16] = { [15] = 1 };

	return ends->form == PS_FORM_INET ? ends->remote[0] == 127 :
		ends->form == PS_FORM_INET6 &&
		!memcmp(ends->remote, one, sizeof(one));
}

/*
 * Return the only socket with these ends in a network namespace, NULL if there
 * is none or more than one.  @any_netns: in any namespace, all from @key on.
 */
static const struct row *only_peer(const struct relations *r,
				   const struct peer *key, bool any_netns,
				   size_t *count)
{
	size_t low = 0, high = r->peers.count, i;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_places(&r->by_ends[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	/* Two are enough: a user may have very many with the same ends. */
	for (i = low; i < r->peers.count && i < low + 2; i++)
		if (memcmp(&r->by_ends[i].ends, &key->ends,
			   sizeof(key->ends)) ||
		    (!any_netns && r->by_ends[i].netns != key->netns))
			break;
	*count = i - low;
	return *count == 1 ? &r->peers.rows[r->by_ends[low].index] : NULL;
}

/* Look for the other end of a connection among the sockets of a protocol. */
static const struct row *find_peer(const struct relations *r,
				   const struct ps_record *c, u8 proto)
{
	struct peer key = { .netns = c->netns };
	const struct row *peer;
	size_t count;

	if (!put_ends(&key.ends, proto, &c->remote, &c->local))
		return NULL;
	peer = only_peer(r, &key, false, &count);
	if (count || ends_are_loopback(&key.ends))
		return peer;
	key.netns = 0;
	return only_peer(r, &key, true, &count);
}

/**
 * relations_peer() - Find the socket that holds the other end of a connection
 * @r: relations, or NULL
 * @row: row
 *
 * The other end is a socket of the same protocol with the same ends, swapped,
 * in the same network namespace or in one other.  It has to be the only one.
 * Of a unix socket the kernel reports it.
 *
 * Return: row_keeper() of the other end, valid until relations_renew(); NULL if
 * it is not on this machine or not known.
 */
const struct row *relations_peer(struct relations *r, const struct row *row)
{
	const struct ps_record *c = &row->record;
	const struct row *peer;

	if (!r || !r->available || c->remote.form == PS_FORM_ANY)
		return NULL;
	if (c->has & PS_HAS_PEER) {
		peer = find_in_set(r, RELATIONS_UNIX, c->peer);
		return peer ? row_keeper(peer, find_parent, r) : NULL;
	}
	if (!(PEER_PROTOS & 1ULL << c->proto))
		return NULL;
	if (!r->has_peers)
		read_peers(r);
	peer = find_peer(r, c, c->proto);
	if (!peer && c->proto == PORTSOCK_PROTO_MPTCP)
		peer = find_peer(r, c, PORTSOCK_PROTO_TCP);
	return peer ? row_keeper(peer, find_parent, r) : NULL;
}

/* Return true if the other end of a row may be one that was not read. */
bool relations_lack_peers(const struct relations *r, const struct row *row)
{
	const struct ps_record *c = &row->record;
	struct peer_ends ends;

	if (!r)
		return false;
	if (c->has & PS_HAS_PEER)
		return r->sets[RELATIONS_UNIX].count == SET_MAX;
	return r->cut_peers &&
		put_ends(&ends, c->proto, &c->local, &c->remote);
}
