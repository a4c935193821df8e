// SPDX-License-Identifier: GPL-2.0
/*
 * A selection in the words of /proc/portsock's filter.  What those cannot say
 * (ports of different protocols, the form of an address) is left to
 * selection_row(), which judges every row that comes, whatever was asked for.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "select_filter.h"
#include "../util/error.h"
#include "../../module/format/format.h"
#include "../../module/format/names.h"

#define LINE_MAX_SIZE	4096	/* of a filter, in bytes */

/* A tcp or udp socket with a port stands in its table, whoever holds it. */
#define IN_TABLES	(PROTO_BIT(TCP) | PROTO_BIT(UDP) | \
			 PROTO_BIT(UDPLITE) | PROTO_BIT(DCCP))

/* Of several protocols' ports all that can match, and some more. */
static u64 protos_of(const struct selection *sel)
{
	u64 protos = 0, both;
	size_t i;

	for (i = 0; i < sel->nports; i++) {
		if (!sel->ports[i].protos)
			return sel->protos;
		protos |= sel->ports[i].protos;
	}
	both = sel->protos & protos;
	return both ? both : sel->protos | protos;
}

static void put_protos(struct buf *t, u64 protos)
{
	const char *before = "proto=";
	unsigned int i;

	for (i = 0; i < PORTSOCK_NPROTOS; i++) {
		if (!(protos & 1ULL << i))
			continue;
		buf_word(t, before);
		buf_word(t, ps_proto_names[i].text);
		before = ",";
	}
	if (protos)
		buf_char(t, ' ');
}

static void put_range(struct buf *t, const char *before, u16 first,
		      u16 last)
{
	buf_word(t, before);
	buf_u64(t, first);
	if (first == last)
		return;
	buf_char(t, '-');
	buf_u64(t, last);
}

static void put_ports(struct buf *t, const struct selection *sel)
{
	size_t i;

	for (i = 0; i < sel->nports; i++)
		put_range(t, i ? "," : "port=", sel->ports[i].first,
			  sel->ports[i].last);
	if (sel->nports)
		buf_char(t, ' ');
}

/* More ports than a line has room for: from the lowest to the highest. */
static void put_span(struct buf *t, const struct selection *sel)
{
	u16 first = U16_MAX, last = 0;
	size_t i;

	for (i = 0; i < sel->nports; i++) {
		if (sel->ports[i].first < first)
			first = sel->ports[i].first;
		if (sel->ports[i].last > last)
			last = sel->ports[i].last;
	}
	put_range(t, "port=", first, last);
	buf_char(t, ' ');
}

static void put_pids(struct buf *t, const struct selection *sel)
{
	size_t i;

	for (i = 0; i < sel->npids; i++) {
		buf_word(t, i ? "," : "pid=");
		buf_u64(t, sel->pids[i]);
	}
	if (sel->npids)
		buf_char(t, ' ');
}

static void put_netns(struct buf *t, const struct selection *sel)
{
	if (!sel->netns)
		return;
	buf_word(t, "netns=");
	if (sel->netns == NETNS_ALL)
		buf_word(t, "all");
	else
		buf_u64(t, sel->netns);
	buf_char(t, ' ');
}

/*
 * Who is not asked for owners does not have to walk all descriptors - if no
 * row is lost by that, and no process is asked for.
 */
static bool can_do_without_owners(const struct selection *sel)
{
	u64 protos = protos_of(sel);

	return protos && !(protos & ~IN_TABLES) && !sel->npids &&
		(sel->doors || sel->nports);
}

/**
 * selection_put_filter() - what to write to /proc/portsock
 * @t: where it goes, with a NUL at its end
 * @sel: which rows are asked for
 * @owners: whether anything is shown that depends on them
 */
void selection_put_filter(struct buf *t, const struct selection *sel, bool owners)
{
	size_t before;

	put_netns(t, sel);
	put_protos(t, protos_of(sel));
	if (sel->doors)
		buf_word(t, "state=LISTEN,BOUND,UNCONN ");
	if (!owners && can_do_without_owners(sel))
		buf_word(t, "owners=no ");
	if (sel->bind)
		buf_word(t, "bind=yes ");
	before = t->len;
	put_ports(t, sel);
	if (t->len > LINE_MAX_SIZE) {
		t->len = before;
		put_span(t, sel);
	}
	before = t->len;
	put_pids(t, sel);
	if (t->len > LINE_MAX_SIZE)
		t->len = before;
	if (t->len)
		t->len--;	/* the last blank */
	buf_char(t, '\0');
}

static int refused(const struct view *s, const struct selection *sel,
		   int err)
{
	if (err == -EPERM && sel->netns == NETNS_ALL)
		return error_print("all network namespaces: no permission to "
				"look into them: run it as root (sudo portsock)");
	if (err == -EPERM)
		return error_print("network namespace %" PRIu64 ": no permission "
				"to look into it, if it is there: run it as "
				"root (sudo portsock)", sel->netns);
	if (err == -ENOENT)
		return error_print("network namespace %" PRIu64 " is not there: "
				"'lsns -t net' lists those that are",
				sel->netns);
	return error_print("%s cannot be asked for a network namespace: %s: load "
			"the module with perm=0666", s->name, strerror(-err));
}

/**
 * view_select() - ask a source for the rows of a selection, and few others
 * @s: source that was opened and not read yet
 * @sel: which rows are asked for
 * @owners: whether anything is shown that depends on them
 *
 * Return: 0, or -1 when the kernel does not let us look there; that has been
 * said then.
 */
int view_select(struct view *s, const struct selection *sel, bool owners)
{
	struct buf line;
	int err;

	buf_init(&line, -1);
	selection_put_filter(&line, sel, owners);
	err = line.len > 1 ? view_filter(s, line.data) : 0;
	buf_free(&line);
	/* Without a filter there is more to read, and no namespace but ours. */
	return err && sel->netns ? refused(s, sel, err) : 0;
}
