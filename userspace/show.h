/* SPDX-License-Identifier: GPL-2.0 */
/* portsock without a command word: show. */
#ifndef PORTSOCK_SHOW_H
#define PORTSOCK_SHOW_H

#include "options.h"
#include "source.h"

bool ps_show_wants(const struct ps_options *o, struct ps_names *names,
		   struct ps_row *row);
int ps_show_rows(struct ps_out *out, struct ps_source *s,
		 const struct ps_options *o);
int ps_show(const struct ps_options *o);

#endif /* PORTSOCK_SHOW_H */
