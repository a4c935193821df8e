// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel tells of a request, and of a connection that waits for accept(),
 * through which listener it came.  Of one that was accepted it does not: it
 * came through the listener at its port that the kernel would choose for it,
 * the one whose address says most.
 */
#include <stdlib.h>
#include <string.h>

#include "../util/error.h"
#include "tree_links.h"

static const u8 any[16];
static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

static void append(struct tree_list *list, struct tree_node *m)
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

/* An order in which sockets of one protocol and place are side by side. */
static int compare_places(const struct ps_record *a, const struct ps_record *b)
{
	int order;

	if (a->proto != b->proto)
		return a->proto < b->proto ? -1 : 1;
	if (a->netns != b->netns)
		return a->netns < b->netns ? -1 : 1;
	if (a->local.form != b->local.form)
		return a->local.form < b->local.form ? -1 : 1;
	order = memcmp(a->local.ip, b->local.ip, address_size(&a->local));
	return order ? order : strcmp(a->dev, b->dev);
}

static int compare_indices(const struct tree_node *a, const struct tree_node *b)
{
	return a->index < b->index ? -1 : a->index > b->index;
}

static int compare_groups(const void *a, const void *b)
{
	const struct tree_node *x = *(struct tree_node *const *)a;
	const struct tree_node *y = *(struct tree_node *const *)b;
	int order = compare_places(&x->row.record, &y->row.record);

	if (!order)
		order = x->row.record.state - y->row.record.state;
	return order ? order : compare_indices(x, y);
}

static bool are_group(const struct ps_record *a, const struct ps_record *b)
{
	return a->state == b->state && !compare_places(a, b);
}

/* @m is behind its leader in the order of compare_groups(). */
static void join(struct tree_node *m, struct tree_node *last)
{
	struct tree_node *leader = last->leader ? last->leader : last;

	m->leader = last->leader = leader;
	last->next_in_group = m;
	leader->group_size += leader->group_size ? 1 : 2;
}

/* A socket with a parent is shown below it, and is in no group. */
static void find_groups(struct tree_node **some, struct tree_node **members,
			size_t count)
{
	size_t i, n = 0;

	for (i = 0; i < count; i++)
		if (!members[i]->parent && may_share(&members[i]->row.record))
			some[n++] = members[i];
	qsort(some, n, sizeof(*some), compare_groups);
	for (i = 1; i < n; i++)
		if (are_group(&some[i - 1]->row.record, &some[i]->row.record))
			join(some[i], some[i - 1]);
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

/* --- the listener that a connection came through */

static bool is_v6only(const struct ps_record *r)
{
	return r->flags & PORTSOCK_FLAG(V6ONLY);
}

static int compare_listeners(const void *a, const void *b)
{
	const struct tree_node *x = *(struct tree_node *const *)a;
	const struct tree_node *y = *(struct tree_node *const *)b;
	int order = compare_places(&x->row.record, &y->row.record);

	if (!order)
		order = is_v6only(&x->row.record) - is_v6only(&y->row.record);
	return order ? order : compare_indices(x, y);
}

static size_t sort_listeners(struct tree_node **some,
			     struct tree_node **members, size_t count)
{
	size_t i, n = 0;

	for (i = 0; i < count; i++)
		if (members[i]->row.record.state == PORTSOCK_LISTEN &&
		    has_address(&members[i]->row.record))
			some[n++] = members[i];
	qsort(some, n, sizeof(*some), compare_listeners);
	return n;
}

/* The first listener at exactly the place of @key. */
static struct tree_node *first_listener(struct tree_node **listeners,
					size_t count,
					const struct tree_node *key)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_listeners(&listeners[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == count ||
	    compare_places(&listeners[low]->row.record, &key->row.record) ||
	    is_v6only(&listeners[low]->row.record) !=
	    is_v6only(&key->row.record))
		return NULL;
	return listeners[low];
}

/* With IPV6_V6ONLY or without. */
static struct tree_node *find_listener(struct tree_node **listeners,
				       size_t count, struct tree_node *key,
				       bool v6only_too)
{
	struct tree_node *one, *other = NULL;

	key->row.record.flags = 0;
	one = first_listener(listeners, count, key);
	if (v6only_too) {
		key->row.record.flags = PORTSOCK_FLAG(V6ONLY);
		other = first_listener(listeners, count, key);
	}
	if (!one || !other)
		return one ? one : other;
	return one->index < other->index ? one : other;
}

/* As the kernel chooses: an address before any, an interface before none. */
static struct tree_node *best_listener(struct tree_node **listeners,
				       size_t count, const struct ps_record *c)
{
	struct tree_node key = { .row.record = *c }, *found;
	struct ps_record *k = &key.row.record;
	bool is_any;

	for (is_any = false;; is_any = true) {
		bool v6only_too = !is_any || !is_mapped(&c->local);

		memcpy(k->dev, c->dev, sizeof(k->dev));
		found = find_listener(listeners, count, &key, v6only_too);
		if (!found && k->dev[0]) {
			k->dev[0] = '\0';
			found = find_listener(listeners, count, &key,
					      v6only_too);
		}
		if (found || is_any)
			return found;
		memcpy(k->local.ip, any, sizeof(any));
	}
}

static int compare_cookies(const void *a, const void *b)
{
	u64 x = (*(struct tree_node *const *)a)->row.record.cookie;
	u64 y = (*(struct tree_node *const *)b)->row.record.cookie;

	return x < y ? -1 : x > y;
}

static struct tree_node *by_cookie(struct tree_node **sorted, size_t count,
				   u64 cookie)
{
	struct tree_node wanted = { .row.record.cookie = cookie };
	struct tree_node *key = &wanted, **found;

	found = bsearch(&key, sorted, count, sizeof(*sorted), compare_cookies);
	return found ? *found : NULL;
}

/* A socket that came through another one, but in no circle. */
static bool is_told(const struct tree_node *parent, const struct tree_node *m)
{
	return parent && parent != m &&
		!(parent->row.record.has & PS_HAS_PARENT);
}

static void find_told_parents(struct tree_node **members, size_t count,
			      struct tree_node **sorted)
{
	struct tree_node *parent;
	size_t i;

	memcpy(sorted, members, count * sizeof(*members));
	qsort(sorted, count, sizeof(*sorted), compare_cookies);
	for (i = 0; i < count; i++) {
		struct tree_node *m = members[i];

		if (!(m->row.record.has & PS_HAS_PARENT))
			continue;
		parent = by_cookie(sorted, count, m->row.record.parent);
		if (is_told(parent, m))
			m->parent = parent;
	}
}

/* A connection of a group, or of subflows, may have come through any of them. */
static struct tree_list *list_of(struct tree_node *listener)
{
	struct tree_node *top = listener->parent ? listener->parent : listener;

	return top->leader ? &top->leader->shared : &listener->children;
}

static void list_children(struct tree_node **members, size_t count,
			  struct tree_node **listeners, size_t nlisteners)
{
	struct tree_node *listener;
	size_t i;

	for (i = 0; i < count; i++) {
		struct tree_node *m = members[i];

		if (m->parent) {
			append(&m->parent->children, m);
			continue;
		}
		listener = is_connection(&m->row.record) ?
			best_listener(listeners, nlisteners, &m->row.record) :
			NULL;
		if (listener)
			append(list_of(listener), m);
	}
}

/**
 * tree_link() - find out how the sockets at a port belong together
 * @members: all of them, in the view's order, with no relation yet
 * @count: how many
 *
 * A user can have very many sockets at a port: no step compares each with each.
 */
void tree_link(struct tree_node **members, size_t count)
{
	struct tree_node **some;
	size_t i;

	some = xrealloc(NULL, count * sizeof(*some));
	for (i = 0; i < count; i++)
		members[i]->index = i;
	find_told_parents(members, count, some);
	find_groups(some, members, count);
	list_children(members, count, some,
		      sort_listeners(some, members, count));
	free(some);
}
