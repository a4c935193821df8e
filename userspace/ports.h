/* SPDX-License-Identifier: GPL-2.0 */
/* PORT, A-B, PORT/PROTO, :PORT and SERVICE: what a person types. */
#ifndef PORTSOCK_PORTS_H
#define PORTSOCK_PORTS_H

#include "select.h"

u16 ps_port_find(const char *word, enum portsock_proto proto);
int ps_ports_parse(const char *word, struct ps_select *sel);

#endif /* PORTSOCK_PORTS_H */
