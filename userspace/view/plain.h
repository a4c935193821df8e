/* SPDX-License-Identifier: GPL-2.0 */
/* Lines that come from anywhere, and go to a terminal. */
#ifndef PORTSOCK_PLAIN_H
#define PORTSOCK_PLAIN_H

#include "../../module/format/base.h"

char *plain_line(char *p, const char *line, size_t len);

#endif /* PORTSOCK_PLAIN_H */
