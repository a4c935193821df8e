// SPDX-License-Identifier: GPL-2.0
/*
 * What text is made of.  Numbers go two digits at a time, nothing goes through a
 * format string.  Every function writes at @p, with no NUL, and returns the place
 * behind what it wrote; the caller has made room.
 */
#include "put.h"

#define TEN(d) \
	{ d, '0' }, { d, '1' }, { d, '2' }, { d, '3' }, { d, '4' }, \
	{ d, '5' }, { d, '6' }, { d, '7' }, { d, '8' }, { d, '9' }

static const char digit_pairs[100][2] = {
	TEN('0'), TEN('1'), TEN('2'), TEN('3'), TEN('4'),
	TEN('5'), TEN('6'), TEN('7'), TEN('8'), TEN('9'),
};
static const char hex_digits[16] __attribute__((nonstring)) =
	"0123456789abcdef";
static unsigned int count_digits(u32 v)
{
	if (v < 10000)
		return v < 100 ? 1 + (v >= 10) : 3 + (v >= 1000);
	if (v < 100000000)
		return v < 1000000 ? 5 + (v >= 100000) : 7 + (v >= 10000000);
	return 9 + (v >= 1000000000);
}

static void put_digits(char *p, u32 v, unsigned int digits)
{
	while (digits >= 2) {
		digits -= 2;
		memcpy(p + digits, digit_pairs[v % 100], 2);
		v /= 100;
	}
	if (digits)
		*p = '0' + v;
}

/**
 * ps_put_u32() - a number in decimal
 * @p: room for 10 bytes
 * @v: any
 *
 * Context: any.
 * Return: the place behind it.
 */
char *ps_put_u32(char *p, u32 v)
{
	unsigned int digits = count_digits(v);

	put_digits(p, v, digits);
	return p + digits;
}

/**
 * ps_put_u64() - a number in decimal
 * @p: room for 20 bytes
 * @value: any
 *
 * Context: any.
 * Return: the place behind it.
 */
char *ps_put_u64(char *p, u64 value)
{
	if (value <= U32_MAX)
		return ps_put_u32(p, value);
	p = ps_put_u64(p, value / 100000000);
	put_digits(p, value % 100000000, 8);
	return p + 8;
}

/**
 * ps_put_hex() - a number in hexadecimal, lower case, no leading zeros
 * @p: room for 16 bytes
 * @value: any
 *
 * Context: any.
 * Return: the place behind it.
 */
char *ps_put_hex(char *p, u64 value)
{
	unsigned int digits = value ? (67 - __builtin_clzll(value)) / 4 : 1;
	unsigned int i = digits;

	while (i--) {
		p[i] = hex_digits[value & 15];
		value >>= 4;
	}
	return p + digits;
}

/**
 * ps_put_hex16() - a number as four hexadecimal digits
 * @p: room for 4 bytes
 * @value: any
 *
 * Context: any.
 * Return: the place behind it.
 */
char *ps_put_hex16(char *p, u16 value)
{
	unsigned int shift;

	for (shift = 16; shift; shift -= 4)
		*p++ = hex_digits[value >> (shift - 4) & 15];
	return p;
}

static bool must_escape(u8 c, enum ps_escape how)
{
	if (c <= ' ' || c == '\\' || c >= 0x7f)
		return true;
	return how == PS_ESCAPE_COMM && (c == ',' || c == '/');
}

/**
 * ps_put_octal() - a byte as \ooo
 * @p: room for 4 bytes
 * @c: any
 *
 * Context: any.
 * Return: the place behind it.
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
 * ps_put_escaped() - bytes, the unwelcome ones as \ooo as in /proc/mounts
 * @p: room for 4 * @len bytes
 * @text: any bytes
 * @len: of @text
 * @how: which bytes are unwelcome
 *
 * Context: any.
 * Return: the place behind it.
 */
char *ps_put_escaped(char *p, const char *text, size_t len, enum ps_escape how)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (must_escape(text[i], how))
			p = ps_put_octal(p, text[i]);
		else
			*p++ = text[i];
	}
	return p;
}

/**
 * ps_put_ip4() - an IPv4 address
 * @p: room for 15 bytes
 * @ip: in network byte order
 *
 * Context: any.
 * Return: the place behind it.
 */
char *ps_put_ip4(char *p, const u8 ip[4])
{
	unsigned int i;

	p = ps_put_u32(p, ip[0]);
	for (i = 1; i < 4; i++) {
		*p++ = '.';
		p = ps_put_u32(p, ip[i]);
	}
	return p;
}

static u16 word_at(const u8 ip[16], unsigned int i)
{
	return ip[2 * i] << 8 | ip[2 * i + 1];
}

/* The longest run of two or more zero words, the first of equals: RFC 5952. */
static unsigned int longest_zeros(const u8 ip[16], unsigned int *len)
{
	unsigned int i, run = 0, best = 0;

	*len = 1;
	for (i = 0; i < 8; i++) {
		run = word_at(ip, i) ? 0 : run + 1;
		if (run > *len) {
			*len = run;
			best = i + 1 - run;
		}
	}
	return best;
}

/**
 * ps_put_ip6() - an IPv6 address as inet_ntop() writes it (RFC 5952)
 * @p: room for 45 bytes
 * @ip: in network byte order; mapped and compatible ones end in dots
 *
 * Context: any.
 * Return: the place behind it.
 */
char *ps_put_ip6(char *p, const u8 ip[16])
{
	unsigned int len, i = 0, zeros = longest_zeros(ip, &len);
	bool dots = len > 1 && zeros == 0 &&
		(len == 6 || (len == 5 && word_at(ip, 5) == 0xffff));

	while (i < 8) {
		if (len > 1 && i == zeros) {
			p = ps_put_literal(p, "::");
			i += len;
			continue;
		}
		if (i && p[-1] != ':')
			*p++ = ':';
		if (i == 6 && dots)
			return ps_put_ip4(p, ip + 12);
		p = ps_put_hex(p, word_at(ip, i++));
	}
	return p;
}

/**
 * ps_ip6_needs_scope() - whether an address means something on one link only
 * @ip: in network byte order
 *
 * Context: any.
 * Return: true for fe80::/10, ff01::/16 and ff02::/16 and their like (RFC 4007,
 * and __ipv6_addr_needs_scope_id() in net/ipv6.h).
 */
bool ps_ip6_needs_scope(const u8 ip[16])
{
	if (ip[0] == 0xff)	/* interface-local and link-local groups */
		return (ip[1] & 0x0f) == 1 || (ip[1] & 0x0f) == 2;
	return ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80;
}
