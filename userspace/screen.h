/* SPDX-License-Identifier: GPL-2.0 */
/* A terminal's whole screen, given back in any case. */
#ifndef PORTSOCK_SCREEN_H
#define PORTSOCK_SCREEN_H

#include "text.h"

void ps_screen_open(void);
void ps_screen_draw(const char *head, const char *right,
		    const struct ps_text *body);
void ps_screen_close(void);

#endif /* PORTSOCK_SCREEN_H */
