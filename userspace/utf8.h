/* SPDX-License-Identifier: GPL-2.0 */
/* Names are bytes to the kernel; JSON is UTF-8. */
#ifndef PORTSOCK_UTF8_H
#define PORTSOCK_UTF8_H

#include "text.h"

void ps_utf8_put(struct ps_text *t, const char *bytes, size_t len);

#endif /* PORTSOCK_UTF8_H */
