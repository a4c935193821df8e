/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/portsock. */
#ifndef PORTSOCK_PROC_H
#define PORTSOCK_PROC_H

int ps_proc_create(void);
void ps_proc_remove(void);

#endif /* PORTSOCK_PROC_H */
