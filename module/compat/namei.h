/* SPDX-License-Identifier: GPL-2.0 */
/* linux/namei.h */
#ifndef PORTSOCK_COMPAT_NAMEI_H
#define PORTSOCK_COMPAT_NAMEI_H

#include <linux/namei.h>

/* Exported everywhere, declared outside of fs/ from 6.12 on. */
int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt,
		    const char *name, unsigned int flags, struct path *path);

#endif /* PORTSOCK_COMPAT_NAMEI_H */
