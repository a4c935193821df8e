// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "rtnetlink.h"

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
