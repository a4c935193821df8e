/* SPDX-License-Identifier: GPL-2.0 */
/* Asking the kernel for no more than what is going to be shown. */
#ifndef PORTSOCK_ASK_H
#define PORTSOCK_ASK_H

#include "select.h"
#include "source.h"
#include "text.h"

void ps_ask_line(struct ps_text *t, const struct ps_select *sel, bool owners);
int ps_ask(struct ps_source *s, const struct ps_select *sel, bool owners);

#endif /* PORTSOCK_ASK_H */
