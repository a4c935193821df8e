/* SPDX-License-Identifier: GPL-2.0 */
/* What every target begins with. */
#ifndef PORTSOCK_FUZZ_H
#define PORTSOCK_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The second line of a view: its rows are as those of format 1. */
#define LAYOUT	"# PROTO PORT STATE LOCAL REMOTE DEV RXQ TXQ UID INODE COOKIE " \
		"NETNS CGROUP FLAGS HELD PARENT EXPIRES OWNERS"

/* A promise that is not kept ends the run, as a finding of a sanitizer does. */
#define PROMISE(truth) ((truth) ? (void)0 : abort())

/* A line as the core takes it, in memory of just its size. */
static inline char *fuzz_line(const void *data, size_t size)
{
	char *line = malloc(size + 1);

	if (size)
		memcpy(line, data, size);
	line[size] = '\0';
	return line;
}

#endif /* PORTSOCK_FUZZ_H */
