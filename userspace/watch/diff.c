// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "../util/error.h"
#include "../../module/format/order.h"
#include "diff.h"

/* A socket and its TIME_WAIT socket share a cookie. */
static int cmp_cookies(const void *a, const void *b)
{
	const struct ps_record *x = &(*(struct row *const *)a)->record;
	const struct ps_record *y = &(*(struct row *const *)b)->record;

	if (x->cookie != y->cookie)
		return x->cookie < y->cookie ? -1 : 1;
	return (x->state == PORTSOCK_TIME_WAIT) -
		(y->state == PORTSOCK_TIME_WAIT);
}

static bool same_end(const struct ps_end *a, const struct ps_end *b)
{
	if (a->form != b->form || a->num != b->num)
		return false;
	if (a->form == PS_FORM_PATH || a->form == PS_FORM_ABSTRACT)
		return a->len == b->len && !memcmp(a->text, b->text, a->len);
	return !memcmp(a->ip, b->ip, sizeof(a->ip));
}

/* Compare all that is shown but EXPIRES, which always changes. */
static bool same_row(const struct row *a, const struct row *b)
{
	const struct ps_record *x = &a->record, *y = &b->record;
	size_t i;

	if (x->state != y->state || x->held != y->held || x->port != y->port ||
	    x->flags != y->flags || x->rxq != y->rxq || x->txq != y->txq ||
	    x->uid != y->uid || x->peer != y->peer ||
	    x->drops != y->drops || strcmp(x->dev, y->dev) ||
	    !same_end(&x->local, &y->local) ||
	    !same_end(&x->remote, &y->remote) || a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (a->owners[i].pid != b->owners[i].pid ||
		    a->owners[i].tid != b->owners[i].tid ||
		    a->owners[i].fd != b->owners[i].fd ||
		    strcmp(a->owners[i].comm, b->owners[i].comm))
			return false;
	return true;
}

/* Whether a row comes after another one in the view. */
static bool is_after(const struct row *a, const struct row *b)
{
	u64 x = ps_order_key(&a->record), y = ps_order_key(&b->record);

	return x != y ? x > y : ps_order_cmp(&a->record, &b->record) > 0;
}

/* Move a row to the end of another set. */
static struct row *move_row(struct rowset *to, struct row *row)
{
	struct row *moved = rowset_append(to);

	*moved = *row;
	row->mark = ROW_TAKEN;
	return moved;
}

/**
 * diff_mark() - Mark the rows of a snapshot that differ from the one before
 * @before: the snapshot before; rows that are gone are moved from it
 * @now: snapshot; rows that are gone are added once, at their old places
 * @changes: result
 */
void diff_mark(struct rowset *before, struct rowset *now,
	       struct row_changes *changes)
{
	struct row **old = xrealloc(NULL, (before->count + 1) * sizeof(*old));
	struct rowset merged = { .rows = NULL };
	size_t i, count = 0, next = 0;

	*changes = (struct row_changes){ .added = 0 };
	for (i = 0; i < before->count; i++)
		if (before->rows[i].mark != ROW_GONE)
			old[count++] = &before->rows[i];
	qsort(old, count, sizeof(*old), cmp_cookies);
	for (i = 0; i < now->count; i++) {
		struct row *row = &now->rows[i], **found;

		found = bsearch(&row, old, count, sizeof(*old), cmp_cookies);
		row->mark = ROW_NEW;
		if (found) {
			row->mark = same_row(*found, row) ? ROW_NONE :
				ROW_CHANGED;
			(*found)->mark = ROW_SEEN;
		}
		changes->added += row->mark == ROW_NEW;
		changes->changed += row->mark == ROW_CHANGED;
	}
	free(old);

	for (i = 0; i < before->count; i++) {
		struct row *row = &before->rows[i];

		if (row->mark == ROW_SEEN || row->mark == ROW_GONE)
			continue;
		while (next < now->count && !is_after(&now->rows[next], row))
			move_row(&merged, &now->rows[next++]);
		move_row(&merged, row)->mark = ROW_GONE;
		changes->gone++;
	}
	while (next < now->count)
		move_row(&merged, &now->rows[next++]);
	rowset_free(now);
	*now = merged;
}
