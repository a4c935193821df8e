/* SPDX-License-Identifier: GPL-2.0 */
/* portsock --watch: again and again. */
#ifndef PORTSOCK_WATCH_H
#define PORTSOCK_WATCH_H

#include "../options.h"
#include "../view/view.h"

int watch_run(struct output *out, struct view *s,
	     const struct options *o);

#endif /* PORTSOCK_WATCH_H */
