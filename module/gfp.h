/* SPDX-License-Identifier: GPL-2.0 */
/* Flags of the module's allocations. */
#ifndef PORTSOCK_GFP_H
#define PORTSOCK_GFP_H

#include <linux/gfp.h>

/*
 * Memory is charged to the reader's cgroup.  If the limit is reached, the read
 * fails with ENOMEM.  GFP_KERNEL would invoke the OOM killer, and an
 * unprivileged reader could fill the kernel log with warnings.
 */
#define PS_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

#endif /* PORTSOCK_GFP_H */
