// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "../util/error.h"
#include "../../module/format/order.h"
#include "diff.h"

static void append_row(struct row_list *list, struct row *row)
{
	if (list->count == list->size) {
		list->size = list->size ? 2 * list->size : 64;
		list->rows = xrealloc(list->rows,
				      list->size * sizeof(*list->rows));
	}
	list->rows[list->count++] = row;
}

static bool end_has_text(const struct ps_end *end)
{
	return end->form == PS_FORM_PATH || end->form == PS_FORM_ABSTRACT;
}

/* Copy bytes to *@to, and advance it. */
static void *copy_bytes(char **to, const void *from, size_t size)
{
	void *copy = *to;

	if (size)
		memcpy(copy, from, size);
	*to += size;
	return copy;
}

/**
 * row_list_add() - append a copy of a row
 * @list: rows
 * @row: row; its line is not copied
 */
void row_list_add(struct row_list *list, const struct row *row)
{
	const struct ps_record *r = &row->record;
	size_t local = end_has_text(&r->local) ? r->local.len : 0;
	size_t remote = end_has_text(&r->remote) ? r->remote.len : 0;
	size_t owners = row->count * sizeof(*row->owners);
	struct row *copy = xrealloc(NULL, sizeof(*copy) + owners + local +
				    remote + row->holder_len);
	char *to = (char *)(copy + 1);

	*copy = *row;
	copy->line = NULL;
	copy->owners = copy_bytes(&to, row->owners, owners);
	if (local)
		copy->record.local.text = copy_bytes(&to, r->local.text, local);
	if (remote)
		copy->record.remote.text = copy_bytes(&to, r->remote.text,
						      remote);
	if (row->holder)
		copy->holder = copy_bytes(&to, row->holder, row->holder_len);
	append_row(list, copy);
}

/**
 * row_list_free() - free all rows
 * @list: rows, none afterwards
 */
void row_list_free(struct row_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free(list->rows[i]);
	free(list->rows);
	*list = (struct row_list){};
}

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
	if (end_has_text(a))
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
	    x->uid != y->uid || !same_end(&x->local, &y->local) ||
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

/**
 * diff_mark() - mark the rows of a snapshot that differ from the one before
 * @before: the snapshot before; rows that are gone are moved from it
 * @now: snapshot; rows that are gone are added once, at their old places
 * @changes: result
 */
void diff_mark(struct row_list *before, struct row_list *now,
	       struct row_changes *changes)
{
	struct row_list old = {}, merged = {};
	struct row *row, **found;
	size_t i, next = 0;

	*changes = (struct row_changes){};
	for (i = 0; i < before->count; i++)
		if (before->rows[i]->mark != ROW_GONE)
			append_row(&old, before->rows[i]);
	if (old.count)
		qsort(old.rows, old.count, sizeof(*old.rows), cmp_cookies);
	for (i = 0; i < now->count; i++) {
		row = now->rows[i];
		found = old.count ? bsearch(&row, old.rows, old.count,
					    sizeof(*old.rows),
					    cmp_cookies) : NULL;
		row->mark = ROW_NEW;
		if (found) {
			row->mark = same_row(*found, row) ? ROW_NONE :
				ROW_CHANGED;
			(*found)->mark = ROW_SEEN;
		}
		changes->added += row->mark == ROW_NEW;
		changes->changed += row->mark == ROW_CHANGED;
	}
	free(old.rows);

	for (i = 0; i < before->count; i++) {
		row = before->rows[i];
		if (row->mark == ROW_SEEN || row->mark == ROW_GONE)
			continue;
		while (next < now->count && !is_after(now->rows[next], row))
			append_row(&merged, now->rows[next++]);
		append_row(&merged, row);
		row->mark = ROW_GONE;
		before->rows[i] = NULL;
		changes->gone++;
	}
	while (next < now->count)
		append_row(&merged, now->rows[next++]);
	free(now->rows);
	*now = merged;
}
