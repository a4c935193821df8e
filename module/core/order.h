/* SPDX-License-Identifier: GPL-2.0 */
/* The order of rows. */
#ifndef PORTSOCK_CORE_ORDER_H
#define PORTSOCK_CORE_ORDER_H

#include "record.h"

u64 ps_order_key(const struct ps_record *r);
u64 ps_order_remote_key(const struct ps_record *r);
int ps_order_cmp(const struct ps_record *a, const struct ps_record *b);
int ps_order_cmp_ends(const struct ps_record *a, const struct ps_record *b);
bool ps_order_same_place(const struct ps_record *a, const struct ps_record *b);

#endif /* PORTSOCK_CORE_ORDER_H */
