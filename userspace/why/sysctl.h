/* SPDX-License-Identifier: GPL-2.0 */
/* Small files of /proc and /sys. */
#ifndef PORTSOCK_WHY_SYSCTL_H
#define PORTSOCK_WHY_SYSCTL_H

#include <stddef.h>

#include "../../module/format/base.h"

#define SYSCTL_NET	"/proc/sys/net/"

size_t sysctl_read(const char *path, char *text, size_t size);
u32 sysctl_number(const char *path, u32 otherwise);
char *sysctl_reserved_ports(void);
bool sysctl_next_range(char **ranges, u32 *first, u32 *last);

#endif /* PORTSOCK_WHY_SYSCTL_H */
