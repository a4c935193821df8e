/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORTSOCK_UTIL_CLOCK_H
#define PORTSOCK_UTIL_CLOCK_H

#include <stdint.h>
#include <time.h>

/**
 * clock_ms() - Read CLOCK_MONOTONIC
 *
 * Return: milliseconds.
 */
static inline int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif /* PORTSOCK_UTIL_CLOCK_H */
