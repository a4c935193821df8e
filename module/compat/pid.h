/* SPDX-License-Identifier: GPL-2.0 */
/* linux/pid.h */
#ifndef PORTSOCK_COMPAT_PID_H
#define PORTSOCK_COMPAT_PID_H

#include <linux/pid.h>
#include <linux/pid_namespace.h>

/**
 * ps_find_ge_pid() - the next number that is taken
 * @nr: number
 * @ns: PID namespace
 *
 * What find_ge_pid() does, which modules do not see before 6.1.
 *
 * Context: RCU, which keeps what is returned.
 * Return: the first with a number of @nr or above, NULL if there is none.
 */
static inline struct pid *ps_find_ge_pid(int nr, struct pid_namespace *ns)
{
	return idr_get_next(&ns->idr, &nr);
}

#endif /* PORTSOCK_COMPAT_PID_H */
