/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets that are held by somebody else than who made them. */
#ifndef PORTSOCK_LEAK_H
#define PORTSOCK_LEAK_H

#include "row.h"

struct ps_names;

bool ps_is_leak(struct ps_names *n, const struct ps_row *row);
const char *ps_leak(struct ps_names *n, const struct ps_row *row);

#endif /* PORTSOCK_LEAK_H */
