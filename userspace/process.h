/* SPDX-License-Identifier: GPL-2.0 */
/* What /proc tells of a process. */
#ifndef PORTSOCK_PROCESS_H
#define PORTSOCK_PROCESS_H

#include <sys/types.h>

#include "../module/core/base.h"

ssize_t ps_process_read(u32 pid, const char *file, char *text, size_t size);
bool ps_process_text(u32 pid, const char *file, char *text, size_t size);

#endif /* PORTSOCK_PROCESS_H */
