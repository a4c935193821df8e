// SPDX-License-Identifier: GPL-2.0
/*
 * A view: any bytes, read by the reader's own source.  Each row that is taken
 * is written again, into memory of just the size that the core promises.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "../../module/core/format.h"
#include "../../userspace/source.h"

/* What is wrong with it is said, but not here. */
static void be_quiet(void)
{
	static int done;
	int nowhere;

	if (done++)
		return;
	nowhere = open("/dev/null", O_WRONLY);
	dup2(nowhere, STDERR_FILENO);
	close(nowhere);
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

	be_quiet();
	PROMISE(write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!ps_source_open(&s, path) && !ps_source_begin(&s)) {
		while ((got = ps_source_next(&s)) > 0)
			write_again(&s.row);
		PROMISE(got || s.rows == s.header.sockets);
	}
	ps_source_close(&s);
	close(fd);
	return 0;
}
