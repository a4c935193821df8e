/* SPDX-License-Identifier: GPL-2.0 */
/* Parse numbers. */
#ifndef PORTSOCK_FORMAT_NUMBER_H
#define PORTSOCK_FORMAT_NUMBER_H

#include "base.h"

int ps_parse_u64(const char *text, size_t len, unsigned int base, u64 max,
		 u64 *value);

#endif /* PORTSOCK_FORMAT_NUMBER_H */
