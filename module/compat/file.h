/* SPDX-License-Identifier: GPL-2.0 */
/* linux/fs.h, linux/fdtable.h */
#ifndef PORTSOCK_COMPAT_FILE_H
#define PORTSOCK_COMPAT_FILE_H

#include <linux/fs.h>

/**
 * ps_file_is_open() - whether anything refers to a file still
 * @file: a file whose memory cannot go away meanwhile
 *
 * Context: any.
 * Return: false once the last reference is gone and release is under way.
 */
static inline bool ps_file_is_open(struct file *file)
{
	return file_count(file) > 0;
}

#endif /* PORTSOCK_COMPAT_FILE_H */
