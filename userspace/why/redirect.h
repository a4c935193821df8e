/* SPDX-License-Identifier: GPL-2.0 */
/* Rules of the kernel that lead the packets for a port elsewhere. */
#ifndef PORTSOCK_WHY_REDIRECT_H
#define PORTSOCK_WHY_REDIRECT_H

#include "../util/buf.h"
#include "bind_rules.h"

void redirect_put(struct buf *t, const struct bind_request *b);

#endif /* PORTSOCK_WHY_REDIRECT_H */
