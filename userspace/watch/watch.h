/* SPDX-License-Identifier: GPL-2.0 */
/* portsock --watch: one snapshot after the other. */
#ifndef PORTSOCK_WATCH_WATCH_H
#define PORTSOCK_WATCH_WATCH_H

#include "../options.h"
#include "../view/view.h"

int watch_run(struct output *out, struct view *view, const struct options *o);

#endif /* PORTSOCK_WATCH_WATCH_H */
