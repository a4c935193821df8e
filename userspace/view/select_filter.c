// SPDX-License-Identifier: GPL-2.0
/*
 * A selection as a filter of /proc/portsock.  The filter may select more rows
 * than the selection (it has no addresses, names or ports of single protocols):
 * selection_row() judges each row again.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "select_filter.h"
#include "../util/error.h"
#include "../../module/format/names.h"
#include "../../module/format/put.h"

#define FILTER_MAX	4096	/* bytes in a filter */

/* A socket of these protocols with a port is in a table, whoever owns it. */
#define IN_TABLES	(PROTO_BIT(TCP) | PROTO_BIT(UDP) | \
			 PROTO_BIT(UDPLITE) | PROTO_BIT(DCCP))

/* Their ports (TIPC: references) may exceed 65535, the limit of filters. */
#define LARGE_PORTS	(PROTO_BIT(VSOCK) | PROTO_BIT(TIPC))

/* Return the protocols of rows that @e can match, 0: any. */
static u64 endpoint_protos(const struct endpoint *e)
{
	if (endpoint_is_name(e))
		return PROTO_BIT(UNIX);
	if (!e->protos && e->first > U16_MAX)
		return LARGE_PORTS;
	return e->protos;
}

/* Return all protocols that can match, and maybe some more; 0: any. */
static u64 filter_protos(const struct selection *sel)
{
	u64 protos = 0, both;
	size_t i;

	for (i = 0; i < sel->local.count; i++) {
		u64 own = endpoint_protos(&sel->local.list[i]);

		if (!own)
			return sel->protos;
		protos |= own;
	}
	both = sel->protos & protos;
	return both ? both : sel->protos | protos;
}

static void put_bits(struct buf *t, const char *key, u64 bits,
		     const struct ps_name *names, unsigned int size)
{
	const char *before = key;
	unsigned int i;

	for (i = 0; i < size; i++) {
		if (!(bits & 1ULL << i))
			continue;
		buf_word(t, before);
		buf_word(t, names[i].text);
		before = ",";
	}
	if (bits)
		buf_char(t, ' ');
}

/* A list that is too long is left out: a filter with fewer keys selects more. */
static void put_numbers(struct buf *t, const char *key, const u64 *list,
			size_t count, bool hex)
{
	size_t i, before = t->len;

	for (i = 0; i < count; i++) {
		buf_word(t, i ? "," : key);
		if (hex)
			buf_done(t, ps_put_hex(buf_room(t, PS_U64_ROOM),
					       list[i]));
		else
			buf_u64(t, list[i]);
	}
	if (count)
		buf_char(t, ' ');
	if (t->len > FILTER_MAX)
		t->len = before;
}

static void put_range(struct buf *t, u32 first, u32 last)
{
	buf_u64(t, first);
	if (first == last)
		return;
	buf_char(t, '-');
	buf_u64(t, last);
}

/* Of ports without room in a filter: all from the lowest to the highest. */
static void put_ports(struct buf *t, const char *key,
		      const struct endpoints *of)
{
	size_t i, before = t->len;
	u32 first = U16_MAX, last = 0;

	for (i = 0; i < of->count; i++) {
		const struct endpoint *e = &of->list[i];

		if (endpoint_is_name(e) || e->last > U16_MAX ||
		    e->protos & PROTO_BIT(TIPC))
			return;
		if (e->first < first)
			first = e->first;
		if (e->last > last)
			last = e->last;
	}
	for (i = 0; i < of->count; i++) {
		const struct endpoint *e = &of->list[i];

		/* The addresses of a host name repeat the port. */
		if (i && e->first == e[-1].first && e->last == e[-1].last)
			continue;
		buf_word(t, i ? "," : key);
		put_range(t, e->first, e->last);
	}
	if (of->count)
		buf_char(t, ' ');
	if (t->len > FILTER_MAX) {
		t->len = before;
		buf_word(t, key);
		put_range(t, first, last);
		buf_char(t, ' ');
	}
}

/**
 * selection_put_filter() - Write the filter for a selection
 * @t: where to, with a NUL at its end
 * @sel: selection
 * @owners: the output depends on the owners
 */
void selection_put_filter(struct buf *t, const struct selection *sel,
			  bool owners)
{
	u64 protos = filter_protos(sel);

	if (sel->netns == NETNS_ALL)
		buf_word(t, "netns=all ");
	else
		put_numbers(t, "netns=", &sel->netns, !!sel->netns, false);
	put_bits(t, "proto=", protos, ps_proto_names, PORTSOCK_NPROTOS);
	if (sel->states)
		put_bits(t, "state=", sel->states, ps_state_names,
			 PORTSOCK_NSTATES);
	else if (sel->doors)
		buf_word(t, "state=LISTEN,BOUND,UNCONN ");
	put_bits(t, "held=", sel->held, ps_held_names, PORTSOCK_NHELD);
	/* owners=no leaves out sockets that are found through their owners. */
	if (!owners && !sel->npids && !sel->ncomms && !sel->held &&
	    protos && !(protos & ~IN_TABLES) &&
	    (sel->doors || sel->local.count))
		buf_word(t, "owners=no ");
	if (sel->bind)
		buf_word(t, "bind=yes ");
	put_ports(t, "port=", &sel->local);
	put_ports(t, "rport=", &sel->remote);
	put_numbers(t, "pid=", sel->pids, sel->npids, false);
	put_numbers(t, "uid=", sel->uids, sel->nuids, false);
	put_numbers(t, "inode=", sel->inodes, sel->ninodes, false);
	put_numbers(t, "cookie=", sel->cookies, sel->ncookies, true);
	if (t->len)
		t->len--;	/* the last blank */
	buf_char(t, '\0');
}

/**
 * view_select() - Write the filter for a selection to the view
 * @s: view that is open and not read yet
 * @sel: selection
 * @owners: the output depends on the owners
 *
 * Return: 0, or -1 after an error message if the kernel refuses the network
 * namespace.  Other filters that fail only make the view longer.
 */
int view_select(struct view *s, const struct selection *sel, bool owners)
{
	struct buf line;
	int err;

	buf_init(&line, -1);
	selection_put_filter(&line, sel, owners);
	err = line.len > 1 ? view_filter(s, line.data) : 0;
	buf_free(&line);
	if (!err || !sel->netns)
		return 0;
	if (err == -EPERM && sel->netns == NETNS_ALL)
		return error_print("no permission for all network namespaces: "
				   "run it as root (sudo portsock)");
	if (err == -EPERM)
		return error_print("no permission for network namespace %" PRIu64
				   ", if it exists: run it as root (sudo "
				   "portsock)", sel->netns);
	if (err == -ENOENT)
		return error_print("no such network namespace: %" PRIu64
				   " (see 'lsns -t net')", sel->netns);
	return error_print("cannot select a network namespace: %s: %s: load the "
			   "module with perm=0666", s->name, strerror(-err));
}
