/* SPDX-License-Identifier: GPL-2.0 */
/* Scan text eight bytes at a time: the first is the lowest byte of a u64. */
#ifndef PORTSOCK_VIEW_BYTES_H
#define PORTSOCK_VIEW_BYTES_H

#include "../../module/format/base.h"

#define BYTES	8			/* bytes in a u64             */
#define BYTES_ONES	0x0101010101010101ULL	/* 1 in each byte             */
#define BYTES_FIRST	0x80ULL			/* high bit of the first byte */
#define BYTES_HIGHS	(BYTES_ONES << 7)

/* Load the eight bytes at @p, which need not be aligned. */
static __always_inline u64 bytes_load(const char *p)
{
	const int order = __BYTE_ORDER__;
	u64 bytes;

	memcpy(&bytes, p, sizeof(bytes));
	return order == __ORDER_BIG_ENDIAN__ ?
		__builtin_bswap64(bytes) : bytes;
}

/* Return a mask with the high bit of each byte that is a blank. */
static __always_inline u64 bytes_blanks(u64 bytes)
{
	bytes ^= BYTES_ONES * ' ';
	return ~(((bytes & ~BYTES_HIGHS) + ~BYTES_HIGHS) | bytes) &
		BYTES_HIGHS;
}

#endif /* PORTSOCK_VIEW_BYTES_H */
