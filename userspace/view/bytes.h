/* SPDX-License-Identifier: GPL-2.0 */
/* Eight bytes of text at a time: the first is the lowest of a u64. */
#ifndef PORTSOCK_VIEW_BYTES_H
#define PORTSOCK_VIEW_BYTES_H

#include "../../module/format/base.h"

#define PS_BYTES	8			/* how many there are in one */
#define PS_BYTES_ONES	0x0101010101010101ULL	/* one in each of them       */
#define PS_BYTES_FIRST	0x80ULL			/* the high bit of the first */
#define PS_BYTES_HIGHS	(PS_BYTES_ONES << 7)

/**
 * ps_bytes_load() - eight bytes
 * @p: the first of them
 *
 * Context: any.
 * Return: them.
 */
static __always_inline u64 ps_bytes_load(const char *p)
{
	const int order = __BYTE_ORDER__;
	u64 bytes;

	memcpy(&bytes, p, sizeof(bytes));
	return order == __ORDER_BIG_ENDIAN__ ?
		__builtin_bswap64(bytes) : bytes;
}

/**
 * ps_bytes_blanks() - which of eight bytes are blanks
 * @bytes: from ps_bytes_load()
 *
 * Context: any.
 * Return: the high bit of each of them.
 */
static __always_inline u64 ps_bytes_blanks(u64 bytes)
{
	bytes ^= PS_BYTES_ONES * ' ';
	return ~(((bytes & ~PS_BYTES_HIGHS) + ~PS_BYTES_HIGHS) | bytes) &
		PS_BYTES_HIGHS;
}

#endif /* PORTSOCK_VIEW_BYTES_H */
