/* SPDX-License-Identifier: GPL-2.0 */
/* A text as a file: the whole of it, or nothing. */
#ifndef PORTSOCK_UTIL_SAVE_FILE_H
#define PORTSOCK_UTIL_SAVE_FILE_H

#include "buf.h"

int save_file(const char *path, struct buf *t);

#endif /* PORTSOCK_UTIL_SAVE_FILE_H */
