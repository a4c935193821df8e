/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORTSOCK_METRICS_PRIVILEGE_H
#define PORTSOCK_METRICS_PRIVILEGE_H

void privilege_drop(void);

#endif /* PORTSOCK_METRICS_PRIVILEGE_H */
