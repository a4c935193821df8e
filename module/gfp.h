/* SPDX-License-Identifier: GPL-2.0 */
/* How memory is asked for. */
#ifndef PORTSOCK_GFP_H
#define PORTSOCK_GFP_H

#include <linux/gfp.h>

/*
 * Charged to the reader's cgroup.  Where there is none left the reader gets
 * ENOMEM: nobody is killed for a view (which is what GFP_KERNEL would do), and
 * the kernel's log need not hear of it.
 */
#define PS_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

#endif /* PORTSOCK_GFP_H */
