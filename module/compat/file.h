/* SPDX-License-Identifier: GPL-2.0 */
/* linux/fs.h */
#ifndef PORTSOCK_COMPAT_FILE_H
#define PORTSOCK_COMPAT_FILE_H

#include <linux/fs.h>

/*
 * Return false if the last reference on a file has been dropped and its release
 * is in progress.  The caller keeps the memory of the file.
 */
static inline bool ps_file_is_open(struct file *file)
{
	return file_count(file) > 0;
}

#endif /* PORTSOCK_COMPAT_FILE_H */
