// SPDX-License-Identifier: GPL-2.0
/*
 * Result of a bind(): the checks in the order of __inet_bind() in
 * net/ipv4/af_inet.c and __inet6_bind() in net/ipv6/af_inet6.c.
 */
#include "why.h"

/* Return the first check that fails; the last one is for conflicts. */
static enum verdict run_checks(const struct why *w)
{
	const struct bind_request *b = &w->bind;
	const struct host *m = &w->host;
	bool inet6 = b->local.form == PS_FORM_INET6;
	bool foreign = !m->nonlocal && address_is_unavailable(m->address.kind);

	if (m->no_inet6)
		return VERDICT_NO_INET6;
	if (m->no_dev)
		return VERDICT_NO_DEV;
	if (foreign && !inet6)
		return VERDICT_FOREIGN;
	if (inet6 && b->proto == PORTSOCK_PROTO_TCP && b->local.ip[0] == 0xff)
		return VERDICT_STREAM_GROUP;
	if (m->queried && b->local.num < m->unprivileged && !m->capable)
		return VERDICT_PRIVILEGED;
	if (b->flags & PORTSOCK_FLAG(V6ONLY) && addr_is_mapped(&b->local))
		return VERDICT_MAPPED_ONLY6;
	if (m->address.kind == ADDRESS_NO_SCOPE)
		return VERDICT_NO_SCOPE;
	if (foreign)
		return VERDICT_FOREIGN;
	return w->blockers ? VERDICT_IN_USE : VERDICT_OK;
}

/**
 * verdict_decide() - Predict the result of a bind()
 * @w: the bind() and all facts; @w->blocks has room for each socket
 */
void verdict_decide(struct why *w)
{
	w->blockers = bind_find_conflicts(&w->bind, &w->socks, w->blocks,
					  &w->guess);
	w->verdict = run_checks(w);
	if (w->verdict != VERDICT_OK && w->verdict != VERDICT_IN_USE)
		w->guess = false;
}

/**
 * verdict_name() - Return the name of a verdict
 * @verdict: verdict
 *
 * Return: Symbolic name of an errno, "OK" if bind() succeeds.
 */
const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
#define X(id, text) text,
		VERDICTS(X)
#undef X
	};

	return names[verdict];
}
