// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "../util/clock.h"
#include "../util/error.h"
#include "netlink.h"

#define REPLY_SIZE	65536
#define MESSAGES_MAX	(1 << 20)	/* of one dump */
#define DEADLINE	5000		/* milliseconds for one dump */

#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK	12	/* Linux 4.20 */
#endif
#ifndef SOL_NETLINK
#define SOL_NETLINK	270
#endif

/*
 * Receive the messages of a dump.  Users decide how many interfaces, rules and
 * sockets a network namespace has, so their number and the time are bounded.
 * Return true after the end of the dump.
 */
static bool receive_dump(int fd, void *reply, netlink_each *each, void *data)
{
	int64_t end = clock_ms() + DEADLINE;
	unsigned int messages = 0;
	int err;

	for (;;) {
		ssize_t got = recv(fd, reply, REPLY_SIZE, 0);
		const struct nlmsghdr *head = reply;

		errno = 0;
		if (got <= 0 || clock_ms() >= end)
			return false;
		for (; NLMSG_OK(head, got); head = NLMSG_NEXT(head, got)) {
			if (head->nlmsg_type == NLMSG_DONE ||
			    head->nlmsg_type == NLMSG_ERROR) {
				err = head->nlmsg_len < NLMSG_LENGTH(sizeof(err)) ?
					0 : *(const int *)NLMSG_DATA(head);
				errno = -err;
				return !err;
			}
			if (++messages > MESSAGES_MAX)
				return false;
			each(head, data);
		}
	}
}

/**
 * netlink_dump() - Request a dump, and call a function for each message
 * @protocol: NETLINK_ROUTE ...
 * @request: request with its length and type; the flags are set here
 * @each: function, which checks type and length of the message
 * @data: of @each
 *
 * With strict checks rtnetlink selects routes by table and type, so a large
 * routing table costs a walk and no messages.
 *
 * Return: true if the dump is complete; if not, errno is that of the kernel's
 * answer, or 0 if it was too long or too late.
 */
bool netlink_dump(int protocol, struct nlmsghdr *request, netlink_each *each,
		  void *data)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	const struct timeval patience = { .tv_sec = DEADLINE / 1000 };
	bool complete = false;
	int on = 1, err;
	void *reply;

	if (fd < 0)	/* such as EPROTONOSUPPORT */
		return false;
	errno = 0;
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	reply = xrealloc(NULL, REPLY_SIZE);
	if (send(fd, request, request->nlmsg_len, 0) ==
	    (ssize_t)request->nlmsg_len)
		complete = receive_dump(fd, reply, each, data);
	err = errno;
	free(reply);
	close(fd);
	errno = err;
	return complete;
}
