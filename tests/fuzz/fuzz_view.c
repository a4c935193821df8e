// SPDX-License-Identifier: GPL-2.0
/*
 * A view: any bytes, read by the reader's own source.  Each row that is taken
 * is written again, into memory of just the size that the core promises.
 */
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "../../module/format/format.h"
#include "../../userspace/error.h"
#include "../../userspace/source.h"

/* In place of the reader's: what is wrong is put into words, and not told. */
int ps_error(const char *format, ...)
{
	char message[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return -1;
}

void *ps_realloc(void *old, size_t size)
{
	void *memory = realloc(old, size);

	PROMISE(memory);
	return memory;
}

static void write_again(const struct ps_row *row)
{
	char *text = malloc(PS_RECORD_MAX), *owner = malloc(PS_OWNER_MAX);
	size_t i;

	PROMISE(ps_format_record(text, &row->record) <= text + PS_RECORD_MAX);
	for (i = 0; i < row->count; i++)
		PROMISE(ps_format_owner(owner, &row->owners[i]) <=
			owner + PS_OWNER_MAX);
	free(owner);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("view", MFD_CLOEXEC), got;
	struct ps_source s;
	char path[40];

	PROMISE(write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	got = ps_source_open(&s, path);
	s.keep_line = true;	/* as --raw asks for */
	if (!got && !ps_source_begin(&s)) {
		while ((got = ps_source_next(&s)) > 0)
			write_again(&s.row);
		PROMISE(got || s.rows == s.header.sockets);
	}
	ps_source_close(&s);
	close(fd);
	return 0;
}
