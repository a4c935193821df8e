// SPDX-License-Identifier: GPL-2.0
/*
 * A snapshot says the same whenever it is written, so its text need not be
 * kept: a page of it is, and for each page passed the place where it begins.
 * Reading on writes the next page, pread() goes to the page that it asks for.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "format/format.h"
#include "bind_row.h"
#include "gfp.h"
#include "snapshot.h"
#include "render.h"

#define PAGE_BYTES	65536U
/* The most that one piece takes: a row's beginning, an owner, the newline. */
#define PIECE_MAX	(PS_RECORD_MAX + PS_OWNER_MAX + 2)

struct page_start {
	u64 offset;
	struct ps_render_pos pos;
};

/**
 * ps_render_init() - get ready to write a snapshot
 * @render: text of a snapshot
 * @snapshot: stays as it is until ps_render_free()
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM; ps_render_free() is due in both cases.
 */
int ps_render_init(struct ps_render *render, const struct ps_snapshot *snapshot)
{
	struct page_start *first;

	memset(render, 0, sizeof(*render));
	ps_vec_init(&render->page_index, sizeof(struct page_start));
	render->snapshot = snapshot;
	render->page = kvmalloc(PAGE_BYTES, PS_GFP);
	first = ps_vec_push(&render->page_index);
	if (!render->page || !first)
		return -ENOMEM;
	memset(first, 0, sizeof(*first));
	return 0;
}

/**
 * ps_render_free() - undo ps_render_init()
 * @render: text of a snapshot
 *
 * Context: process, may sleep.
 */
void ps_render_free(struct ps_render *render)
{
	kvfree(render->page);
	render->page = NULL;
	ps_vec_free(&render->page_index);
}

/* Copies of constant length, which most are no longer than. */
static char *put_owner(char *p, const struct ps_store *store,
		       struct ps_owner_ref ref)
{
	const struct ps_owner_task *task = ps_store_owner_task(store, ref);

	memcpy(p, task->text, PS_OWNER_FRONT);
	p = ps_put_u32(p + task->front, ref.fd);
	memcpy(p, task->text + task->front, PS_COMM_SIZE);
	if (unlikely(task->back > PS_COMM_SIZE))
		memcpy(p, task->text + task->front, task->back);
	return p + task->back;
}

/* The row up to and with its first owner. */
static char *put_row(char *p, const struct ps_store *store,
		     const struct ps_record *r, struct ps_row_cache *common)
{
	p = ps_format_next(p, r, common);
	if (likely(r->owners))
		return put_owner(p, store, ps_store_owner_at(store, r, 0));
	if (r->held == PORTSOCK_HELD_KERNEL)
		return ps_format_module(p, ps_sk_module_name(&store->sk_modules,
							  r->owners_at));
	*p++ = '-';
	return p;
}

/* A bind row has the form of a socket's row. */
static char *put_bind_row(char *p, const struct ps_bind_row *row)
{
	struct ps_record r = {
		.cookie = row->cookie,
		.local = row->local,
		.remote.form = PS_FORM_ANY,
		.netns = row->netns,
		.uid = row->uid,
		.flags = row->flags,
		.expires = PS_NO_EXPIRY,
		.port = row->port,
		.proto = row->proto,
		.has = row->has | PS_HAS_PORT,
	};

	memcpy(r.dev, row->dev, sizeof(r.dev));
	p = ps_put_literal(p, "# ");
	p = ps_format_record(p, &r);
	return ps_put_literal(p, "-\n");
}

/* The first line's, then what ports remember: rows that are metadata. */
static char *put_front(char *p, const struct ps_snapshot *snapshot,
		       struct ps_render_pos *pos)
{
	const struct ps_vec *ports = &snapshot->store.bind_rows;

	if (!pos->owner)
		p = ps_format_header(p, &snapshot->header);
	else
		p = put_bind_row(p, ps_vec_at(ports, pos->owner - 1));
	if (pos->owner++ < ports->count)
		return p;
	pos->row = 1;
	pos->owner = 0;
	return p;
}

static bool at_end(const struct ps_render *render)
{
	return render->next.row > render->snapshot->store.nrows;
}

/*
 * Writes a row, or what is left of it, as long as there is room for a piece; then
 * pos->owner is 0 if it is complete.
 */
static char *put_pieces(char *p, const char *full, const struct ps_store *store,
			struct ps_render_pos *pos, struct ps_row_cache *common)
{
	const struct ps_record *r = store->rows[pos->row - 1];

	if (likely(!pos->owner)) {
		p = put_row(p, store, r, common);
		pos->owner = 1;
	}
	for (; pos->owner < r->owners; pos->owner++) {
		if (p > full)
			return p;
		*p++ = ',';
		p = put_owner(p, store,
			      ps_store_owner_at(store, r, pos->owner));
	}
	*p++ = '\n';
	pos->owner = 0;
	return p;
}

/* Writes the page that begins at @start. */
static void write_page(struct ps_render *render, const struct page_start *start)
{
	const struct ps_store *store = &render->snapshot->store;
	char *p = render->page, *full = p + PAGE_BYTES - PIECE_MAX;
	struct ps_render_pos next = start->pos;
	struct ps_row_cache common;

	ps_row_cache_init(&common);
	while (p <= full && !next.row)
		p = put_front(p, render->snapshot, &next);
	while (p <= full && next.row && next.row <= store->nrows) {
		p = put_pieces(p, full, store, &next, &common);
		next.row += !next.owner;
	}
	render->begin = start->offset;
	render->next = next;
	render->len = p - render->page;
}

static int write_page_number(struct ps_render *render, u32 number)
{
	struct page_start *next;

	write_page(render, ps_vec_at(&render->page_index, number));
	render->number = number;
	if (number + 1 < render->page_index.count || at_end(render))
		return 0;
	next = ps_vec_push(&render->page_index);
	if (!next) {
		render->len = 0;	/* it will be written again */
		return -ENOMEM;
	}
	next->offset = render->begin + render->len;
	next->pos = render->next;
	return 0;
}

/* The last page known to begin at or before @offset. */
static u32 find_page(const struct ps_render *render, u64 offset)
{
	u32 low = 0, high = render->page_index.count, middle;
	const struct page_start *start;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		start = ps_vec_at(&render->page_index, middle);
		if (start->offset <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static bool has_offset(const struct ps_render *render, u64 offset)
{
	return render->len && offset >= render->begin &&
		offset - render->begin < render->len;
}

/**
 * ps_render_at() - the text from an offset on
 * @render: text of a snapshot
 * @offset: in bytes
 * @bytes: the render, valid until the next call
 * @len: bytes there are, 0 at the end of the text
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -EINTR on a fatal signal.
 */
int ps_render_at(struct ps_render *render, u64 offset, const char **bytes,
	       size_t *len)
{
	u32 number;
	int err;

	while (!has_offset(render, offset)) {
		number = find_page(render, offset);
		if (render->len && number == render->number)
			break;	/* behind the last page */
		err = write_page_number(render, number);
		if (err)
			return err;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	*bytes = NULL;
	*len = 0;
	if (has_offset(render, offset)) {
		*bytes = render->page + (offset - render->begin);
		*len = render->len - (offset - render->begin);
	}
	return 0;
}
