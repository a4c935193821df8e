/* SPDX-License-Identifier: GPL-2.0 */
/* A selection as a filter of /proc/portsock. */
#ifndef PORTSOCK_VIEW_SELECT_FILTER_H
#define PORTSOCK_VIEW_SELECT_FILTER_H

#include "selection.h"
#include "view.h"
#include "../util/buf.h"

void selection_put_filter(struct buf *t, const struct selection *sel,
			  bool owners);
int view_select(struct view *s, const struct selection *sel, bool owners);

#endif /* PORTSOCK_VIEW_SELECT_FILTER_H */
