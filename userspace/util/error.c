// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "../../module/format/format.h"

#define MESSAGE_MAX	1024

/* A name that was typed or read is shown, but never sent to a terminal raw. */
static size_t make_safe(char *safe, const char *message)
{
	char *p = safe;

	for (; *message; message++) {
		if (*message == ' ' || *message == '\\')
			*p++ = *message;
		else
			p = ps_put_escaped(p, message, 1, PS_ESCAPE_PATH);
	}
	*p++ = '\n';
	return p - safe;
}

void (*error_before)(void);

/**
 * error_print() - say in one line on stderr what is wrong and what to do next
 * @format: as of printf(), without a newline
 *
 * Return: -1, so that a caller can return it.
 */
int error_print(const char *format, ...)
{
	char message[MESSAGE_MAX] = "portsock: ", safe[4 * MESSAGE_MAX + 1];
	size_t prefix = strlen(message);
	ssize_t written;
	va_list args;

	if (error_before)
		error_before();
	va_start(args, format);
	vsnprintf(message + prefix, sizeof(message) - prefix, format, args);
	va_end(args);
	written = write(STDERR_FILENO, safe, make_safe(safe, message));
	(void)written;	/* there is nobody left to tell */
	return -1;
}

/**
 * out_of_memory() - end with STATUS_ERROR, for there is no memory left
 */
void out_of_memory(void)
{
	error_print("out of memory: ask for less, or use --raw or --jsonl");
	exit(STATUS_ERROR);
}

/**
 * xrealloc() - realloc() that does not fail
 * @old: as of realloc()
 * @size: as of realloc()
 *
 * Return: the memory.  Without any left the program ends with STATUS_ERROR.
 */
void *xrealloc(void *old, size_t size)
{
	void *memory = realloc(old, size);

	if (!memory)
		out_of_memory();
	return memory;
}
