/* SPDX-License-Identifier: GPL-2.0 */
/* A row of a view, as the reader has it. */
#ifndef PORTSOCK_ROW_H
#define PORTSOCK_ROW_H

#include "../module/core/record.h"

/**
 * struct ps_row - a socket and its owners
 * @record: the socket; its texts are valid until the next row is read
 * @owners: who holds it
 * @count: how many of them
 * @holder: the kernel's module that holds it, not NUL-terminated, or NULL
 * @holder_len: bytes of @holder
 */
struct ps_row {
	struct ps_record record;
	struct ps_owner *owners;
	size_t count;
	const char *holder;
	size_t holder_len;
};

#endif /* PORTSOCK_ROW_H */
