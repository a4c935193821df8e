/* SPDX-License-Identifier: GPL-2.0 */
/* The order of rows. */
#ifndef PORTSOCK_FORMAT_ORDER_H
#define PORTSOCK_FORMAT_ORDER_H

#include "record.h"

int ps_order_cmp(const struct ps_record *a, const struct ps_record *b);
int ps_order_cmp_ends(const struct ps_record *a, const struct ps_record *b);
bool ps_order_same_place(const struct ps_record *a, const struct ps_record *b);

/* Return the part of an end that fits into a key: its form, an IPv4 address. */
static inline u64 ps_order_end_key(const struct ps_end *end)
{
	u64 key = (u64)end->form << 32;

	if (end->form == PS_FORM_INET)
		key |= (u32)end->ip[0] << 24 | end->ip[1] << 16 |
			end->ip[2] << 8 | end->ip[3];
	return key;
}

/**
 * ps_order_key() - Return the leading part of the order of rows as one number
 * @r: record
 *
 * Rows of different keys are in the order of their keys, rows of one key in the
 * order of ps_order_cmp().
 *
 *	with a port   0 | port:16 | proto:8 | not LISTEN:1 | form:6 | v4:32
 *	a longer one  0 | all ones:24       | port:32 | not LISTEN:1 | 0:6
 *	portless      1 | proto:8 | inode:55
 */
static inline u64 ps_order_key(const struct ps_record *r)
{
	const u64 inode_max = (1ULL << 55) - 1;

	if (!(r->has & PS_HAS_PORT))
		return 1ULL << 63 | (u64)r->proto << 55 |
			(r->inode < inode_max ? r->inode : inode_max);
	if (r->port > U16_MAX)	/* only vsock has such ports */
		return 0xffffffULL << 39 | (u64)r->port << 7 |
			(u64)(r->state != PORTSOCK_LISTEN) << 6;
	return (u64)r->port << 47 | (u64)r->proto << 39 |
		(u64)(r->state != PORTSOCK_LISTEN) << 38 |
		ps_order_end_key(&r->local);
}

/**
 * ps_order_remote_key() - Return the order among rows of one ps_order_key()
 * @r: record
 *
 * The key is made of the remote end for a port of IPv4, because the connections
 * of a listener differ in nothing else.  It is 0 for all rows where something
 * else comes next in the order.
 */
static inline u64 ps_order_remote_key(const struct ps_record *r)
{
	if (!(r->has & PS_HAS_PORT) || r->local.form != PS_FORM_INET ||
	    r->local.num != r->port)
		return 0;
	return ps_order_end_key(&r->remote) << 16 |
		(r->remote.form == PS_FORM_INET ? r->remote.num & U16_MAX : 0);
}

#endif /* PORTSOCK_FORMAT_ORDER_H */
