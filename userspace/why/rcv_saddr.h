/* SPDX-License-Identifier: GPL-2.0 */
/* Address match of two bound sockets, as inet_rcv_saddr_equal() decides it. */
#ifndef PORTSOCK_WHY_RCV_SADDR_H
#define PORTSOCK_WHY_RCV_SADDR_H

#include "../../module/format/record.h"

/**
 * struct bind_address - Operand of the address match
 * @end: address
 * @v6only: sk_ipv6only
 * @wild: the wildcard address matches all addresses, not just itself
 */
struct bind_address {
	const struct ps_end *end;
	bool v6only;
	bool wild;
};

bool addr_is_any(const struct ps_end *end);
bool addr_is_inet6_any(const struct ps_end *end);
bool addr_is_ip4(const struct ps_end *end);
bool addr_is_mapped(const struct ps_end *end);
bool addr_is_loopback(const struct ps_end *end);
bool addr_same_ip4(const struct ps_end *a, const struct ps_end *b);
bool addr_same_ip6(const struct ps_end *a, const struct ps_end *b);
bool rcv_saddr_equal(const struct bind_address *a,
		     const struct bind_address *b);

#endif /* PORTSOCK_WHY_RCV_SADDR_H */
