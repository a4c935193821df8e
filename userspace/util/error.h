/* SPDX-License-Identifier: GPL-2.0 */
/* What is said when something is wrong, and the exit status that goes with it. */
#ifndef PORTSOCK_ERROR_H
#define PORTSOCK_ERROR_H

#include <stddef.h>

/* As grep has it. */
enum exit_status {
	STATUS_MATCH	= 0,
	STATUS_NOTHING	= 1,
	STATUS_ERROR	= 2,
};

/* Called before something is said: who has taken the screen gives it back. */
extern void (*error_before)(void);

int error_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void out_of_memory(void) __attribute__((noreturn));
void *xrealloc(void *old, size_t size);

#endif /* PORTSOCK_ERROR_H */
