/* SPDX-License-Identifier: GPL-2.0 */
/* Text that people read on a terminal. */
#ifndef PORTSOCK_UTIL_TEXT_H
#define PORTSOCK_UTIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define TEXT_ROOM	4	/* bytes for each byte: "\033" */

bool text_is_utf8(void);
char *text_put(char *p, const char *bytes, size_t len);
bool text_is_ascii(const char *text, size_t len);
size_t text_width(const char *text, size_t len);
size_t text_fit(const char *text, size_t len, size_t width);

#endif /* PORTSOCK_UTIL_TEXT_H */
