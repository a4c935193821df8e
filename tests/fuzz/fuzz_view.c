// SPDX-License-Identifier: GPL-2.0
/*
 * A view: any bytes, read by the parser of the reader.  Each valid row is
 * formatted into a buffer of exactly the documented size.
 */
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "../../module/format/format.h"
#include "../../userspace/util/error.h"
#include "../../userspace/view/view.h"

/* Replaces the function of the reader: format the message, print nothing. */
int error_print(const char *format, ...)
{
	char message[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return -1;
}

void *xrealloc(void *old, size_t size)
{
	void *memory = realloc(old, size);

	REQUIRE(memory);
	return memory;
}

static void reformat_row(const struct row *row)
{
	char *text = malloc(PS_RECORD_MAX), *owner = malloc(PS_OWNER_MAX);
	size_t i;

	REQUIRE(ps_format_record(text, &row->record) <= text + PS_RECORD_MAX);
	for (i = 0; i < row->count; i++)
		REQUIRE(ps_format_owner(owner, &row->owners[i]) <=
			owner + PS_OWNER_MAX);
	free(owner);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("view", MFD_CLOEXEC), got;
	struct view s;
	char path[40];

	REQUIRE(write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	got = view_open(&s, path);
	s.keep_line = true;	/* as --raw does */
	if (!got && !view_begin(&s)) {
		while ((got = view_next(&s)) > 0)
			reformat_row(&s.row);
		REQUIRE(got || s.rows == s.header.sockets);
	}
	view_close(&s);
	close(fd);
	return 0;
}
