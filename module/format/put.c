// SPDX-License-Identifier: GPL-2.0
/*
 * Write numbers, escaped text and addresses.  Decimal numbers are written three
 * digits at a time from a table; format strings are not used.  See put.h for
 * the calling convention.
 */
#include "put.h"

/* Three digits, and the number of digits without leading zeros. */
#define ONE(a, b, c)	'0' + (a), '0' + (b), '0' + (c), (a) ? 3 : (b) ? 2 : 1
#define TEN(a, b) \
	ONE(a, b, 0), ONE(a, b, 1), ONE(a, b, 2), ONE(a, b, 3), ONE(a, b, 4), \
	ONE(a, b, 5), ONE(a, b, 6), ONE(a, b, 7), ONE(a, b, 8), ONE(a, b, 9)
#define HUNDRED(a) \
	TEN(a, 0), TEN(a, 1), TEN(a, 2), TEN(a, 3), TEN(a, 4), \
	TEN(a, 5), TEN(a, 6), TEN(a, 7), TEN(a, 8), TEN(a, 9)

const char ps_triples[PS_TRIPLES_SIZE] = {
	HUNDRED(0), HUNDRED(1), HUNDRED(2), HUNDRED(3), HUNDRED(4),
	HUNDRED(5), HUNDRED(6), HUNDRED(7), HUNDRED(8), HUNDRED(9),
};
static const char hex_digits[16] __nonstring =
	"0123456789abcdef";

#define DIGIT(a)	((a) < 10 ? '0' + (a) : 'a' - 10 + (a))
#define PAIR(a, b)	DIGIT(a), DIGIT(b)
#define PAIRS(a) \
	PAIR(a, 0), PAIR(a, 1), PAIR(a, 2), PAIR(a, 3), \
	PAIR(a, 4), PAIR(a, 5), PAIR(a, 6), PAIR(a, 7), \
	PAIR(a, 8), PAIR(a, 9), PAIR(a, 10), PAIR(a, 11), \
	PAIR(a, 12), PAIR(a, 13), PAIR(a, 14), PAIR(a, 15)

static const char hex_pairs[512] = {
	PAIRS(0), PAIRS(1), PAIRS(2), PAIRS(3), PAIRS(4), PAIRS(5), PAIRS(6),
	PAIRS(7), PAIRS(8), PAIRS(9), PAIRS(10), PAIRS(11), PAIRS(12),
	PAIRS(13), PAIRS(14), PAIRS(15),
};

/**
 * ps_put_large() - Write a number of four or more digits in decimal
 * @p: room for PS_U32_ROOM bytes
 * @v: at least 1000
 */
char *ps_put_large(char *p, u32 v)
{
	u32 thousands = v / 1000;

	p = thousands < 1000 ? ps_put_triple(p, thousands) :
		ps_put_large(p, thousands);
	memcpy(p, ps_triples + 4 * (v - thousands * 1000), 4);
	return p + 3;
}

/**
 * ps_put_huge() - Write a number of more than 32 bits in decimal
 * @p: room for PS_U64_ROOM bytes
 * @value: more than U32_MAX
 */
char *ps_put_huge(char *p, u64 value)
{
	u32 i, rest = value % 1000000000;

	p = ps_put_u64(p, value / 1000000000);
	for (i = 1000000; i; i /= 1000) {
		memcpy(p, ps_triples + 4 * (rest / i % 1000), 4);
		p += 3;
	}
	return p;
}

/**
 * ps_put_hex() - Write a number in lower-case hexadecimal, no leading zeros
 * @p: room for 16 bytes
 * @value: number
 */
char *ps_put_hex(char *p, u64 value)
{
	char *end = p + (value ? (67 - __builtin_clzll(value)) / 4 : 1);

	for (p = end; value > 15; value >>= 8)
		p = memcpy(p - 2, hex_pairs + 2 * (value & 255), 2);
	if (value || p == end)
		*--p = hex_digits[value];
	return end;
}

/**
 * ps_put_hex16() - Write a number as four hexadecimal digits
 * @p: room for 4 bytes
 * @value: number
 */
char *ps_put_hex16(char *p, u16 value)
{
	unsigned int shift;

	for (shift = 16; shift; shift -= 4)
		*p++ = hex_digits[value >> (shift - 4) & 15];
	return p;
}

/**
 * ps_put_octal() - Write a byte as \ooo
 * @p: room for 4 bytes
 * @c: byte
 */
char *ps_put_octal(char *p, u8 c)
{
	*p++ = '\\';
	*p++ = '0' + (c >> 6);
	*p++ = '0' + (c >> 3 & 7);
	*p++ = '0' + (c & 7);
	return p;
}

/**
 * ps_put_escaped() - Write text, special bytes as \ooo as in /proc/mounts
 * @p: room for 4 * @len bytes
 * @text: any bytes
 * @len: length of @text in bytes
 * @how: set of bytes to escape
 */
char *ps_put_escaped(char *p, const char *text, size_t len, enum ps_escape how)
{
	size_t i;

	for (i = 0; i < len; i++) {
		u8 c = text[i];

		if (c <= ' ' || c == '\\' || c >= 0x7f ||
		    (how == PS_ESCAPE_COMM && (c == ',' || c == '/')))
			p = ps_put_octal(p, c);
		else
			*p++ = c;
	}
	return p;
}

/* Return word @i of an IPv6 address in host byte order. */
static u16 ip6_word(const u8 ip[16], unsigned int i)
{
	return ip[2 * i] << 8 | ip[2 * i + 1];
}

/**
 * ps_put_ip6() - Write an IPv6 address as inet_ntop() does (RFC 5952)
 * @p: room for PS_IP6_ROOM bytes
 * @ip: address in network byte order
 *
 * IPv4-mapped and IPv4-compatible addresses end in dotted notation.
 */
char *ps_put_ip6(char *p, const u8 ip[16])
{
	unsigned int i, run = 0, zeros = 0, len = 1;
	bool dotted;

	/* The longest run of two or more zero words, the first of equals. */
	for (i = 0; i < 8; i++) {
		run = ip6_word(ip, i) ? 0 : run + 1;
		if (run > len) {
			len = run;
			zeros = i + 1 - run;
		}
	}
	dotted = len > 1 && zeros == 0 &&
		(len == 6 || (len == 5 && ip6_word(ip, 5) == 0xffff));
	i = 0;
	while (i < 8) {
		if (len > 1 && i == zeros) {
			p = ps_put_literal(p, "::");
			i += len;
			continue;
		}
		if (i && p[-1] != ':')
			*p++ = ':';
		if (i == 6 && dotted)
			return ps_put_ip4(p, ip + 12);
		p = ps_put_hex(p, ip6_word(ip, i++));
	}
	return p;
}

/**
 * ps_ip6_needs_scope() - Return true if an address is valid on one link only
 * @ip: address in network byte order
 *
 * True for fe80::/10, and for groups of scope 1 and 2 as ff01::/16 and
 * ff02::/16 (RFC 4007).  Mirrors __ipv6_addr_needs_scope_id() in net/ipv6.h.
 */
bool ps_ip6_needs_scope(const u8 ip[16])
{
	if (ip[0] == 0xff)	/* interface-local and link-local groups */
		return (ip[1] & 0x0f) == 1 || (ip[1] & 0x0f) == 2;
	return ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80;
}
