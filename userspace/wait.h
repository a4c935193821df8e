/* SPDX-License-Identifier: GPL-2.0 */
/* portsock wait: until a port has a listener, or is free. */
#ifndef PORTSOCK_WAIT_H
#define PORTSOCK_WAIT_H

int wait_main(int argc, char **argv);

#endif /* PORTSOCK_WAIT_H */
