/* SPDX-License-Identifier: GPL-2.0 */
/* Connections that wait for accept() as part of another. */
#ifndef PORTSOCK_PARTS_H
#define PORTSOCK_PARTS_H

struct ps_store;

int ps_parts_join(struct ps_store *store);

#endif /* PORTSOCK_PARTS_H */
