/* SPDX-License-Identifier: GPL-2.0 */
/* What bind() would say. */
#ifndef PORTSOCK_JUDGE_H
#define PORTSOCK_JUDGE_H

#include "machine.h"

/* What bind() says, and why; the first ones that hold decide. */
#define PS_VERDICTS(X)				\
	X(OK,		"OK")			\
	X(NO_INET6,	"EAFNOSUPPORT")		\
	X(NO_DEV,	"ENODEV")		\
	X(STREAM_GROUP,	"EINVAL")		\
	X(MAPPED_ONLY6,	"EINVAL")		\
	X(NO_SCOPE,	"EINVAL")		\
	X(PRIVILEGED,	"EACCES")		\
	X(FOREIGN,	"EADDRNOTAVAIL")	\
	X(IN_USE,	"EADDRINUSE")

enum ps_verdict {
#define X(id, text) PS_VERDICT_##id,
	PS_VERDICTS(X)
#undef X
};

enum ps_verdict ps_judge(const struct ps_bind *b, const struct ps_machine *m,
			 size_t blockers);
const char *ps_verdict_name(enum ps_verdict verdict);

#endif /* PORTSOCK_JUDGE_H */
