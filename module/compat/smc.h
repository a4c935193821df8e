/* SPDX-License-Identifier: GPL-2.0 */
/* net/smc.h */
#ifndef PORTSOCK_COMPAT_SMC_H
#define PORTSOCK_COMPAT_SMC_H

#include <linux/device.h>	/* for net/smc.h in 5.10 */
#include <net/smc.h>

/* After 6.12, smc_proto and with it the table are not exported. */
#ifdef PS_HAVE_SMC_PROTO
#define PS_SMC_MISSING	false
#else
#define PS_SMC_MISSING	IS_ENABLED(CONFIG_SMC)
#endif

#endif /* PORTSOCK_COMPAT_SMC_H */
