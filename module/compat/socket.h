/* SPDX-License-Identifier: GPL-2.0 */
/* linux/socket.h, linux/in.h */
#ifndef PORTSOCK_COMPAT_SOCKET_H
#define PORTSOCK_COMPAT_SOCKET_H

#include <linux/l2tp.h>	/* IPPROTO_L2TP before 5.16 */
#include <linux/socket.h>

#ifndef AF_MCTP	/* 5.15 */
#define AF_MCTP	45
#endif

#endif /* PORTSOCK_COMPAT_SOCKET_H */
