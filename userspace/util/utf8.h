/* SPDX-License-Identifier: GPL-2.0 */
/* UTF-8: names are bytes to the kernel. */
#ifndef PORTSOCK_UTIL_UTF8_H
#define PORTSOCK_UTIL_UTF8_H

#include <stddef.h>
#include <stdint.h>

unsigned int utf8_decode(const char *bytes, size_t len, uint32_t *c);
char *utf8_escape(char *p, const char *bytes, size_t len);

#endif /* PORTSOCK_UTIL_UTF8_H */
