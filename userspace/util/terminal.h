/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORTSOCK_UTIL_TERMINAL_H
#define PORTSOCK_UTIL_TERMINAL_H

void screen_size(int fd, unsigned int *rows, unsigned int *columns);

#endif /* PORTSOCK_UTIL_TERMINAL_H */
