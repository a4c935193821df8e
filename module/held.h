/* SPDX-License-Identifier: GPL-2.0 */
/* The classification: why a socket exists. */
#ifndef PORTSOCK_HELD_H
#define PORTSOCK_HELD_H

#include "format/record.h"

enum portsock_held ps_classify(const struct ps_record *r);
bool ps_needs_recheck(const struct ps_record *r);

#endif /* PORTSOCK_HELD_H */
