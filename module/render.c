// SPDX-License-Identifier: GPL-2.0
/*
 * Text of a snapshot.  A snapshot does not change, so its text can be written
 * again at any time and is not kept.  One text page of it is in memory, and the
 * page index has the position at which each text page before it begins.
 * Sequential reads write the next page, pread() the page of its offset.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "bind_row.h"
#include "format/format.h"
#include "gfp.h"
#include "render.h"
#include "snapshot.h"

#define PAGE_BYTES	65536U

/*
 * Limit of one piece of text: the columns of a row with its first owner, or a
 * comma and an owner, the columns behind OWNERS and the newline.  The header is
 * shorter.
 */
#define PIECE_MAX	(PS_RECORD_MAX + PS_OWNER_MAX + PS_BACK_MAX + 2)

static_assert(PS_HEADER_MAX <= PIECE_MAX);

/**
 * struct page_start - start of a text page
 * @offset: offset in the text
 * @pos: position in the snapshot
 */
struct page_start {
	u64 offset;
	struct ps_render_pos pos;
};

/**
 * ps_render_init() - Prepare the text of a snapshot
 * @render: text
 * @snapshot: snapshot, constant until ps_render_free()
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM; call ps_render_free() in both cases.
 */
int ps_render_init(struct ps_render *render,
		   const struct ps_snapshot *snapshot)
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

/* Undo ps_render_init(). */
void ps_render_free(struct ps_render *render)
{
	kvfree(render->page);
	render->page = NULL;
	ps_vec_free(&render->page_index);
}

/*
 * Copy constant lengths, each of which compiles to a few stores: most owners
 * are not longer.  The next piece overwrites the bytes behind the real length.
 */
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

/*
 * Write a row, or the rest of it, until @p is beyond @full.  On return *@owner
 * is 0 if the row is complete, else the number of its owners that are written.
 */
static char *put_row(char *p, const char *full, const struct ps_store *store,
		     const struct ps_record *r, u32 *owner,
		     struct ps_row_cache *cache)
{
	if (likely(!*owner)) {
		p = ps_format_next(p, r, cache);
		if (likely(r->owners))
			p = put_owner(p, store, ps_store_owner_at(store, r, 0));
		else if (r->held == PORTSOCK_HELD_KERNEL)
			p = ps_format_module(p,
				ps_sk_module_name(&store->sk_modules,
						  r->owners_at));
		else
			*p++ = '-';
		*owner = 1;
	}
	for (; *owner < r->owners; ++*owner) {
		if (p > full)
			return p;
		*p++ = ',';
		p = put_owner(p, store, ps_store_owner_at(store, r, *owner));
	}
	p = ps_format_back(p, r);
	*p++ = '\n';
	*owner = 0;
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
	p = ps_format_back(ps_put_literal(p, PORTSOCK_NONE), &r);
	*p++ = '\n';
	return p;
}

/*
 * Write text page @number, and append the start of the next one to the page
 * index if it is not known.  Return 0 or -ENOMEM.
 */
static int write_page(struct ps_render *render, u32 number)
{
	const struct page_start *start = ps_vec_at(&render->page_index, number);
	const struct ps_store *store = &render->snapshot->store;
	const struct ps_vec *bind_rows = &store->bind_rows;
	char *p = render->page, *full = p + PAGE_BYTES - PIECE_MAX;
	struct ps_render_pos pos = start->pos;
	struct ps_row_cache cache;
	struct page_start *next;

	ps_row_cache_init(&cache);
	for (; p <= full && pos.metadata <= bind_rows->count; pos.metadata++) {
		if (!pos.metadata)
			p = ps_format_header(p, &render->snapshot->header);
		else
			p = put_bind_row(p, ps_vec_at(bind_rows,
						      pos.metadata - 1));
	}
	while (p <= full && pos.row < store->nrows) {
		p = put_row(p, full, store, store->rows[pos.row], &pos.owner,
			    &cache);
		if (!pos.owner)
			pos.row++;
	}
	render->page_offset = start->offset;
	render->page_len = p - render->page;
	render->page_number = number;

	/* Nothing follows, or the next start is known. */
	if ((pos.metadata > bind_rows->count && pos.row == store->nrows) ||
	    number + 1 < render->page_index.count)
		return 0;
	next = ps_vec_push(&render->page_index);
	if (!next) {
		render->page_len = 0;	/* the next read writes it again */
		return -ENOMEM;
	}
	next->offset = render->page_offset + render->page_len;
	next->pos = pos;
	return 0;
}

/* Return the last known text page that begins at or before @offset. */
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

static bool page_has_offset(const struct ps_render *render, u64 offset)
{
	return render->page_len && offset >= render->page_offset &&
		offset - render->page_offset < render->page_len;
}

/**
 * ps_render_at() - Return the text at an offset, up to the end of its text page
 * @render: text
 * @offset: offset in bytes
 * @bytes: result, valid until the next call
 * @len: number of @bytes, 0 at or behind the end of the text
 *
 * An offset ahead of all known pages writes each page up to it: the length of a
 * page is only known by writing it.
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, or -EINTR on a fatal signal.
 */
int ps_render_at(struct ps_render *render, u64 offset, const char **bytes,
		 size_t *len)
{
	u32 number;
	int err;

	*bytes = NULL;
	*len = 0;
	while (!page_has_offset(render, offset)) {
		number = find_page(render, offset);
		if (render->page_len && number == render->page_number)
			return 0;	/* behind the end of the text */
		err = write_page(render, number);
		if (err)
			return err;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	*bytes = render->page + (offset - render->page_offset);
	*len = render->page_len - (offset - render->page_offset);
	return 0;
}
