/* SPDX-License-Identifier: GPL-2.0 */
/* Declarations for all targets. */
#ifndef PORTSOCK_FUZZ_H
#define PORTSOCK_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The second line of a view: the columns of format 1 in their order. */
#define LAYOUT	"# PROTO PORT STATE LOCAL REMOTE DEV RXQ TXQ UID INODE " \
		"COOKIE NETNS CGROUP FLAGS HELD PARENT EXPIRES OWNERS " \
		"TYPE PEER DROPS"

/* Abort if an invariant is violated; the fuzzer saves the input. */
#define REQUIRE(condition) ((condition) ? (void)0 : abort())

/* Allocate a NUL-terminated line of exact size, so that ASan sees overruns. */
static inline char *fuzz_line(const void *data, size_t size)
{
	char *line = malloc(size + 1);

	if (size)
		memcpy(line, data, size);
	line[size] = '\0';
	return line;
}

#endif /* PORTSOCK_FUZZ_H */
