// SPDX-License-Identifier: GPL-2.0
/* Do the addresses of two sockets have something in common? */
#include "rcv_saddr.h"

static const u8 mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };
static const u8 zeroes[16];

/*
 * What stands in inet_rcv_saddr of a socket at an IPv6 address that has no IPv4
 * equivalent (LOOPBACK4_IPV6).
 */
static const u8 no_ip4[4] = { 127, 0, 0, 6 };

/**
 * ps_is_inet6_any() - whether an address is [::]
 * @end: end of a socket
 *
 * Context: any.
 * Return: whether it is.
 */
bool ps_is_inet6_any(const struct ps_end *end)
{
	return end->form == PS_FORM_INET6 && !memcmp(end->ip, zeroes, 16);
}

/**
 * ps_is_mapped() - whether an address is IPv4 in an IPv6 socket
 * @end: end of a socket
 *
 * Context: any.
 * Return: true for [::ffff:a.b.c.d].
 */
bool ps_is_mapped(const struct ps_end *end)
{
	return end->form == PS_FORM_INET6 &&
		!memcmp(end->ip, mapped_prefix, sizeof(mapped_prefix));
}

/**
 * ps_is_ip4() - whether an address is IPv4, mapped or not
 * @end: end of a socket
 *
 * Context: any.
 * Return: whether it is.
 */
bool ps_is_ip4(const struct ps_end *end)
{
	return end->form == PS_FORM_INET || ps_is_mapped(end);
}

/* inet_rcv_saddr */
static const u8 *ip4_of(const struct ps_end *end)
{
	if (end->form == PS_FORM_INET)
		return end->ip;
	if (ps_is_mapped(end))
		return end->ip + 12;
	return ps_is_inet6_any(end) ? zeroes : no_ip4;
}

/**
 * ps_is_any() - whether an end stands at every address
 * @end: end of a socket
 *
 * Context: any.
 * Return: true for 0.0.0.0, [::] and [::ffff:0.0.0.0].
 */
bool ps_is_any(const struct ps_end *end)
{
	return !memcmp(ip4_of(end), zeroes, 4);
}

/**
 * ps_is_same_ip4() - whether two addresses are the same to IPv4
 * @a: end of a socket
 * @b: end of another
 *
 * Context: any.
 * Return: whether they are.
 */
bool ps_is_same_ip4(const struct ps_end *a, const struct ps_end *b)
{
	return !memcmp(ip4_of(a), ip4_of(b), 4);
}

/**
 * ps_is_same_ip6() - whether two IPv6 sockets have the same address
 * @a: end of a socket
 * @b: end of another
 *
 * Context: any.
 * Return: whether they have.
 */
bool ps_is_same_ip6(const struct ps_end *a, const struct ps_end *b)
{
	return a->form == PS_FORM_INET6 && b->form == PS_FORM_INET6 &&
		!memcmp(a->ip, b->ip, 16);
}

/* ipv4_rcv_saddr_equal() */
static bool ip4_meets(const struct ps_address *a, const struct ps_address *b)
{
	if (b->v6only)
		return false;
	return ps_is_same_ip4(a->end, b->end) ||
		(a->wild && ps_is_any(a->end)) ||
		(b->wild && ps_is_any(b->end));
}

/* ipv6_rcv_saddr_equal(): @a is an IPv6 socket's */
static bool ip6_meets(const struct ps_address *a, const struct ps_address *b)
{
	if (ps_is_mapped(a->end) && ps_is_ip4(b->end))
		return ip4_meets(a, b);
	if (ps_is_inet6_any(a->end) && ps_is_inet6_any(b->end))
		return true;
	if (ps_is_inet6_any(b->end) && b->wild &&
	    !(b->v6only && ps_is_ip4(a->end)))
		return true;
	if (ps_is_inet6_any(a->end) && a->wild &&
	    !(a->v6only && ps_is_ip4(b->end)))
		return true;
	return ps_is_same_ip6(a->end, b->end);
}

/**
 * ps_meets() - whether two sockets' addresses have something in common
 * @a: one
 * @b: the other
 *
 * inet_rcv_saddr_equal() in net/ipv4/inet_connection_sock.c.
 *
 * Context: any.
 * Return: whether they have.
 */
bool ps_meets(const struct ps_address *a, const struct ps_address *b)
{
	return a->end->form == PS_FORM_INET6 ? ip6_meets(a, b) :
		ip4_meets(a, b);
}
