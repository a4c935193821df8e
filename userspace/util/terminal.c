// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../../module/format/number.h"
#include "terminal.h"

#define SIZE_MAX_ENV	10000

static unsigned int size_from_env(const char *name, unsigned int without)
{
	const char *text = getenv(name);
	u64 size;

	if (!text || ps_parse_u64(text, strlen(text), 10, SIZE_MAX_ENV, &size))
		return without;
	return size ? size : without;
}

/**
 * screen_size() - Get the size of a terminal
 * @fd: file descriptor, which need not be a terminal
 * @rows: result
 * @columns: result
 *
 * A serial console has the size 0 by 0, which means unknown.  Then LINES and
 * COLUMNS of the environment count, if they are numbers from 1 to 10000, and
 * without them 24 by 80.
 */
void screen_size(int fd, unsigned int *rows, unsigned int *columns)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size))
		size = (struct winsize){};
	*rows = size.ws_row ? size.ws_row : size_from_env("LINES", 24);
	*columns = size.ws_col ? size.ws_col : size_from_env("COLUMNS", 80);
}
