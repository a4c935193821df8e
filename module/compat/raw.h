/* SPDX-License-Identifier: GPL-2.0 */
/* net/raw.h, net/rawv6.h */
#ifndef PORTSOCK_COMPAT_RAW_H
#define PORTSOCK_COMPAT_RAW_H

#include <net/raw.h>
#include <net/rawv6.h>

/**
 * ps_raw6_table() - the table of raw IPv6 sockets
 *
 * Context: any.
 * Return: the table.
 */
static inline struct raw_hashinfo *ps_raw6_table(void)
{
	return &raw_v6_hashinfo;
}

#endif /* PORTSOCK_COMPAT_RAW_H */
