/* SPDX-License-Identifier: GPL-2.0 */
/* linux/net.h */
#ifndef PORTSOCK_COMPAT_NET_H
#define PORTSOCK_COMPAT_NET_H

#include <linux/net.h>

/**
 * ps_sock_from_file() - the socket that an open file is
 * @file: a file that cannot be released meanwhile
 *
 * Context: any, locks may be held.
 * Return: its struct socket, NULL if it is no socket.
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
