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
#include "gfp.h"
#include "snapshot.h"
#include "render.h"

#define PAGE_BYTES	65536U
/* The most that one piece takes: a row's beginning, an owner, the newline. */
#define PIECE_MAX	(PS_RECORD_MAX + PS_OWNER_MAX + 2)

struct mark {
	u64 offset;
	struct ps_place place;
};

/**
 * ps_text_init() - get ready to write a snapshot
 * @text: text
 * @snapshot: stays as it is until ps_text_free()
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM; ps_text_free() is due in both cases.
 */
int ps_text_init(struct ps_text *text, const struct ps_snapshot *snapshot)
{
	struct mark *first;

	memset(text, 0, sizeof(*text));
	ps_vec_init(&text->marks, sizeof(struct mark));
	text->snapshot = snapshot;
	text->page = kvmalloc(PAGE_BYTES, PS_GFP);
	first = ps_vec_push(&text->marks);
	if (!text->page || !first)
		return -ENOMEM;
	memset(first, 0, sizeof(*first));
	return 0;
}

/**
 * ps_text_free() - undo ps_text_init()
 * @text: text
 *
 * Context: process, may sleep.
 */
void ps_text_free(struct ps_text *text)
{
	kvfree(text->page);
	text->page = NULL;
	ps_vec_free(&text->marks);
}

/* Copies of constant length, which most are no longer than. */
static char *put_owner(char *p, const struct ps_store *store,
		       struct ps_hold hold)
{
	const struct ps_task *task = ps_store_holder(store, hold);

	memcpy(p, task->text, PS_OWNER_FRONT);
	p = ps_put_u32(p + task->front, hold.fd);
	memcpy(p, task->text + task->front, PS_COMM_SIZE);
	if (unlikely(task->back > PS_COMM_SIZE))
		memcpy(p, task->text + task->front, task->back);
	return p + task->back;
}

/* The row up to and with its first owner. */
static char *put_row(char *p, const struct ps_store *store,
		     const struct ps_record *r, struct ps_common *common)
{
	p = ps_format_next(p, r, common);
	if (likely(r->owners))
		return put_owner(p, store, ps_store_hold(store, r, 0));
	if (r->held == PORTSOCK_HELD_KERNEL)
		return ps_format_holder(p, ps_holder_name(&store->holders,
							  r->owners_at));
	*p++ = '-';
	return p;
}

/* The first line's, then what ports remember: rows that are metadata. */
static char *put_front(char *p, const struct ps_snapshot *snapshot,
		       struct ps_place *place)
{
	const struct ps_vec *ports = &snapshot->store.ports;

	if (!place->owner) {
		p = ps_format_header(p, &snapshot->header);
	} else {
		memcpy(p, "# ", 2);
		p = ps_format_record(p + 2, ps_vec_at(ports, place->owner - 1));
		memcpy(p, "-\n", 2);
		p += 2;
	}
	if (place->owner++ < ports->count)
		return p;
	place->row = 1;
	place->owner = 0;
	return p;
}

static bool at_end(const struct ps_text *text)
{
	return text->next.row > text->snapshot->store.nrows;
}

/*
 * Writes a row, or what is left of it, as long as there is room for a piece; then
 * place->owner is 0 if it is complete.
 */
static char *put_pieces(char *p, const char *full, const struct ps_store *store,
			struct ps_place *place, struct ps_common *common)
{
	const struct ps_record *r = store->rows[place->row - 1];

	if (likely(!place->owner)) {
		p = put_row(p, store, r, common);
		place->owner = 1;
	}
	for (; place->owner < r->owners; place->owner++) {
		if (p > full)
			return p;
		*p++ = ',';
		p = put_owner(p, store,
			      ps_store_hold(store, r, place->owner));
	}
	*p++ = '\n';
	place->owner = 0;
	return p;
}

/* Writes the page that begins at @mark. */
static void write_page(struct ps_text *text, const struct mark *mark)
{
	const struct ps_store *store = &text->snapshot->store;
	char *p = text->page, *full = p + PAGE_BYTES - PIECE_MAX;
	struct ps_place next = mark->place;
	struct ps_common common;

	ps_common_init(&common);
	while (p <= full && !next.row)
		p = put_front(p, text->snapshot, &next);
	while (p <= full && next.row && next.row <= store->nrows) {
		p = put_pieces(p, full, store, &next, &common);
		next.row += !next.owner;
	}
	text->begin = mark->offset;
	text->next = next;
	text->len = p - text->page;
}

static int write_page_number(struct ps_text *text, u32 number)
{
	struct mark *next;

	write_page(text, ps_vec_at(&text->marks, number));
	text->number = number;
	if (number + 1 < text->marks.count || at_end(text))
		return 0;
	next = ps_vec_push(&text->marks);
	if (!next) {
		text->len = 0;	/* it will be written again */
		return -ENOMEM;
	}
	next->offset = text->begin + text->len;
	next->place = text->next;
	return 0;
}

/* The last page known to begin at or before @offset. */
static u32 find_page(const struct ps_text *text, u64 offset)
{
	u32 low = 0, high = text->marks.count, middle;
	const struct mark *mark;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		mark = ps_vec_at(&text->marks, middle);
		if (mark->offset <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static bool has_offset(const struct ps_text *text, u64 offset)
{
	return text->len && offset >= text->begin &&
		offset - text->begin < text->len;
}

/**
 * ps_text_at() - the text from an offset on
 * @text: text
 * @offset: in bytes
 * @bytes: the text, valid until the next call
 * @len: bytes there are, 0 at the end of the text
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -EINTR on a fatal signal.
 */
int ps_text_at(struct ps_text *text, u64 offset, const char **bytes,
	       size_t *len)
{
	u32 number;
	int err;

	while (!has_offset(text, offset)) {
		number = find_page(text, offset);
		if (text->len && number == text->number)
			break;	/* behind the last page */
		err = write_page_number(text, number);
		if (err)
			return err;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	*bytes = NULL;
	*len = 0;
	if (has_offset(text, offset)) {
		*bytes = text->page + (offset - text->begin);
		*len = text->len - (offset - text->begin);
	}
	return 0;
}
