/* SPDX-License-Identifier: GPL-2.0 */
/* Which module is loaded, and whether it is the one that came with the reader. */
#ifndef PORTSOCK_READER_VERSION_H
#define PORTSOCK_READER_VERSION_H

#include <stdbool.h>

#define VERSION_MAX	64

bool version_of_module(char version[VERSION_MAX]);
void version_compare(void);

#endif /* PORTSOCK_READER_VERSION_H */
