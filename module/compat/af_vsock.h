/* SPDX-License-Identifier: GPL-2.0 */
/* net/af_vsock.h, which does not include its dependencies in 5.10 */
#ifndef PORTSOCK_COMPAT_AF_VSOCK_H
#define PORTSOCK_COMPAT_AF_VSOCK_H

#include <linux/vm_sockets.h>
#include <net/sock.h>
#include <net/af_vsock.h>

#endif /* PORTSOCK_COMPAT_AF_VSOCK_H */
