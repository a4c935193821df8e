// SPDX-License-Identifier: GPL-2.0
/*
 * Address match of two bound sockets.  Mirrors inet_rcv_saddr_equal() and the
 * functions it calls in net/ipv4/inet_connection_sock.c.
 */
#include "rcv_saddr.h"

static const u8 mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };
static const u8 zeroes[16];

/*
 * inet_rcv_saddr of a socket bound to an IPv6 address without an IPv4
 * equivalent (LOOPBACK4_IPV6).
 */
static const u8 no_ip4[4] = { 127, 0, 0, 6 };

/* Return true if an address is [::]. */
bool addr_is_inet6_any(const struct ps_end *end)
{
	return end->form == PS_FORM_INET6 && !memcmp(end->ip, zeroes, 16);
}

/* Return true if an address is IPv4-mapped: [::ffff:a.b.c.d]. */
bool addr_is_mapped(const struct ps_end *end)
{
	return end->form == PS_FORM_INET6 &&
		!memcmp(end->ip, mapped_prefix, sizeof(mapped_prefix));
}

/* Return true if an address is IPv4 or IPv4-mapped. */
bool addr_is_ip4(const struct ps_end *end)
{
	return end->form == PS_FORM_INET || addr_is_mapped(end);
}

/* Return true if an address is in 127.0.0.0/8, also mapped, or is [::1]. */
bool addr_is_loopback(const struct ps_end *end)
{
	static const u8 inet6[16] = { [15] = 1 };

	return addr_is_ip4(end) ?
		end->ip[end->form == PS_FORM_INET ? 0 : 12] == 127 :
		!memcmp(end->ip, inet6, sizeof(inet6));
}

/* Return inet_rcv_saddr of a socket. */
static const u8 *inet_rcv_saddr(const struct ps_end *end)
{
	if (end->form == PS_FORM_INET)
		return end->ip;
	if (addr_is_mapped(end))
		return end->ip + 12;
	return addr_is_inet6_any(end) ? zeroes : no_ip4;
}

/* Return true for a wildcard: 0.0.0.0, [::] and [::ffff:0.0.0.0]. */
bool addr_is_any(const struct ps_end *end)
{
	return !memcmp(inet_rcv_saddr(end), zeroes, 4);
}

/* Return true if two sockets have the same inet_rcv_saddr. */
bool addr_same_ip4(const struct ps_end *a, const struct ps_end *b)
{
	return !memcmp(inet_rcv_saddr(a), inet_rcv_saddr(b), 4);
}

/* Return true if two IPv6 sockets have the same sk_v6_rcv_saddr. */
bool addr_same_ip6(const struct ps_end *a, const struct ps_end *b)
{
	return a->form == PS_FORM_INET6 && b->form == PS_FORM_INET6 &&
		!memcmp(a->ip, b->ip, 16);
}

static bool ipv4_rcv_saddr_equal(const struct bind_address *a,
				 const struct bind_address *b)
{
	if (b->v6only)
		return false;
	return addr_same_ip4(a->end, b->end) ||
		(a->wild && addr_is_any(a->end)) ||
		(b->wild && addr_is_any(b->end));
}

/* @a is the address of an IPv6 socket. */
static bool ipv6_rcv_saddr_equal(const struct bind_address *a,
				 const struct bind_address *b)
{
	if (addr_is_mapped(a->end) && addr_is_ip4(b->end))
		return ipv4_rcv_saddr_equal(a, b);
	if (addr_is_inet6_any(a->end) && addr_is_inet6_any(b->end))
		return true;
	if (addr_is_inet6_any(b->end) && b->wild &&
	    !(b->v6only && addr_is_ip4(a->end)))
		return true;
	if (addr_is_inet6_any(a->end) && a->wild &&
	    !(a->v6only && addr_is_ip4(b->end)))
		return true;
	return addr_same_ip6(a->end, b->end);
}

/* Return true if two addresses match, as inet_rcv_saddr_equal() does. */
bool rcv_saddr_equal(const struct bind_address *a, const struct bind_address *b)
{
	return a->end->form == PS_FORM_INET6 ? ipv6_rcv_saddr_equal(a, b) :
		ipv4_rcv_saddr_equal(a, b);
}
