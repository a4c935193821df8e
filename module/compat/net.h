/* SPDX-License-Identifier: GPL-2.0 */
/* linux/net.h */
#ifndef PORTSOCK_COMPAT_NET_H
#define PORTSOCK_COMPAT_NET_H

#include <linux/net.h>

/*
 * Return the struct socket of a file, or NULL.  The caller keeps the file;
 * locks may be held.
 */
static inline struct socket *ps_sock_from_file(struct file *file)
{
#ifdef PS_HAVE_SOCK_FROM_FILE_ERROR
	int err;

	return sock_from_file(file, &err);
#else
	return sock_from_file(file);
#endif
}

#endif /* PORTSOCK_COMPAT_NET_H */
