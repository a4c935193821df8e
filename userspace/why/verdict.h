/* SPDX-License-Identifier: GPL-2.0 */
/* What bind() would say. */
#ifndef PORTSOCK_JUDGE_H
#define PORTSOCK_JUDGE_H

#include "host.h"

/* What bind() says, and why; the first ones that hold decide. */
#define VERDICTS(X)				\
	X(OK,		"OK")			\
	X(NO_INET6,	"EAFNOSUPPORT")		\
	X(NO_DEV,	"ENODEV")		\
	X(STREAM_GROUP,	"EINVAL")		\
	X(MAPPED_ONLY6,	"EINVAL")		\
	X(NO_SCOPE,	"EINVAL")		\
	X(PRIVILEGED,	"EACCES")		\
	X(FOREIGN,	"EADDRNOTAVAIL")	\
	X(IN_USE,	"EADDRINUSE")

enum verdict {
#define X(id, text) VERDICT_##id,
	VERDICTS(X)
#undef X
};

enum verdict verdict_of(const struct bind_request *b, const struct host *m,
			 size_t blockers);
const char *verdict_name(enum verdict verdict);

#endif /* PORTSOCK_JUDGE_H */
