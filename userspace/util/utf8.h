/* SPDX-License-Identifier: GPL-2.0 */
/* Names are bytes to the kernel; JSON output is ASCII. */
#ifndef PORTSOCK_UTF8_H
#define PORTSOCK_UTF8_H

#include <stddef.h>

#define UTF8_ESCAPE_MAX	6	/* bytes for one byte: "\ufffd" */

char *utf8_escape(char *p, const char *bytes, size_t len);

#endif /* PORTSOCK_UTF8_H */
