// SPDX-License-Identifier: GPL-2.0
/*
 * A view: any bytes, read by the parser of the reader.  Each valid row is
 * formatted into a buffer of exactly the documented size.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "quiet.h"
#include "../../module/format/format.h"
#include "../../userspace/view/view.h"

static void reformat_row(const struct row *row)
{
	char *text = malloc(PS_RECORD_MAX), *owner = malloc(PS_OWNER_MAX);
	char *back = malloc(PS_BACK_MAX);
	size_t i;

	REQUIRE(ps_format_record(text, &row->record) <= text + PS_RECORD_MAX);
	for (i = 0; i < row->count; i++)
		REQUIRE(ps_format_owner(owner, &row->owners[i]) <=
			owner + PS_OWNER_MAX);
	REQUIRE(ps_format_back(back, &row->record) <= back + PS_BACK_MAX);
	free(back);
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
