/* SPDX-License-Identifier: GPL-2.0 */
/* linux/namei.h, and inode_permission() of linux/fs.h */
#ifndef PORTSOCK_COMPAT_NAMEI_H
#define PORTSOCK_COMPAT_NAMEI_H

#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/string.h>

/* proc has no ID-mapped mounts: its inodes have the identity mapping. */
#if defined(PS_HAVE_INODE_PERMISSION_PLAIN)
#define ps_inode_permission(inode, mask) \
	inode_permission(inode, mask)
#elif defined(PS_HAVE_INODE_PERMISSION_USER_NS)
#define ps_inode_permission(inode, mask) \
	inode_permission(&init_user_ns, inode, mask)
#else
#define ps_inode_permission(inode, mask) \
	inode_permission(&nop_mnt_idmap, inode, mask)
#endif

/**
 * ps_lookup_one() - Look up a name in a directory without crossing mounts
 * @dir: directory
 * @name: one component, not "." or ".."
 *
 * Context: process, may sleep; the lock of @dir is not held.
 * Return: a positive dentry with a reference; ERR_PTR(), also if the current
 * credentials have no search permission for @dir.
 */
static inline struct dentry *ps_lookup_one(struct dentry *dir, const char *name)
{
#ifdef PS_HAVE_LOOKUP_POSITIVE_UNLOCKED
	return lookup_positive_unlocked(name, dir, strlen(name));
#else
	return lookup_one_positive_unlocked(&nop_mnt_idmap, &QSTR(name), dir);
#endif
}

#endif /* PORTSOCK_COMPAT_NAMEI_H */
