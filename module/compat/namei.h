/* SPDX-License-Identifier: GPL-2.0 */
/* linux/namei.h */
#ifndef PORTSOCK_COMPAT_NAMEI_H
#define PORTSOCK_COMPAT_NAMEI_H

#include <linux/namei.h>
#include <linux/version.h>

/* Exported everywhere, declared outside of fs/ from 6.12 on. */
int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt,
		    const char *name, unsigned int flags, struct path *path);

/* Debian's 5.10 lets anybody follow the links of /proc/TID/ns. */
#define PS_NAMESPACES_ARE_GUARDED \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0))

#endif /* PORTSOCK_COMPAT_NAMEI_H */
