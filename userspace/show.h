/* SPDX-License-Identifier: GPL-2.0 */
/* portsock without a command: show rows. */
#ifndef PORTSOCK_SHOW_H
#define PORTSOCK_SHOW_H

#include "options.h"
#include "view/view.h"

bool show_wants(const struct options *o, struct names *names, struct row *row);
int show_rows(struct output *out, struct view *v, const struct options *o);
int show(const struct options *o,
	 int (*run)(struct output *out, struct view *v,
		    const struct options *o));

#endif /* PORTSOCK_SHOW_H */
