/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets that are held by somebody else than who made them. */
#ifndef PORTSOCK_LEAK_H
#define PORTSOCK_LEAK_H

#include "../view/row.h"

struct names;

bool leak_found(struct names *n, const struct row *row);
const char *leak_text(struct names *n, const struct row *row);

#endif /* PORTSOCK_LEAK_H */
