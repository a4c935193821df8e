/* SPDX-License-Identifier: GPL-2.0 */
/* portsock metrics: the sockets counted, for monitoring. */
#ifndef PORTSOCK_METRICS_METRICS_H
#define PORTSOCK_METRICS_METRICS_H

int metrics_main(int argc, char **argv);

#endif /* PORTSOCK_METRICS_METRICS_H */
