/* SPDX-License-Identifier: GPL-2.0 */
/* portsock without a command word: show. */
#ifndef PORTSOCK_SHOW_H
#define PORTSOCK_SHOW_H

#include "options.h"

int ps_show(const struct ps_options *o);

#endif /* PORTSOCK_SHOW_H */
