/* SPDX-License-Identifier: GPL-2.0 */
/* Lines of a view that go to a terminal or a program unchanged. */
#ifndef PORTSOCK_VIEW_PLAIN_H
#define PORTSOCK_VIEW_PLAIN_H

#include "../../module/format/base.h"

bool line_is_plain(const char *line, size_t len);
char *plain_line(char *p, const char *line, size_t len);

#endif /* PORTSOCK_VIEW_PLAIN_H */
