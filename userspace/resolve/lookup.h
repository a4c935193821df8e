/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ports of service names and addresses of host names.  Tests link their own
 * versions, so that the words they parse do not depend on the machine.
 */
#ifndef PORTSOCK_RESOLVE_LOOKUP_H
#define PORTSOCK_RESOLVE_LOOKUP_H

#include "../view/endpoint.h"

u16 lookup_service(const char *name, enum portsock_proto proto);
void lookup_host(const char *name, struct endpoints *to);

#endif /* PORTSOCK_RESOLVE_LOOKUP_H */
