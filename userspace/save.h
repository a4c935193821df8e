/* SPDX-License-Identifier: GPL-2.0 */
/* A text as a file: the whole of it, or nothing. */
#ifndef PORTSOCK_SAVE_H
#define PORTSOCK_SAVE_H

#include "text.h"

int ps_save(const char *path, struct ps_text *t);

#endif /* PORTSOCK_SAVE_H */
