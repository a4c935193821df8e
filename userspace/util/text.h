/* SPDX-License-Identifier: GPL-2.0 */
/* Text that people read on a terminal. */
#ifndef PORTSOCK_UTIL_TEXT_H
#define PORTSOCK_UTIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Set by text_put() if it wrote a character of several bytes. */
extern bool text_multibyte;

#define TEXT_ROOM	4	/* bytes for each byte: "\033" */

bool text_is_utf8(void);
char *text_put(char *p, const char *bytes, size_t len);
size_t text_width(const char *text, size_t len);
size_t text_fit(const char *text, size_t len, size_t width);

#endif /* PORTSOCK_UTIL_TEXT_H */
