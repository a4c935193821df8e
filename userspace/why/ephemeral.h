/* SPDX-License-Identifier: GPL-2.0 */
/* The port that bind() to port 0, or connect(), gets. */
#ifndef PORTSOCK_WHY_EPHEMERAL_H
#define PORTSOCK_WHY_EPHEMERAL_H

#include "why.h"

/**
 * struct ephemeral_request - A bind() to port 0, or a connect()
 * @connects: it is a connect(); bind.local is the local address, if
 *	@has_source
 * @has_source: the local address is given
 * @remote: destination of connect()
 */
struct ephemeral_request {
	bool connects;
	bool has_source;
	struct ps_end remote;
};

int ephemeral_parse(struct ephemeral_request *e, struct bind_request *b,
		    const char *from, int argc, char **argv);
int ephemeral_report(const struct ephemeral_request *e, struct why *w,
		     const char *input, bool json, bool probe);

#endif /* PORTSOCK_WHY_EPHEMERAL_H */
