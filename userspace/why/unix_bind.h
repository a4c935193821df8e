/* SPDX-License-Identifier: GPL-2.0 */
/* bind() and connect() of a unix socket. */
#ifndef PORTSOCK_WHY_UNIX_BIND_H
#define PORTSOCK_WHY_UNIX_BIND_H

#include "../view/endpoint.h"

int unix_bind_parse(struct endpoint *name, int argc, char **argv);
int unix_bind_report(const struct endpoint *name, const char *input, bool json);

#endif /* PORTSOCK_WHY_UNIX_BIND_H */
