/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Write numbers, escaped text and addresses.
 *
 * Each ps_put function writes at @p without a terminating NUL and returns a
 * pointer past the last byte written.  The caller provides the room that the
 * function documents.  It includes the bytes that a decimal number may write
 * past its end: a number is stored in blocks of four bytes.
 */
#ifndef PORTSOCK_FORMAT_PUT_H
#define PORTSOCK_FORMAT_PUT_H

#include "base.h"

/* Write a string literal: of constant length, so one or two stores. */
#define ps_put_literal(p, text) \
	((char *)memcpy(p, text, sizeof(text) - 1) + sizeof(text) - 1)

/* Sets of bytes that are written as \ooo. */
enum ps_escape {
	PS_ESCAPE_PATH,		/* space, backslash, control, non-ASCII */
	PS_ESCAPE_COMM,		/* also the separators comma and slash  */
};

/* Room for numbers and addresses: the longest text and one byte more. */
#define PS_U32_ROOM	11
#define PS_U64_ROOM	21
#define PS_IP4_ROOM	17
#define PS_IP6_ROOM	46

/*
 * For each number below 1000 its three digits, and their count without leading
 * zeros.  Another four bytes because a copy of four may read past the last.
 */
#define PS_TRIPLES_SIZE	(4 * 1001)

extern const char ps_triples[PS_TRIPLES_SIZE];

char *ps_put_large(char *p, u32 v);
char *ps_put_huge(char *p, u64 value);

/**
 * ps_put_triple() - Write a number of up to three digits in decimal
 * @p: room for 4 bytes
 * @v: less than 1000
 */
static __always_inline char *ps_put_triple(char *p, u32 v)
{
	const char *triple = ps_triples + 4 * v;
	unsigned int digits = triple[3];

	memcpy(p, triple + 3 - digits, 4);
	return p + digits;
}

/**
 * ps_put_million() - Write a number of up to six digits, as a port, in decimal
 * @p: room for 7 bytes
 * @v: less than 1000000
 */
static __always_inline char *ps_put_million(char *p, u32 v)
{
	u32 thousands = v / 1000;

	if (!thousands)
		return ps_put_triple(p, v);
	p = ps_put_triple(p, thousands);
	memcpy(p, ps_triples + 4 * (v - thousands * 1000), 4);
	return p + 3;
}

/**
 * ps_put_u32() - Write a number in decimal
 * @p: room for PS_U32_ROOM bytes
 * @v: number
 */
static __always_inline char *ps_put_u32(char *p, u32 v)
{
	return v < 1000 ? ps_put_triple(p, v) : ps_put_large(p, v);
}

/**
 * ps_put_u64() - Write a number in decimal
 * @p: room for PS_U64_ROOM bytes
 * @value: number
 */
static __always_inline char *ps_put_u64(char *p, u64 value)
{
	return value <= U32_MAX ? ps_put_u32(p, value) :
		ps_put_huge(p, value);
}

char *ps_put_hex(char *p, u64 value);
char *ps_put_hex16(char *p, u16 value);
char *ps_put_octal(char *p, u8 c);
char *ps_put_escaped(char *p, const char *text, size_t len, enum ps_escape how);
char *ps_put_ip6(char *p, const u8 ip[16]);
bool ps_ip6_needs_scope(const u8 ip[16]);

/**
 * ps_put_ip4() - Write an IPv4 address
 * @p: room for PS_IP4_ROOM bytes
 * @ip: address in network byte order
 */
static __always_inline char *ps_put_ip4(char *p, const u8 ip[4])
{
	p = ps_put_triple(p, ip[0]);
	*p++ = '.';
	p = ps_put_triple(p, ip[1]);
	*p++ = '.';
	p = ps_put_triple(p, ip[2]);
	*p++ = '.';
	return ps_put_triple(p, ip[3]);
}

#endif /* PORTSOCK_FORMAT_PUT_H */
