/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Types and macros of the environment.  The code in format/ is compiled into
 * the module, the reader and the tests; only this file depends on which.
 */
#ifndef PORTSOCK_FORMAT_BASE_H
#define PORTSOCK_FORMAT_BASE_H

#ifdef __KERNEL__
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define U16_MAX		UINT16_MAX
#define U32_MAX		UINT32_MAX
#define U64_MAX		UINT64_MAX
#define S32_MAX		INT32_MAX
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define likely(x)	__builtin_expect(!!(x), 1)

/* glibc defines the first of these, musl neither. */
#ifndef __always_inline
#define __always_inline	inline __attribute__((always_inline))
#endif
#if __has_attribute(nonstring)	/* clang before 21 does not have it */
#define __nonstring	__attribute__((nonstring))
#else
#define __nonstring
#endif
#endif

#endif /* PORTSOCK_FORMAT_BASE_H */
