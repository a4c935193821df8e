/* SPDX-License-Identifier: GPL-2.0 */
/* Names are bytes to the kernel; JSON is UTF-8. */
#ifndef PORTSOCK_UTF8_H
#define PORTSOCK_UTF8_H

#include <stddef.h>

#define PS_UTF8_MOST	3	/* bytes for one byte */

char *ps_utf8_put(char *p, const char *bytes, size_t len);

#endif /* PORTSOCK_UTF8_H */
