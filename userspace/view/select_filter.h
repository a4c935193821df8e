/* SPDX-License-Identifier: GPL-2.0 */
/* Asking the kernel for no more than what is going to be shown. */
#ifndef PORTSOCK_ASK_H
#define PORTSOCK_ASK_H

#include "selection.h"
#include "view.h"
#include "../util/buf.h"

void selection_put_filter(struct buf *t, const struct selection *sel, bool owners);
int view_select(struct view *s, const struct selection *sel, bool owners);

#endif /* PORTSOCK_ASK_H */
