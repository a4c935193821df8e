/* SPDX-License-Identifier: GPL-2.0 */
/* portsock --watch: again and again. */
#ifndef PORTSOCK_WATCH_H
#define PORTSOCK_WATCH_H

#include "options.h"
#include "source.h"

int ps_watch(struct ps_out *out, struct ps_source *s,
	     const struct ps_options *o);

#endif /* PORTSOCK_WATCH_H */
