/* SPDX-License-Identifier: GPL-2.0 */
/* PORT, A-B, PORT/PROTO, :PORT and SERVICE: what a person types. */
#ifndef PORTSOCK_PORTS_H
#define PORTSOCK_PORTS_H

#include "../view/selection.h"

u16 port_spec_find(const char *word, enum portsock_proto proto);
int port_spec_parse(const char *word, struct selection *sel);

#endif /* PORTSOCK_PORTS_H */
