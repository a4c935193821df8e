// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel tells of a request, and of a connection that waits for accept(),
 * through which listener it came.  Of one that was accepted it does not: it
 * came through the listener at its port that the kernel would choose for it,
 * the one whose address says most.
 */
#include <stdlib.h>

#include "error.h"
#include "relate.h"

static const u8 any[16];
static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

static void append(struct ps_members *list, struct ps_member *m)
{
	if (list->last)
		list->last->next = m;
	else
		list->first = m;
	list->last = m;
	m->is_child = true;
}

static size_t address_size(const struct ps_end *end)
{
	return end->form == PS_FORM_INET ? 4 : 16;
}

static bool same_address(const struct ps_end *a, const struct ps_end *b)
{
	return a->form == b->form && !memcmp(a->ip, b->ip, address_size(a));
}

static bool has_address(const struct ps_record *r)
{
	return r->local.form == PS_FORM_INET || r->local.form == PS_FORM_INET6;
}

static bool is_mapped(const struct ps_end *end)
{
	return end->form == PS_FORM_INET6 &&
		!memcmp(end->ip, mapped, sizeof(mapped));
}

static bool may_share(const struct ps_record *r)
{
	return r->flags & PORTSOCK_FLAG(REUSEPORT) && has_address(r) &&
		(r->state == PORTSOCK_LISTEN || r->state == PORTSOCK_UNCONN);
}

static bool are_group(const struct ps_record *a, const struct ps_record *b)
{
	return a->proto == b->proto && a->state == b->state &&
		a->netns == b->netns && a->port == b->port &&
		same_address(&a->local, &b->local) && !strcmp(a->dev, b->dev);
}

/* Finds the group of a socket among those before it. */
static void join(struct ps_member **members, size_t i)
{
	struct ps_member *m = members[i], *last;
	size_t j;

	for (j = 0; j < i; j++) {
		last = members[j];
		if (last->leader && last->leader != last)
			continue;
		if (may_share(&last->row.record) &&
		    are_group(&last->row.record, &m->row.record))
			break;
	}
	if (j == i)
		return;
	m->leader = last->leader = last;
	last->group_size += last->group_size ? 1 : 2;
	while (last->next_in_group)
		last = last->next_in_group;
	last->next_in_group = m;
}

static bool is_connection(const struct ps_record *r)
{
	switch (r->proto) {
	case PORTSOCK_PROTO_TCP:
	case PORTSOCK_PROTO_MPTCP:
	case PORTSOCK_PROTO_SCTP:
	case PORTSOCK_PROTO_DCCP:
		break;
	default:
		return false;
	}
	switch (r->state) {
	case PORTSOCK_LISTEN:
	case PORTSOCK_BOUND:
	case PORTSOCK_UNBOUND:
	case PORTSOCK_UNCONN:
	case PORTSOCK_SYN_SENT:
		return false;
	default:
		return has_address(r);
	}
}

/* How well a listener suits a connection; 0: it cannot have come through it. */
static int score(const struct ps_record *l, const struct ps_record *c)
{
	int dev = l->dev[0] ? 1 : 0;

	if (l->proto != c->proto || l->netns != c->netns ||
	    l->port != c->port || (dev && strcmp(l->dev, c->dev)))
		return 0;
	if (same_address(&l->local, &c->local))
		return 4 + dev;
	if (l->local.form != c->local.form ||
	    memcmp(l->local.ip, any, address_size(&l->local)))
		return 0;
	if (is_mapped(&c->local) && l->flags & PORTSOCK_FLAG(V6ONLY))
		return 0;
	return 2 + dev;
}

static struct ps_member *best_listener(struct ps_member **members,
				       size_t listeners,
				       const struct ps_record *c)
{
	struct ps_member *best = NULL;
	int best_score = 0;
	size_t i;

	for (i = 0; i < listeners; i++) {
		int s = score(&members[i]->row.record, c);

		if (s > best_score) {
			best_score = s;
			best = members[i];
		}
	}
	return best;
}

static int compare_cookies(const void *a, const void *b)
{
	u64 x = (*(struct ps_member *const *)a)->row.record.cookie;
	u64 y = (*(struct ps_member *const *)b)->row.record.cookie;

	return x < y ? -1 : x > y;
}

static struct ps_member *by_cookie(struct ps_member **sorted, size_t count,
				   u64 cookie)
{
	struct ps_member wanted = { .row.record.cookie = cookie };
	struct ps_member *key = &wanted, **found;

	found = bsearch(&key, sorted, count, sizeof(*sorted), compare_cookies);
	return found ? *found : NULL;
}

/* A socket that came through another one, but in no circle. */
static bool is_told(const struct ps_member *parent, const struct ps_member *m)
{
	return parent && parent != m &&
		!(parent->row.record.has & PS_HAS_PARENT);
}

static void find_parents(struct ps_member **members, size_t count,
			 struct ps_member **sorted,
			 struct ps_member **listeners, size_t nlisteners)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct ps_member *m = members[i], *parent = NULL;
		const struct ps_record *r = &m->row.record;

		if (r->has & PS_HAS_PARENT)
			parent = by_cookie(sorted, count, r->parent);
		if (is_told(parent, m)) {
			append(&parent->children, m);
			continue;
		}
		parent = is_connection(r) ?
			best_listener(listeners, nlisteners, r) : NULL;
		if (parent)
			append(parent->leader ? &parent->leader->shared :
			       &parent->children, m);
	}
}

/**
 * ps_relate() - find out how the sockets at a port belong together
 * @members: all of them, in the view's order, with no relation yet
 * @count: how many
 */
void ps_relate(struct ps_member **members, size_t count)
{
	size_t size = count * sizeof(*members), i, shared = 0, nlisteners = 0;
	struct ps_member **sorted = ps_realloc(NULL, size);
	struct ps_member **some = ps_realloc(NULL, size);

	for (i = 0; i < count; i++) {
		if (!may_share(&members[i]->row.record))
			continue;
		some[shared] = members[i];
		join(some, shared++);
	}
	for (i = 0; i < count; i++)
		if (members[i]->row.record.state == PORTSOCK_LISTEN)
			some[nlisteners++] = members[i];
	memcpy(sorted, members, size);
	qsort(sorted, count, sizeof(*sorted), compare_cookies);
	find_parents(members, count, sorted, some, nlisteners);
	free(sorted);
	free(some);
}
