// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../module/format/put.h"
#include "error.h"

#define MESSAGE_MAX	1024

void (*error_before)(void);

/**
 * error_print() - Print an error message, one line, to standard error
 * @format: as of printf(), without a newline
 *
 * Names in the message may come from others: bytes that a terminal obeys are
 * escaped.
 *
 * Return: -1, for the caller to return.
 */
int error_print(const char *format, ...)
{
	char message[MESSAGE_MAX] = "portsock: ", line[4 * MESSAGE_MAX + 1];
	size_t prefix = strlen(message);
	char *p = line, *in;
	ssize_t written;
	va_list args;

	if (error_before)
		error_before();
	va_start(args, format);
	vsnprintf(message + prefix, sizeof(message) - prefix, format, args);
	va_end(args);
	for (in = message; *in; in++) {
		if (*in == ' ' || *in == '\\')
			*p++ = *in;
		else
			p = ps_put_escaped(p, in, 1, PS_ESCAPE_PATH);
	}
	*p++ = '\n';
	written = write(STDERR_FILENO, line, p - line);
	(void)written;	/* an error of an error has no reader */
	return -1;
}

/* Exit after an error message. */
void out_of_memory(void)
{
	error_print("out of memory (select fewer sockets, or use --raw or "
		    "--jsonl)");
	exit(STATUS_ERROR);
}

/* realloc() that returns memory, or exits. */
void *xrealloc(void *old, size_t size)
{
	void *memory = realloc(old, size);

	if (!memory && size)
		out_of_memory();
	return memory;
}
