/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Replaces error.c of the reader, for one source file of a target: messages are
 * formatted and not printed, and missing memory is a finding.
 */
#ifndef PORTSOCK_FUZZ_QUIET_H
#define PORTSOCK_FUZZ_QUIET_H

#include <stdarg.h>
#include <stdio.h>

#include "fuzz.h"
#include "../../userspace/util/error.h"

void (*error_before)(void);

int error_print(const char *format, ...)
{
	char message[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return -1;
}

void out_of_memory(void)
{
	abort();
}

void *xrealloc(void *old, size_t size)
{
	void *memory = realloc(old, size);

	REQUIRE(memory || !size);
	return memory;
}

#endif /* PORTSOCK_FUZZ_QUIET_H */
