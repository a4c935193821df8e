// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "../util/error.h"
#include "rtnetlink.h"

#define REPLY_SIZE	65536
#define MESSAGES_MAX	(1 << 20)	/* of one dump */

#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK	12	/* Linux 4.20 */
#endif
#ifndef SOL_NETLINK
#define SOL_NETLINK	270
#endif

/**
 * rtnetlink_set_attr() - Append an attribute to a request, which has no other
 * @q: request with its length
 * @type: type of the attribute
 * @value: its value
 */
void rtnetlink_set_attr(struct rtnetlink_request *q, u16 type, u32 value)
{
	struct rtattr *attr = (void *)((char *)q +
				       NLMSG_ALIGN(q->head.nlmsg_len));

	attr->rta_type = type;
	attr->rta_len = RTA_LENGTH(sizeof(value));
	memcpy(RTA_DATA(attr), &value, sizeof(value));
	q->head.nlmsg_len = NLMSG_ALIGN(q->head.nlmsg_len) + attr->rta_len;
}

/* Receive the messages of a dump.  Return true after its end. */
static bool receive_dump(int fd, void *reply, rtnetlink_each *each, void *data)
{
	unsigned int messages = 0;
	int err;

	for (;;) {
		ssize_t got = recv(fd, reply, REPLY_SIZE, 0);
		const struct nlmsghdr *head = reply;

		if (got <= 0)
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
 * rtnetlink_dump() - Request a dump, and call a function for each message
 * @q: type, length and contents of the request
 * @each: function
 * @data: of @each
 *
 * With strict checks the kernel selects routes by table and type, so a large
 * routing table costs a walk and no messages.
 *
 * Return: true if the dump is complete; if not, errno may be that of the kernel.
 */
bool rtnetlink_dump(struct rtnetlink_request *q, rtnetlink_each *each,
		    void *data)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	const struct timeval patience = { .tv_sec = 5 };
	bool complete = false;
	int on = 1, err;
	void *reply;

	errno = 0;
	if (fd < 0)
		return false;
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	q->head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	reply = xrealloc(NULL, REPLY_SIZE);
	if (send(fd, q, q->head.nlmsg_len, 0) == (ssize_t)q->head.nlmsg_len)
		complete = receive_dump(fd, reply, each, data);
	err = errno;
	free(reply);
	close(fd);
	errno = err;
	return complete;
}

/**
 * rtnetlink_attr() - Find an attribute
 * @first: first attribute
 * @len: bytes of all attributes
 * @type: type
 * @size: bytes that its value has at least
 *
 * Return: the attribute, or NULL.
 */
const struct rtattr *rtnetlink_attr(const struct rtattr *first, size_t len,
				    u16 type, size_t size)
{
	const struct rtattr *a = first;
	int left = len;

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if ((a->rta_type & ~NLA_F_NESTED) == type &&
		    RTA_PAYLOAD(a) >= size)
			return a;
	return NULL;
}

/* Return the number in an attribute, 0 for NULL. */
u32 rtnetlink_u32(const struct rtattr *attr)
{
	u32 value = 0;

	if (attr)
		memcpy(&value, RTA_DATA(attr), sizeof(value));
	return value;
}
