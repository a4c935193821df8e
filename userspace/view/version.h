/* SPDX-License-Identifier: GPL-2.0 */
/* Compare the versions of the loaded module and the reader. */
#ifndef PORTSOCK_VIEW_VERSION_H
#define PORTSOCK_VIEW_VERSION_H

#include <stdbool.h>

#define VERSION_MAX	64

bool version_of_module(char version[VERSION_MAX]);
void version_compare(void);

#endif /* PORTSOCK_VIEW_VERSION_H */
