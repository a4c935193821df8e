/* SPDX-License-Identifier: GPL-2.0 */
/* linux/namei.h */
#ifndef PORTSOCK_COMPAT_NAMEI_H
#define PORTSOCK_COMPAT_NAMEI_H

#include <linux/namei.h>

/* Exported everywhere, declared outside of fs/ from 6.12 on. */
int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt,
		    const char *name, unsigned int flags, struct path *path);

/* Whether there is a /proc/TID/ns/uts. */
#define ps_namespaces_are_linked	IS_ENABLED(CONFIG_UTS_NS)

/* Whether only some may follow the links of /proc/TID/ns, as it should be. */
#ifdef PS_HAVE_GUARDED_NAMESPACES
#define ps_namespaces_are_guarded	true
#else
#define ps_namespaces_are_guarded	false
#endif

#endif /* PORTSOCK_COMPAT_NAMEI_H */
