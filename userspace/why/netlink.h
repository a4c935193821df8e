/* SPDX-License-Identifier: GPL-2.0 */
/* Dumps by netlink. */
#ifndef PORTSOCK_WHY_NETLINK_H
#define PORTSOCK_WHY_NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>

/* Called for each message of a dump. */
typedef void netlink_each(const struct nlmsghdr *head, void *data);

bool netlink_dump(int protocol, struct nlmsghdr *request, netlink_each *each,
		  void *data);

#endif /* PORTSOCK_WHY_NETLINK_H */
