/* SPDX-License-Identifier: GPL-2.0 */
/* linux/namei.h */
#ifndef PORTSOCK_COMPAT_NAMEI_H
#define PORTSOCK_COMPAT_NAMEI_H

#include <linux/namei.h>
#include <linux/version.h>

/* Exported everywhere, declared outside of fs/ from 6.12 on. */
int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt,
		    const char *name, unsigned int flags, struct path *path);

/*
 * Links of /proc/TID that are guarded as those in its fd are.  To follow one to a
 * namespace asks no server, as a root directory's may; Debian's 5.10 lets anybody.
 */
#if IS_ENABLED(CONFIG_UTS_NS) && LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
#define PS_LINK_TO_FOLLOW	"ns/uts"
#else
#define PS_LINK_TO_FOLLOW	"root"
#endif
#define PS_LINK_TO_READ		"root"

#endif /* PORTSOCK_COMPAT_NAMEI_H */
