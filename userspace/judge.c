// SPDX-License-Identifier: GPL-2.0
/*
 * What bind() would say: the order of __inet_bind() in net/ipv4/af_inet.c and
 * __inet6_bind() in net/ipv6/af_inet6.c.
 */
#include "judge.h"

static bool no_inet6(const struct ps_bind *b, const struct ps_machine *m)
{
	(void)b;
	return m->no_inet6;
}

static bool no_dev(const struct ps_bind *b, const struct ps_machine *m)
{
	(void)b;
	return m->no_dev;
}

static bool stream_group(const struct ps_bind *b, const struct ps_machine *m)
{
	(void)m;
	return b->proto == PORTSOCK_PROTO_TCP &&
		b->local.form == PS_FORM_INET6 && b->local.ip[0] == 0xff;
}

static bool privileged(const struct ps_bind *b, const struct ps_machine *m)
{
	return m->here && b->local.num < m->unprivileged && !m->capable;
}

static bool mapped_only6(const struct ps_bind *b, const struct ps_machine *m)
{
	(void)m;
	return b->flags & PORTSOCK_FLAG(V6ONLY) &&
		ps_is_mapped(&b->local);
}

static bool no_scope(const struct ps_bind *b, const struct ps_machine *m)
{
	(void)b;
	return m->address == PS_ADDRESS_NO_SCOPE;
}

static bool foreign(const struct ps_bind *b, const struct ps_machine *m)
{
	(void)b;
	return !m->nonlocal && (m->address == PS_ADDRESS_FOREIGN ||
				m->address == PS_ADDRESS_OTHER_DEV ||
				m->address == PS_ADDRESS_TENTATIVE);
}

/**
 * struct step - a question that bind() asks before it looks at other sockets
 * @verdict: what it says
 * @holds: whether it says so
 */
struct step {
	enum ps_verdict verdict;
	bool (*holds)(const struct ps_bind *b, const struct ps_machine *m);
};

static const struct step inet[] = {
	{ PS_VERDICT_NO_DEV, no_dev },
	{ PS_VERDICT_FOREIGN, foreign },
	{ PS_VERDICT_PRIVILEGED, privileged },
};

static const struct step inet6[] = {
	{ PS_VERDICT_NO_INET6, no_inet6 },
	{ PS_VERDICT_NO_DEV, no_dev },
	{ PS_VERDICT_STREAM_GROUP, stream_group },
	{ PS_VERDICT_PRIVILEGED, privileged },
	{ PS_VERDICT_MAPPED_ONLY6, mapped_only6 },
	{ PS_VERDICT_NO_SCOPE, no_scope },
	{ PS_VERDICT_FOREIGN, foreign },
};

/**
 * ps_judge() - what bind() would say
 * @b: the bind()
 * @m: what the machine says about it
 * @blockers: how many sockets are in its way
 *
 * Return: the verdict.
 */
enum ps_verdict ps_judge(const struct ps_bind *b, const struct ps_machine *m,
			 size_t blockers)
{
	bool v6 = b->local.form == PS_FORM_INET6;
	size_t i, count = v6 ? ARRAY_SIZE(inet6) : ARRAY_SIZE(inet);
	const struct step *steps = v6 ? inet6 : inet;

	for (i = 0; i < count; i++)
		if (steps[i].holds(b, m))
			return steps[i].verdict;
	return blockers ? PS_VERDICT_IN_USE : PS_VERDICT_OK;
}

/**
 * ps_verdict_name() - a verdict as errno has it
 * @verdict: verdict
 *
 * Return: its name, "OK" if bind() would work.
 */
const char *ps_verdict_name(enum ps_verdict verdict)
{
	static const char *const names[] = {
#define X(id, text) text,
		PS_VERDICTS(X)
#undef X
	};

	return names[verdict];
}
