// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel reports the listener of a request, and of a connection in an
 * accept queue (column PARENT).  Of an accepted connection it does not.  Such a
 * connection is shown below the listener of its port that the kernel would have
 * chosen: the one with the most specific address.
 *
 * A user can have very many sockets at a port: no step compares each with each.
 */
#include <stdlib.h>
#include <string.h>

#include "../util/error.h"
#include "tree_node.h"

static const u8 any[16];
static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

static void append(struct tree_list *list, struct tree_node *node)
{
	if (list->last)
		list->last->next = node;
	else
		list->first = node;
	list->last = node;
	node->below = true;
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

/* Order by protocol, network namespace, address and interface. */
static int compare_addresses(const struct ps_record *a,
			     const struct ps_record *b)
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
	int order = compare_addresses(&x->row.record, &y->row.record);

	if (!order)
		order = x->row.record.state - y->row.record.state;
	return order ? order : compare_indices(x, y);
}

static bool are_group(const struct ps_record *a, const struct ps_record *b)
{
	return a->state == b->state && !compare_addresses(a, b);
}

/* Find SO_REUSEPORT groups.  A socket below another one is in no group. */
static void find_groups(struct tree_node **some, struct tree_node **nodes,
			size_t count)
{
	size_t i, n = 0;

	for (i = 0; i < count; i++)
		if (!nodes[i]->parent && !nodes[i]->elsewhere &&
		    may_share(&nodes[i]->row.record))
			some[n++] = nodes[i];
	qsort(some, n, sizeof(*some), compare_groups);
	for (i = 1; i < n; i++) {
		struct tree_node *before = some[i - 1], *leader;

		if (!are_group(&before->row.record, &some[i]->row.record))
			continue;
		leader = before->leader ? before->leader : before;
		before->leader = some[i]->leader = leader;
		before->next_in_group = some[i];
		leader->group_size += leader->group_size ? 1 : 2;
	}
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

static bool is_v6only(const struct ps_record *r)
{
	return r->flags & PORTSOCK_FLAG(V6ONLY);
}

static int compare_listeners(const void *a, const void *b)
{
	const struct tree_node *x = *(struct tree_node *const *)a;
	const struct tree_node *y = *(struct tree_node *const *)b;
	int order = compare_addresses(&x->row.record, &y->row.record);

	if (!order)
		order = is_v6only(&x->row.record) - is_v6only(&y->row.record);
	return order ? order : compare_indices(x, y);
}

static size_t sort_listeners(struct tree_node **some,
			     struct tree_node **nodes, size_t count)
{
	size_t i, n = 0;

	for (i = 0; i < count; i++)
		if (nodes[i]->row.record.state == PORTSOCK_LISTEN &&
		    !nodes[i]->elsewhere && has_address(&nodes[i]->row.record))
			some[n++] = nodes[i];
	qsort(some, n, sizeof(*some), compare_listeners);
	return n;
}

/* Return the first listener with the address of @key. */
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
	    compare_addresses(&listeners[low]->row.record, &key->row.record) ||
	    is_v6only(&listeners[low]->row.record) !=
	    is_v6only(&key->row.record))
		return NULL;
	return listeners[low];
}

/* The same, with IPV6_V6ONLY or without. */
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

/*
 * Return the listener that the kernel chooses for a connection: an address goes
 * before a wildcard, an interface before none (compute_score()).
 */
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

static int compare_parents(const void *a, const void *b)
{
	const struct tree_node *x = *(struct tree_node *const *)a;
	const struct tree_node *y = *(struct tree_node *const *)b;
	u64 p = x->row.record.parent, q = y->row.record.parent;

	if (p != q)
		return p < q ? -1 : 1;
	return compare_indices(x, y);
}

/*
 * Add the listeners at other ports.  A program of BPF (sk_lookup) or TPROXY
 * delivers connections to such a listener.  @waiting: sockets with a PARENT
 * that is not at the port.
 */
static void add_listeners_elsewhere(struct tree_nodes *nodes,
				    struct tree_node **waiting, size_t count,
				    struct relations *relations)
{
	struct tree_node *last = NULL;
	u64 cookie = 0;
	size_t i;

	qsort(waiting, count, sizeof(*waiting), compare_parents);
	for (i = 0; i < count; i++) {
		const struct ps_record *r = &waiting[i]->row.record;
		const struct row *parent;

		if (!i || r->parent != cookie) {
			cookie = r->parent;
			parent = relations_parent(relations, &waiting[i]->row);
			last = NULL;
			if (parent && parent->record.state ==
			    PORTSOCK_LISTEN && parent->record.has &
			    PS_HAS_PORT && parent->record.port != r->port) {
				last = tree_nodes_add(nodes, parent);
				last->elsewhere = true;
			}
		}
		waiting[i]->parent = last;
	}
}

/* Set the parents that the view reports. */
static void find_parents(struct tree_nodes *nodes, struct tree_node **sorted,
			 struct relations *relations)
{
	size_t i, count = nodes->count, missing = 0;
	struct tree_node **waiting = NULL;

	memcpy(sorted, nodes->list, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare_cookies);
	for (i = 0; i < count; i++) {
		struct tree_node *node = nodes->list[i];
		const struct ps_record *r = &node->row.record;

		relations_add_parent(relations, &node->row);
		if (!(r->has & PS_HAS_PARENT))
			continue;
		node->parent = by_cookie(sorted, count, r->parent);
		if (node->parent || (r->held != PORTSOCK_HELD_ACCEPTQ &&
				     r->held != PORTSOCK_HELD_SYNRECV))
			continue;
		if (!waiting)
			waiting = xrealloc(NULL, count * sizeof(*waiting));
		waiting[missing++] = node;
	}
	if (missing)
		add_listeners_elsewhere(nodes, waiting, missing, relations);
	free(waiting);
}

/*
 * Make a forest of the parents: a forged view may contain cycles, and chains of
 * any length.  A cycle loses one of its edges.  A node below TREE_DEPTH_MAX
 * moves up beside its parent.  Each node is pushed to @path once.
 */
static void cut_parents(struct tree_node **nodes, size_t count,
			struct tree_node **path)
{
	size_t i, n;

	for (i = 0; i < count; i++) {
		struct tree_node *node = nodes[i], *parent;

		for (n = 0; node && !node->visited; node = node->parent) {
			node->visited = true;
			node->depth = 0;
			path[n++] = node;
		}
		/* Its depth is not set yet: the last node closes a cycle. */
		if (n && node && !node->depth_known)
			path[n - 1]->parent = NULL;
		while (n--) {
			node = path[n];
			parent = node->parent;
			if (parent && parent->depth == TREE_DEPTH_MAX)
				node->parent = parent->parent;
			parent = node->parent;
			node->depth = parent ? parent->depth + 1 : 0;
			node->depth_known = true;
		}
	}
}

/* Put connections below their listeners. */
static void list_children(struct tree_node **nodes, size_t count,
			  struct tree_node **listeners, size_t nlisteners)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct tree_node *node = nodes[i], *listener, *top;

		if (node->parent) {
			append(&node->parent->children, node);
			continue;
		}
		if (!is_connection(&node->row.record))
			continue;
		listener = best_listener(listeners, nlisteners,
					 &node->row.record);
		if (!listener)
			continue;
		for (top = listener; top->parent; )
			top = top->parent;
		/* Only a forged listener is below a connection: a cycle. */
		if (is_connection(&top->row.record))
			continue;
		/* It came through any socket of a group. */
		append(top->leader ? &top->leader->shared : &listener->children,
		       node);
	}
}

/**
 * tree_nodes_add() - Add a node
 * @nodes: nodes
 * @row: its row, copied
 *
 * Return: the node, zeroed but for its row and index.
 */
struct tree_node *tree_nodes_add(struct tree_nodes *nodes,
				 const struct row *row)
{
	struct tree_node *node;

	if (nodes->count == nodes->size) {
		nodes->size = nodes->size ? nodes->size * 2 : 64;
		nodes->list = xrealloc(nodes->list, nodes->size *
				       sizeof(*nodes->list));
	}
	/* The nodes of the ports before are used again. */
	if (nodes->count == nodes->allocated)
		nodes->list[nodes->allocated++] = xrealloc(NULL, sizeof(*node));
	node = nodes->list[nodes->count];
	memset(node, 0, sizeof(*node));
	node->index = nodes->count++;
	row_copy(&node->row, row);
	return node;
}

/* Remove all nodes; their memory is kept. */
void tree_nodes_clear(struct tree_nodes *nodes)
{
	size_t i;

	for (i = 0; i < nodes->count; i++)
		row_free(&nodes->list[i]->row);
	nodes->count = 0;
}

/* Remove all nodes and free their memory. */
void tree_nodes_free(struct tree_nodes *nodes)
{
	tree_nodes_clear(nodes);
	while (nodes->allocated)
		free(nodes->list[--nodes->allocated]);
	free(nodes->list);
}

/**
 * tree_relate() - Find the relations of the sockets of a port
 * @nodes: all of them in the order of the view; listeners at other ports that
 *	they wait for are added
 * @relations: where these are looked up
 *
 * Each node is below at most one other, or in at most one group, and there are
 * no cycles: a walk from the nodes that are not @below visits each node once.
 */
void tree_relate(struct tree_nodes *nodes, struct relations *relations)
{
	struct tree_node **some;
	size_t count = nodes->count;

	some = xrealloc(NULL, count * sizeof(*some));
	find_parents(nodes, some, relations);
	count = nodes->count;
	some = xrealloc(some, count * sizeof(*some));
	cut_parents(nodes->list, count, some);
	find_groups(some, nodes->list, count);
	list_children(nodes->list, count, some,
		      sort_listeners(some, nodes->list, count));
	free(some);
}
