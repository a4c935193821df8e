// SPDX-License-Identifier: GPL-2.0
/*
 * A selection in the words of /proc/portsock's filter.  What those cannot say
 * (ports of different protocols, the form of an address) is left to
 * ps_select_row(), which judges every row that comes, whatever was asked for.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "ask.h"
#include "error.h"
#include "../module/format/format.h"
#include "../module/format/names.h"

#define LINE_MAX_SIZE	4096	/* of a filter, in bytes */

/* A tcp or udp socket with a port stands in its table, whoever holds it. */
#define IN_TABLES	(PS_PROTO_BIT(TCP) | PS_PROTO_BIT(UDP) | \
			 PS_PROTO_BIT(UDPLITE) | PS_PROTO_BIT(DCCP))

/* Of several protocols' ports all that can match, and some more. */
static u64 protos_of(const struct ps_select *sel)
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

static void put_protos(struct ps_text *t, u64 protos)
{
	const char *before = "proto=";
	unsigned int i;

	for (i = 0; i < PORTSOCK_NPROTOS; i++) {
		if (!(protos & 1ULL << i))
			continue;
		ps_text_word(t, before);
		ps_text_word(t, ps_proto_names[i].text);
		before = ",";
	}
	if (protos)
		ps_text_char(t, ' ');
}

static void put_range(struct ps_text *t, const char *before, u16 first,
		      u16 last)
{
	ps_text_word(t, before);
	ps_text_u64(t, first);
	if (first == last)
		return;
	ps_text_char(t, '-');
	ps_text_u64(t, last);
}

static void put_ports(struct ps_text *t, const struct ps_select *sel)
{
	size_t i;

	for (i = 0; i < sel->nports; i++)
		put_range(t, i ? "," : "port=", sel->ports[i].first,
			  sel->ports[i].last);
	if (sel->nports)
		ps_text_char(t, ' ');
}

/* More ports than a line has room for: from the lowest to the highest. */
static void put_span(struct ps_text *t, const struct ps_select *sel)
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
	ps_text_char(t, ' ');
}

static void put_pids(struct ps_text *t, const struct ps_select *sel)
{
	size_t i;

	for (i = 0; i < sel->npids; i++) {
		ps_text_word(t, i ? "," : "pid=");
		ps_text_u64(t, sel->pids[i]);
	}
	if (sel->npids)
		ps_text_char(t, ' ');
}

static void put_netns(struct ps_text *t, const struct ps_select *sel)
{
	if (!sel->netns)
		return;
	ps_text_word(t, "netns=");
	if (sel->netns == PS_NETNS_ALL)
		ps_text_word(t, "all");
	else
		ps_text_u64(t, sel->netns);
	ps_text_char(t, ' ');
}

/*
 * Who is not asked for owners does not have to walk all descriptors - if no
 * row is lost by that, and no process is asked for.
 */
static bool can_do_without_owners(const struct ps_select *sel)
{
	u64 protos = protos_of(sel);

	return protos && !(protos & ~IN_TABLES) && !sel->npids &&
		(sel->doors || sel->nports);
}

/**
 * ps_ask_line() - what to write to /proc/portsock
 * @t: where it goes, with a NUL at its end
 * @sel: which rows are asked for
 * @owners: whether anything is shown that depends on them
 */
void ps_ask_line(struct ps_text *t, const struct ps_select *sel, bool owners)
{
	size_t before;

	put_netns(t, sel);
	put_protos(t, protos_of(sel));
	if (sel->doors)
		ps_text_word(t, "state=LISTEN,BOUND,UNCONN ");
	if (!owners && can_do_without_owners(sel))
		ps_text_word(t, "owners=no ");
	if (sel->bind)
		ps_text_word(t, "bind=yes ");
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
	ps_text_char(t, '\0');
}

static int refused(const struct ps_source *s, const struct ps_select *sel,
		   int err)
{
	if (err == -EPERM && sel->netns == PS_NETNS_ALL)
		return ps_error("all network namespaces: no permission to "
				"look into them: run it as root (sudo portsock)");
	if (err == -EPERM)
		return ps_error("network namespace %" PRIu64 ": no permission "
				"to look into it, if it is there: run it as "
				"root (sudo portsock)", sel->netns);
	if (err == -ENOENT)
		return ps_error("network namespace %" PRIu64 " is not there: "
				"'lsns -t net' lists those that are",
				sel->netns);
	return ps_error("%s cannot be asked for a network namespace: %s: load "
			"the module with perm=0666", s->name, strerror(-err));
}

/**
 * ps_ask() - ask a source for the rows of a selection, and few others
 * @s: source that was opened and not read yet
 * @sel: which rows are asked for
 * @owners: whether anything is shown that depends on them
 *
 * Return: 0, or -1 when the kernel does not let us look there; that has been
 * said then.
 */
int ps_ask(struct ps_source *s, const struct ps_select *sel, bool owners)
{
	struct ps_text line;
	int err;

	ps_text_init(&line, -1);
	ps_ask_line(&line, sel, owners);
	err = line.len > 1 ? ps_source_filter(s, line.data) : 0;
	ps_text_free(&line);
	/* Without a filter there is more to read, and no namespace but ours. */
	return err && sel->netns ? refused(s, sel, err) : 0;
}
