/* SPDX-License-Identifier: GPL-2.0 */
/* The file /proc/portsock: open, read, write, poll. */
#ifndef PORTSOCK_PROC_H
#define PORTSOCK_PROC_H

int ps_proc_create(void);
void ps_proc_remove(void);

#endif /* PORTSOCK_PROC_H */
