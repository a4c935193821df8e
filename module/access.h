/* SPDX-License-Identifier: GPL-2.0 */
/* Whose descriptors may the opener of /proc/portsock know of? */
#ifndef PORTSOCK_ACCESS_H
#define PORTSOCK_ACCESS_H

#include <linux/types.h>

struct file;
struct path;
struct task_struct;

bool ps_access_allowed(struct file *view, struct task_struct *task,
		       struct path *kept);

#endif /* PORTSOCK_ACCESS_H */
