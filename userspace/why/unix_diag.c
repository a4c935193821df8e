// SPDX-License-Identifier: GPL-2.0
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../util/error.h"
#include "netlink.h"
#include "unix_diag.h"

#define SOCKETS_MAX	(1 << 20)

static void add_entry(const struct nlmsghdr *head, void *data)
{
	struct unix_diag_list *to = data;
	const struct unix_diag_msg *m = NLMSG_DATA(head);
	const struct rtattr *a = (const void *)(m + 1);
	int left = NLMSG_PAYLOAD(head, sizeof(*m));
	struct unix_diag_entry e = { .type = m->udiag_type };
	struct unix_diag_vfs file;

	if (head->nlmsg_len < NLMSG_LENGTH(sizeof(*m)) ||
	    to->count == SOCKETS_MAX)
		return;
	e.cookie = m->udiag_cookie[0] | (u64)m->udiag_cookie[1] << 32;
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type != UNIX_DIAG_VFS ||
		    RTA_PAYLOAD(a) < sizeof(file))
			continue;
		memcpy(&file, RTA_DATA(a), sizeof(file));
		e.inode = file.udiag_vfs_ino;
		e.dev = file.udiag_vfs_dev;
		e.has_file = true;
	}
	if (to->count == to->size) {
		to->size = to->size ? 2 * to->size : 256;
		to->list = xrealloc(to->list, to->size * sizeof(*to->list));
	}
	to->list[to->count++] = e;
}

static int compare_entries(const void *a, const void *b)
{
	u64 x = ((const struct unix_diag_entry *)a)->cookie;
	u64 y = ((const struct unix_diag_entry *)b)->cookie;

	return (x > y) - (x < y);
}

/**
 * unix_diag_read() - Read the unix sockets of this process' network namespace
 * @to: list they are added to
 *
 * Return: 0, or -1 if the list is not complete.
 */
int unix_diag_read(struct unix_diag_list *to)
{
	struct {
		struct nlmsghdr head;
		struct unix_diag_req unix_request;
	} request = {
		.head = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
		},
		.unix_request = {
			.sdiag_family = AF_UNIX,
			.udiag_states = ~0U,
			.udiag_show = UDIAG_SHOW_VFS,
		},
	};
	bool complete = netlink_dump(NETLINK_SOCK_DIAG, &request.head,
				     add_entry, to);

	if (to->count)
		qsort(to->list, to->count, sizeof(*to->list), compare_entries);
	return complete && to->count < SOCKETS_MAX ? 0 : -1;
}

/**
 * unix_diag_find() - Look up a unix socket
 * @of: sockets
 * @cookie: SO_COOKIE
 *
 * Return: the socket, or NULL.
 */
const struct unix_diag_entry *unix_diag_find(const struct unix_diag_list *of,
					     u64 cookie)
{
	const struct unix_diag_entry key = { .cookie = cookie };

	return of->count ? bsearch(&key, of->list, of->count,
				   sizeof(*of->list), compare_entries) : NULL;
}
