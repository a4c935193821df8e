// SPDX-License-Identifier: GPL-2.0
/*
 * What bind() would say: the order of __inet_bind() in net/ipv4/af_inet.c and
 * __inet6_bind() in net/ipv6/af_inet6.c.
 */
#include "verdict.h"

static bool no_inet6(const struct bind_request *b, const struct host *m)
{
	(void)b;
	return m->no_inet6;
}

static bool no_dev(const struct bind_request *b, const struct host *m)
{
	(void)b;
	return m->no_dev;
}

static bool stream_group(const struct bind_request *b, const struct host *m)
{
	(void)m;
	return b->proto == PORTSOCK_PROTO_TCP &&
		b->local.form == PS_FORM_INET6 && b->local.ip[0] == 0xff;
}

static bool privileged(const struct bind_request *b, const struct host *m)
{
	return m->here && b->local.num < m->unprivileged && !m->capable;
}

static bool mapped_only6(const struct bind_request *b, const struct host *m)
{
	(void)m;
	return b->flags & PORTSOCK_FLAG(V6ONLY) &&
		addr_is_mapped(&b->local);
}

static bool no_scope(const struct bind_request *b, const struct host *m)
{
	(void)b;
	return m->address == ADDRESS_NO_SCOPE;
}

static bool foreign(const struct bind_request *b, const struct host *m)
{
	(void)b;
	return !m->nonlocal && (m->address == ADDRESS_FOREIGN ||
				m->address == ADDRESS_OTHER_DEV ||
				m->address == ADDRESS_TENTATIVE);
}

/**
 * struct step - a question that bind() asks before it looks at other sockets
 * @verdict: what it says
 * @holds: whether it says so
 */
struct step {
	enum verdict verdict;
	bool (*holds)(const struct bind_request *b, const struct host *m);
};

static const struct step inet[] = {
	{ VERDICT_NO_DEV, no_dev },
	{ VERDICT_FOREIGN, foreign },
	{ VERDICT_PRIVILEGED, privileged },
};

static const struct step inet6[] = {
	{ VERDICT_NO_INET6, no_inet6 },
	{ VERDICT_NO_DEV, no_dev },
	{ VERDICT_STREAM_GROUP, stream_group },
	{ VERDICT_PRIVILEGED, privileged },
	{ VERDICT_MAPPED_ONLY6, mapped_only6 },
	{ VERDICT_NO_SCOPE, no_scope },
	{ VERDICT_FOREIGN, foreign },
};

/**
 * verdict_of() - what bind() would say
 * @b: the bind()
 * @m: what the machine says about it
 * @blockers: how many sockets are in its way
 *
 * Return: the verdict.
 */
enum verdict verdict_of(const struct bind_request *b, const struct host *m,
			 size_t blockers)
{
	bool v6 = b->local.form == PS_FORM_INET6;
	size_t i, count = v6 ? ARRAY_SIZE(inet6) : ARRAY_SIZE(inet);
	const struct step *steps = v6 ? inet6 : inet;

	for (i = 0; i < count; i++)
		if (steps[i].holds(b, m))
			return steps[i].verdict;
	return blockers ? VERDICT_IN_USE : VERDICT_OK;
}

/**
 * verdict_name() - a verdict as errno has it
 * @verdict: verdict
 *
 * Return: its name, "OK" if bind() would work.
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
