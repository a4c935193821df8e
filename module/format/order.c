// SPDX-License-Identifier: GPL-2.0
/*
 * The order of rows.  Sockets with a port come first: by port, protocol,
 * listeners before others, local end and remote end.  The portless follow, by
 * protocol and inode.
 */
#include "order.h"

static int cmp_u64(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

static int cmp_end(const struct ps_end *a, const struct ps_end *b)
{
	int diff = cmp_u64(a->form, b->form);

	if (diff)
		return diff;
	switch ((enum ps_form)a->form) {
	case PS_FORM_INET:
		diff = memcmp(a->ip, b->ip, 4);
		break;
	case PS_FORM_INET6:
		diff = memcmp(a->ip, b->ip, 16);
		break;
	case PS_FORM_PATH:
	case PS_FORM_ABSTRACT:
		diff = memcmp(a->text, b->text,
			      a->len < b->len ? a->len : b->len);
		return diff ? diff : cmp_u64(a->len, b->len);
	case PS_FORM_NETLINK:
	case PS_FORM_VSOCK:
		diff = cmp_u64(a->id, b->id);
		break;
	case PS_FORM_NONE:
	case PS_FORM_ANY:
	case PS_FORM_PACKET:
		break;
	}
	return diff ? diff : cmp_u64(a->num, b->num);
}

static int cmp_ends(const struct ps_record *a, const struct ps_record *b)
{
	int diff = cmp_end(&a->local, &b->local);

	return diff ? diff : cmp_end(&a->remote, &b->remote);
}

/**
 * ps_order_cmp() - Compare two rows of one key
 * @a: record
 * @b: record with the ps_order_key() of @a
 *
 * Return: Less than, equal to or greater than 0; 0 only for the same object.
 */
int ps_order_cmp(const struct ps_record *a, const struct ps_record *b)
{
	int diff = 0;

	if (a->has & PS_HAS_PORT)
		diff = cmp_ends(a, b);
	if (!diff)
		diff = cmp_u64(a->netns, b->netns);
	if (!diff)
		diff = cmp_u64(a->inode, b->inode);
	if (!diff)
		diff = cmp_u64(a->cookie, b->cookie);
	/* A TIME_WAIT socket may coexist with its open socket: same cookie. */
	return diff ? diff : cmp_u64(a->state, b->state);
}

/**
 * ps_order_cmp_ends() - Compare both ends and the namespace, not the protocol
 * @a: record
 * @b: record
 *
 * Return: Less than, equal to or greater than 0.
 */
int ps_order_cmp_ends(const struct ps_record *a, const struct ps_record *b)
{
	int diff = cmp_ends(a, b);

	return diff ? diff : cmp_u64(a->netns, b->netns);
}

/**
 * ps_order_same_place() - Return true if two rows belong to one connection
 * @a: record with a port
 * @b: record with a port
 *
 * Protocol, network namespace and both ends are equal.  Such rows are adjacent
 * in the order of rows.
 */
bool ps_order_same_place(const struct ps_record *a, const struct ps_record *b)
{
	return ps_order_key(a) == ps_order_key(b) && !ps_order_cmp_ends(a, b);
}
