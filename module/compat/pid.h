/* SPDX-License-Identifier: GPL-2.0 */
/* linux/pid.h */
#ifndef PORTSOCK_COMPAT_PID_H
#define PORTSOCK_COMPAT_PID_H

#include <linux/pid.h>
#include <linux/pid_namespace.h>

/*
 * find_ge_pid() (kernel/pid.c), which is not exported before 6.1: return the
 * pid with the lowest number from @nr on, or NULL.  Called under RCU, which
 * keeps the result.
 */
static inline struct pid *ps_find_ge_pid(int nr, struct pid_namespace *ns)
{
	return idr_get_next(&ns->idr, &nr);
}

#endif /* PORTSOCK_COMPAT_PID_H */
