/* SPDX-License-Identifier: GPL-2.0 */
/* Error messages, exit status, and memory that is never missing. */
#ifndef PORTSOCK_UTIL_ERROR_H
#define PORTSOCK_UTIL_ERROR_H

#include <stddef.h>

/* As those of grep. */
enum exit_status {
	STATUS_MATCH	= 0,
	STATUS_NOTHING	= 1,
	STATUS_ERROR	= 2,
};

/* Called before a message: gives a screen back that was taken. */
extern void (*error_before)(void);

int error_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void out_of_memory(void) __attribute__((noreturn));
void *xrealloc(void *old, size_t size);

#endif /* PORTSOCK_UTIL_ERROR_H */
