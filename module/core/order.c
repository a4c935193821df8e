// SPDX-License-Identifier: GPL-2.0
/*
 * The order of rows: those with a port by port, protocol, listeners first,
 * local end, remote end; then the portless by protocol and inode.
 */
#include "order.h"

static int cmp_u64(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

static int cmp_text(const struct ps_end *a, const struct ps_end *b)
{
	int diff = memcmp(a->text, b->text, a->len < b->len ? a->len : b->len);

	return diff ? diff : cmp_u64(a->len, b->len);
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
		return cmp_text(a, b);
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

/* What of an end fits into a key: its form, and an IPv4 address. */
static u64 end_key(const struct ps_end *end)
{
	u64 key = (u64)end->form << 32;

	if (end->form == PS_FORM_INET)
		key |= (u32)end->ip[0] << 24 | end->ip[1] << 16 |
			end->ip[2] << 8 | end->ip[3];
	return key;
}

/**
 * ps_order_key() - the leading part of a row's place, as one number
 * @r: record
 *
 * Rows of different keys stand in the order of their keys; rows of one key in
 * that of ps_order_cmp().
 *
 *	with a port   0 | port:16 | proto:8 | not LISTEN:1 | form:6 | v4:32
 *	a longer one  0 | all ones:24       | port:32 | not LISTEN:1 | 0:6
 *	portless      1 | proto:8 | inode:55
 *
 * Context: any.
 * Return: the key.
 */
u64 ps_order_key(const struct ps_record *r)
{
	const u64 inode_max = (1ULL << 55) - 1;

	if (!(r->has & PS_HAS_PORT))
		return 1ULL << 63 | (u64)r->proto << 55 |
			(r->inode < inode_max ? r->inode : inode_max);
	if (r->port > U16_MAX)	/* vsock is the only one that has such */
		return 0xffffffULL << 39 | (u64)r->port << 7 |
			(u64)(r->state != PORTSOCK_LISTEN) << 6;
	return (u64)r->port << 47 | (u64)r->proto << 39 |
		(u64)(r->state != PORTSOCK_LISTEN) << 38 |
		end_key(&r->local);
}

/**
 * ps_order_remote_key() - what leads among rows of one ps_order_key()
 * @r: record
 *
 * At an IPv4 port that is the remote end; connections of one listener differ in
 * nothing else.
 *
 * Context: any.
 * Return: the key; the same for all rows where it would not be the next in order.
 */
u64 ps_order_remote_key(const struct ps_record *r)
{
	if (!(r->has & PS_HAS_PORT) || r->local.form != PS_FORM_INET ||
	    r->local.num != r->port)
		return 0;
	return end_key(&r->remote) << 16 |
		(r->remote.form == PS_FORM_INET ? r->remote.num & U16_MAX : 0);
}

/**
 * ps_order_cmp() - compare the places of two rows of one key
 * @a: record
 * @b: record
 *
 * Context: any.
 * Return: less than, equal to or greater than 0; 0 only for one object.
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
	/* A TIME_WAIT and the open socket that it comes from share a cookie. */
	return diff ? diff : cmp_u64(a->state, b->state);
}

/**
 * ps_order_cmp_ends() - compare namespace and both ends, whatever the protocol
 * @a: record
 * @b: record
 *
 * Context: any.
 * Return: less than, equal to or greater than 0.
 */
int ps_order_cmp_ends(const struct ps_record *a, const struct ps_record *b)
{
	int diff = cmp_ends(a, b);

	return diff ? diff : cmp_u64(a->netns, b->netns);
}

/**
 * ps_order_same_place() - whether two rows are of one connection
 * @a: record with a port
 * @b: record with a port
 *
 * Such rows stand next to each other.
 *
 * Context: any.
 * Return: true if protocol, network namespace and both ends are the same.
 */
bool ps_order_same_place(const struct ps_record *a, const struct ps_record *b)
{
	return ps_order_key(a) == ps_order_key(b) && !ps_order_cmp_ends(a, b);
}
