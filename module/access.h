/* SPDX-License-Identifier: GPL-2.0 */
/* Access control: whether the opener may see the sockets of a process. */
#ifndef PORTSOCK_ACCESS_H
#define PORTSOCK_ACCESS_H

struct file;
struct task_struct;

int ps_access_check(struct file *view, struct task_struct *task);

#endif /* PORTSOCK_ACCESS_H */
