/* SPDX-License-Identifier: GPL-2.0 */
/* What is said when something is wrong, and the exit status that goes with it. */
#ifndef PORTSOCK_ERROR_H
#define PORTSOCK_ERROR_H

#include <stddef.h>

/* As grep has it. */
enum ps_exit {
	PS_EXIT_MATCH	= 0,
	PS_EXIT_NOTHING	= 1,
	PS_EXIT_ERROR	= 2,
};

/* Called before something is said: who has taken the screen gives it back. */
extern void (*ps_error_before)(void);

int ps_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ps_no_memory(void) __attribute__((noreturn));
void *ps_realloc(void *old, size_t size);

#endif /* PORTSOCK_ERROR_H */
