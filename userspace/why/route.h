/* SPDX-License-Identifier: GPL-2.0 */
/* Questions that the kernel answers over rtnetlink. */
#ifndef PORTSOCK_ROUTE_H
#define PORTSOCK_ROUTE_H

#include "host.h"

enum address_kind route_type(const u8 ip[4]);
bool route_is_vrf(const char *dev);

#endif /* PORTSOCK_ROUTE_H */
