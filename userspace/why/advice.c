// SPDX-License-Identifier: GPL-2.0
/* Explain the result of a bind(), and advise on a remedy. */
#include <stdlib.h>

#include "../util/error.h"
#include "redirect.h"
#include "stop.h"
#include "why.h"

#define REUSEADDR	PORTSOCK_FLAG(REUSEADDR)
#define REUSEPORT	PORTSOCK_FLAG(REUSEPORT)
#define V6ONLY		PORTSOCK_FLAG(V6ONLY)

/**
 * advice_put_reason() - Append the cause of a result, if it is not a socket
 * @t: text
 * @w: case that was decided
 */
void advice_put_reason(struct buf *t, const struct why *w)
{
	switch (w->verdict) {
	case VERDICT_NO_INET6:
		address_put_inet6_reason(t, w);
		break;
	case VERDICT_NO_DEV:
		buf_printf(t, "no such interface: %s", w->bind.dev);
		break;
	case VERDICT_STREAM_GROUP:
		buf_word(t, "a TCP socket cannot use a multicast address");
		break;
	case VERDICT_MAPPED_ONLY6:
		buf_word(t, "an IPv4-mapped address contradicts IPV6_V6ONLY");
		break;
	case VERDICT_NO_SCOPE:
		buf_word(t, "a link-local address needs an interface");
		break;
	case VERDICT_PRIVILEGED:
		buf_printf(t, "ports below %u are privileged, and uid %u has "
			   "no CAP_NET_BIND_SERVICE here",
			   w->host.unprivileged, w->bind.uid);
		break;
	case VERDICT_FOREIGN:
		address_put_reason(t, w);
		break;
	default:
		buf_printf(t, "%s would succeed",
			   w->bind.listens &&
			   w->bind.proto == PORTSOCK_PROTO_TCP ?
			   "bind() and listen()" : "bind()");
	}
}

/*
 * Append the first set of options with which bind() succeeds, if any.  With
 * @sharing only those with which another server's socket receives as well; the
 * others are harmless: beside closed connections, or by IPv6 alone.
 */
static void advise_option(struct buf *t, const struct why *w, bool sharing)
{
	static const struct {
		u32 flags;
		const char *text;
	} options[] = {
		{ REUSEADDR, "set SO_REUSEADDR (--reuseaddr)" },
		{ V6ONLY, "set IPV6_V6ONLY (--v6only)" },
		{ V6ONLY | REUSEADDR, "set IPV6_V6ONLY and SO_REUSEADDR" },
		{ REUSEPORT, "set SO_REUSEPORT (--reuseport)" },
		{ V6ONLY | REUSEPORT, "set IPV6_V6ONLY and SO_REUSEPORT" },
	};
	struct why trial = *w;
	size_t i;

	trial.blocks = xrealloc(NULL, w->socks.count + 1);
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		u32 flags = options[i].flags;

		if (!(flags & ~w->bind.flags) ||
		    (flags & V6ONLY && addr_is_ip4(&w->bind.local)))
			continue;
		trial.bind.flags = w->bind.flags | flags;
		verdict_decide(&trial);
		if (trial.verdict != VERDICT_OK ||
		    share_exists(&trial) != sharing)
			continue;
		print_clause(t, "%s%s: bind() would then succeed",
			     sharing ? "or share the port: " : "",
			     options[i].text);
		if (sharing) {
			buf_word(t, ", but ");
			share_put_effect(t, &trial);
		}
		break;
	}
	free(trial.blocks);
}

/* Append how long to wait, if all sockets that conflict end by themselves. */
static void advise_waiting(struct buf *t, const struct why *w)
{
	s32 longest = 0;
	size_t i;

	for (i = 0; i < w->socks.count; i++) {
		s32 expires = w->socks.rows[i].record.expires;

		if (!w->blocks[i])
			continue;
		if (expires == PS_NO_EXPIRY)
			return;
		if (expires > longest)
			longest = expires;
	}
	print_clause(t, "wait %d s (portsock wait free ", why_seconds(longest));
	print_end(t, &w->bind.local, w->bind.dev);
	buf_char(t, ')');
}

/* Append the commands that stop the owners of all sockets that conflict. */
static void advise_stopping(struct buf *t, const struct why *w)
{
	struct stop_list stops = { .live = w->host.queried };
	size_t i;

	for (i = 0; i < w->socks.count; i++) {
		const struct row *keeper = w->blocks[i] ?
			why_keeper(w, &w->socks.rows[i]) : NULL;

		if (keeper)
			stop_add(&stops, keeper);
	}
	stop_put(t, &stops);
}

static bool is_blocked_by(const struct why *w, enum portsock_held held)
{
	size_t i;

	for (i = 0; i < w->socks.count; i++)
		if (w->blocks[i] && why_subject(w, &w->socks.rows[i])->
		    record.held == held)
			return true;
	return false;
}

/*
 * Return true if a process' connection conflicts, and the port has no listener:
 * it is a client's.
 */
static bool is_ephemeral_clash(const struct why *w)
{
	size_t i;

	for (i = 0; i < w->socks.count; i++)
		if (!why_is_connection(&w->socks.rows[i].record))
			return false;
	return is_blocked_by(w, PORTSOCK_HELD_PROCESS);
}

static void advise_reserving(struct buf *t, const struct why *w)
{
	const struct host *m = &w->host;
	u32 port = w->bind.local.num;
	bool ephemeral = m->queried && !m->reserved &&
		port >= m->port_low && port <= m->port_high;

	if ((ephemeral || !m->queried) && is_ephemeral_clash(w))
		print_clause(t, "probably an ephemeral clash: the kernel "
			     "assigned this port to a client's connection");
	if (ephemeral)
		print_clause(t, "port %u is in ip_local_port_range (%u-%u), so "
			     "the kernel may assign it to any client: use "
			     "another port, or reserve it (sysctl -w "
			     "net.ipv4.ip_local_reserved_ports=%u, added to "
			     "the ports that are listed there)",
			     port, m->port_low, m->port_high, port);
}

static bool shares_with_bound_socket(const struct why *w)
{
	size_t i;

	for (i = 0; i < w->socks.count; i++) {
		const struct ps_record *r = &w->socks.rows[i].record;

		if (r->state == PORTSOCK_BOUND &&
		    bind_rule_for(&w->bind, r) == RULE_REUSEADDR)
			return true;
	}
	return false;
}

/**
 * advice_put() - Append remedies
 * @t: text; stays empty if nothing helps
 * @w: case that was decided
 */
void advice_put(struct buf *t, const struct why *w)
{
	u32 port = w->bind.local.num;

	switch (w->verdict) {
	case VERDICT_IN_USE:
		advise_option(t, w, false);
		advise_waiting(t, w);
		advise_stopping(t, w);
		if (is_blocked_by(w, PORTSOCK_HELD_KERNEL))
			print_clause(t, "end the kernel's use of the port: "
				     "remove the interface (ip -d link), the "
				     "NFS export or the mount");
		if (is_blocked_by(w, PORTSOCK_HELD_HIDDEN))
			print_clause(t, "run as root to list hidden owners "
				     "(sudo portsock why)");
		if (!t->len)
			print_clause(t, "use another port or address");
		advise_reserving(t, w);
		advise_option(t, w, true);
		break;
	case VERDICT_PRIVILEGED:
		print_clause(t, "run the server as root, grant it the "
			     "capability (setcap cap_net_bind_service=+ep "
			     "PROGRAM, or AmbientCapabilities="
			     "CAP_NET_BIND_SERVICE in a systemd unit), or "
			     "allow the port to all users (sysctl -w "
			     "net.ipv4.ip_unprivileged_port_start=%u)", port);
		/* bind() fails before it checks for conflicts. */
		if (w->blockers)
			print_clause(t, "%zu socket%s at the port would "
				     "conflict as well (--uid 0 lists %s)",
				     w->blockers, w->blockers > 1 ? "s" : "",
				     w->blockers > 1 ? "them" : "it");
		break;
	case VERDICT_FOREIGN:
		address_put_advice(t, w);
		break;
	case VERDICT_NO_INET6:
		address_put_inet6_advice(t, w);
		break;
	case VERDICT_NO_SCOPE:
		print_clause(t, "write [ADDRESS%%INTERFACE]:%u, or add --dev",
			     port);
		break;
	case VERDICT_NO_DEV:
		print_clause(t, "'ip link' lists the interfaces");
		break;
	case VERDICT_OK:
		if (w->bind.listens && shares_with_bound_socket(w))
			print_clause(t, "another socket is bound to this "
				     "address: only one of them can listen");
		advise_reserving(t, w);
		break;
	case VERDICT_MAPPED_ONLY6:
		print_clause(t, "omit IPV6_V6ONLY, or use an IPv6 address");
		break;
	default:
		print_clause(t, "use another address");
	}
}

static const char *guess_reason(const struct why *w)
{
	bool reuseport = w->bind.flags & REUSEPORT, vrf = w->bind.dev[0];
	size_t i;

	if (w->bind.proto != PORTSOCK_PROTO_TCP)
		return "the order in which the sockets were bound";
	for (i = 0; i < w->socks.count; i++)
		vrf |= w->socks.rows[i].record.dev[0];
	if (!vrf)
		return "the uid that bound the port with SO_REUSEPORT";
	return reuseport ? "the uid that bound the port with SO_REUSEPORT, and "
		"on the VRFs in which the sockets were bound" :
		"the VRFs in which the sockets were bound";
}

/**
 * advice_put_notes() - Append facts that the result does not take into account
 * @t: text; stays empty if nothing helps
 * @w: case that was decided
 */
void advice_put_notes(struct buf *t, const struct why *w)
{
	share_put(t, w);
	if (w->verdict == VERDICT_OK && w->host.queried)
		redirect_put(t, &w->bind);
	if (w->guess)
		print_clause(t, "the result is a guess: it depends on %s, "
			     "which this view does not contain%s",
			     guess_reason(w),
			     w->host.queried ? " (--probe tries it)" : "");
	if (w->bind.links && !w->bind.links->known)
		print_clause(t, "not checked: the address, and VRFs (rtnetlink "
			     "failed)");
	if (w->host.address.deprecated)
		print_clause(t, "the address is deprecated: sockets may be "
			     "bound to it, but it is about to be removed");
	refusers_put_notes(t, w);
	if (!w->host.queried)
		print_clause(t, "not checked in a saved view: whether the "
			     "address is local, and whether the port is "
			     "privileged or ephemeral");
}
