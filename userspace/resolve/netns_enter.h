/* SPDX-License-Identifier: GPL-2.0 */
/* Going into a network namespace. */
#ifndef PORTSOCK_ENTER_H
#define PORTSOCK_ENTER_H

int netns_enter(const char *word);

#endif /* PORTSOCK_ENTER_H */
