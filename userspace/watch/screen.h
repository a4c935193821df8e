/* SPDX-License-Identifier: GPL-2.0 */
/* The whole screen of a terminal, given back in any case. */
#ifndef PORTSOCK_WATCH_SCREEN_H
#define PORTSOCK_WATCH_SCREEN_H

#include "../util/buf.h"

void screen_open(void);
void screen_draw(const char *head, const char *right, const struct buf *body);
void screen_close(void);

#endif /* PORTSOCK_WATCH_SCREEN_H */
