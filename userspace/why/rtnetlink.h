/* SPDX-License-Identifier: GPL-2.0 */
/* Requests and attributes of rtnetlink: interfaces, addresses and routes. */
#ifndef PORTSOCK_WHY_RTNETLINK_H
#define PORTSOCK_WHY_RTNETLINK_H

#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>

#include "../../module/format/base.h"

/**
 * struct rtnetlink_request - A request for a dump
 * @head: type and length; netlink_dump() sets the flags
 * @route: of RTM_GETROUTE
 * @link: of RTM_GETLINK
 * @addr: of RTM_GETADDR
 * @attr: header of an attribute
 * @value: its value
 */
struct rtnetlink_request {
	struct nlmsghdr head;
	union {
		struct rtmsg route;
		struct ifinfomsg link;
		struct ifaddrmsg addr;
	};
	struct rtattr attr;
	u32 value;
};

void rtnetlink_set_attr(struct rtnetlink_request *q, u16 type, u32 value);
const struct rtattr *rtnetlink_attr(const struct rtattr *first, size_t len,
				    u16 type, size_t size);
u32 rtnetlink_u32(const struct rtattr *attr);

#endif /* PORTSOCK_WHY_RTNETLINK_H */
