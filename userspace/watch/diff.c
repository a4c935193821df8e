// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "../util/error.h"
#include "../../module/format/order.h"

static struct row *new_row(struct row_list *s)
{
	if (s->count == s->size) {
		s->size = s->size ? s->size * 2 : 64;
		s->rows = xrealloc(s->rows, s->size * sizeof(*s->rows));
	}
	return &s->rows[s->count++];
}

/**
 * row_list_add() - keep a row
 * @s: snapshot
 * @row: copied
 */
void row_list_add(struct row_list *s, const struct row *row)
{
	row_copy(new_row(s), row);
}

/**
 * row_list_free() - give back a snapshot's memory
 * @s: snapshot, empty afterwards
 */
void row_list_free(struct row_list *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->rows[i].mark != ROW_TAKEN)
			row_free(&s->rows[i]);
	free(s->rows);
	*s = (struct row_list){};
}

/* A socket and what is left of it (TIME_WAIT) share a cookie, if both stand. */
static int compare(const void *a, const void *b)
{
	const struct ps_record *x = &(*(struct row *const *)a)->record;
	const struct ps_record *y = &(*(struct row *const *)b)->record;
	bool x_waits = x->state == PORTSOCK_TIME_WAIT;
	bool y_waits = y->state == PORTSOCK_TIME_WAIT;

	if (x->cookie != y->cookie)
		return x->cookie < y->cookie ? -1 : 1;
	return x_waits - y_waits;
}

static struct row **sorted_rows(struct row_list *s)
{
	struct row **rows = xrealloc(NULL, (s->count + 1) * sizeof(*rows));
	size_t i;

	for (i = 0; i < s->count; i++)
		rows[i] = &s->rows[i];
	qsort(rows, s->count, sizeof(*rows), compare);
	return rows;
}

static bool same_end(const struct ps_end *a, const struct ps_end *b)
{
	if (a->form != b->form || a->num != b->num)
		return false;
	if (a->form == PS_FORM_PATH || a->form == PS_FORM_ABSTRACT)
		return a->len == b->len && !memcmp(a->text, b->text, a->len);
	return !memcmp(a->ip, b->ip, sizeof(a->ip));
}

static bool same_owners(const struct row *a, const struct row *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (a->owners[i].pid != b->owners[i].pid ||
		    a->owners[i].tid != b->owners[i].tid ||
		    a->owners[i].fd != b->owners[i].fd ||
		    strcmp(a->owners[i].comm, b->owners[i].comm))
			return false;
	return true;
}

/* Whether two rows say the same, but for the time that runs in EXPIRES. */
static bool same_row(const struct row *a, const struct row *b)
{
	const struct ps_record *x = &a->record, *y = &b->record;

	return x->state == y->state && x->held == y->held &&
		x->port == y->port && x->flags == y->flags &&
		x->rxq == y->rxq && x->txq == y->txq && x->uid == y->uid &&
		same_end(&x->local, &y->local) &&
		same_end(&x->remote, &y->remote) && same_owners(a, b);
}

/* Marks what is new and what has changed, and in @before what is still there. */
static void mark_rows(struct row_list *before, struct row_list *now,
		      struct row_changes *changes)
{
	struct row **old = sorted_rows(before);
	size_t i;

	for (i = 0; i < now->count; i++) {
		struct row *row = &now->rows[i], **found;

		found = bsearch(&row, old, before->count, sizeof(*old),
				compare);
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
}

static void take(struct row_list *from, struct row_list *to, size_t i)
{
	*new_row(to) = from->rows[i];
	from->rows[i].mark = ROW_TAKEN;
}

static bool is_gone(const struct row *row)
{
	return row->mark != ROW_SEEN && row->mark != ROW_GONE;
}

static int compare_places(const struct ps_record *a, const struct ps_record *b)
{
	u64 x = ps_order_key(a), y = ps_order_key(b);

	if (x != y)
		return x < y ? -1 : 1;
	return ps_order_cmp(a, b);
}

/* A row that is gone is shown once more, where it stood. */
static void merge_gone(struct row_list *before, struct row_list *now,
		       struct row_changes *changes)
{
	struct row_list merged = {};
	size_t i, next = 0;

	for (i = 0; i < before->count; i++) {
		const struct ps_record *gone = &before->rows[i].record;

		if (!is_gone(&before->rows[i]))
			continue;
		while (next < now->count &&
		       compare_places(&now->rows[next].record, gone) <= 0)
			take(now, &merged, next++);
		take(before, &merged, i);
		merged.rows[merged.count - 1].mark = ROW_GONE;
		changes->gone++;
	}
	while (next < now->count)
		take(now, &merged, next++);
	row_list_free(now);
	*now = merged;
}

/**
 * diff_mark() - mark the rows of a snapshot by the one before
 * @before: the one before
 * @now: snapshot; what is gone is added, once
 * @changes: result
 */
void diff_mark(struct row_list *before, struct row_list *now,
		     struct row_changes *changes)
{
	*changes = (struct row_changes){};
	mark_rows(before, now, changes);
	merge_gone(before, now, changes);
}
