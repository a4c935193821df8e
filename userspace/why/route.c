// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own lookup says what an IPv4 address is here (inet_addr_type());
 * a list of the interfaces' addresses would not: 127.0.0.0/8 is local, and an
 * address of an interface that is down is not.
 */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "route.h"

#define ANSWER_SIZE	16384

/**
 * struct question - a message to rtnetlink
 * @head: its length and type
 * @route: of RTM_GETROUTE
 * @link: of RTM_GETLINK
 * @space: attributes
 */
struct question {
	struct nlmsghdr head;
	union {
		struct rtmsg route;
		struct ifinfomsg link;
	};
	char space[64];
};

static void add(struct question *q, u16 type, const void *data, size_t len)
{
	struct rtattr *a = (void *)((char *)q + NLMSG_ALIGN(q->head.nlmsg_len));

	a->rta_type = type;
	a->rta_len = RTA_LENGTH(len);
	memcpy(RTA_DATA(a), data, len);
	q->head.nlmsg_len = NLMSG_ALIGN(q->head.nlmsg_len) + a->rta_len;
}

/* The answer, or NULL when there is none. */
static struct nlmsghdr *ask(const struct question *q, void *answer)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct nlmsghdr *head = answer;
	ssize_t got = -1;

	if (fd < 0)
		return NULL;
	if (send(fd, q, q->head.nlmsg_len, 0) == (ssize_t)q->head.nlmsg_len)
		got = recv(fd, answer, ANSWER_SIZE, 0);
	close(fd);
	if (got <= 0 || !NLMSG_OK(head, got) || head->nlmsg_type == NLMSG_ERROR)
		return NULL;
	return head;
}

/**
 * route_type() - what an IPv4 address is here
 * @ip: address, neither 0.0.0.0/8 nor a multicast group
 *
 * Return: ADDRESS_LOCAL, ADDRESS_BROADCAST or ADDRESS_FOREIGN.
 */
enum address_kind route_type(const u8 ip[4])
{
	char answer[ANSWER_SIZE] __attribute__((aligned(8)));
	struct question q = {
		.head.nlmsg_len = NLMSG_LENGTH(sizeof(q.route)),
		.head.nlmsg_type = RTM_GETROUTE,
		.head.nlmsg_flags = NLM_F_REQUEST,
		.route.rtm_family = AF_INET,
		.route.rtm_dst_len = 32,
	};
	struct nlmsghdr *head;

	add(&q, RTA_DST, ip, 4);
	head = ask(&q, answer);
	if (!head || head->nlmsg_type != RTM_NEWROUTE)
		return ADDRESS_FOREIGN;
	switch (((struct rtmsg *)NLMSG_DATA(head))->rtm_type) {
	case RTN_LOCAL:
		return ADDRESS_LOCAL;
	case RTN_BROADCAST:
		return ADDRESS_BROADCAST;
	default:
		return ADDRESS_FOREIGN;
	}
}

static bool is_vrf(const struct rtattr *info)
{
	const struct rtattr *a = RTA_DATA(info);
	int left = RTA_PAYLOAD(info);

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if ((a->rta_type == IFLA_INFO_KIND ||
		     a->rta_type == IFLA_INFO_SLAVE_KIND) &&
		    RTA_PAYLOAD(a) >= 4 && !memcmp(RTA_DATA(a), "vrf", 4))
			return true;
	return false;
}

/**
 * route_is_vrf() - whether an interface is a VRF, or of one
 * @dev: its name
 *
 * Return: whether it is.
 */
bool route_is_vrf(const char *dev)
{
	char answer[ANSWER_SIZE] __attribute__((aligned(8)));
	struct question q = {
		.head.nlmsg_len = NLMSG_LENGTH(sizeof(q.link)),
		.head.nlmsg_type = RTM_GETLINK,
		.head.nlmsg_flags = NLM_F_REQUEST,
	};
	const struct rtattr *a;
	struct nlmsghdr *head;
	int left;

	add(&q, IFLA_IFNAME, dev, strlen(dev) + 1);
	head = ask(&q, answer);
	if (!head || head->nlmsg_type != RTM_NEWLINK)
		return false;
	a = IFLA_RTA(NLMSG_DATA(head));
	left = NLMSG_PAYLOAD(head, sizeof(q.link));
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == IFLA_LINKINFO && is_vrf(a))
			return true;
	return false;
}
