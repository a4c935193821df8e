// SPDX-License-Identifier: GPL-2.0
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "bind_row.h"
#include "gfp.h"
#include "link.h"
#include "store.h"

#define FIRST_SLOTS	1024
#define TEXT_CHUNK	4096
/* Limit of owners of sockets with several, for each record of the limit. */
#define OWNERS_PER_SOCKET	4
/* Limit of links, likewise: each of the three table walks adds a link again. */
#define LINKS_PER_SOCKET	3

struct text_chunk {
	char *text;
};

/**
 * ps_store_init() - Initialise an empty store
 * @store: store
 * @max: limit of records
 */
void ps_store_init(struct ps_store *store, u32 max)
{
	memset(store, 0, sizeof(*store));
	store->max = max;
	store->slots = &store->no_slot;
	ps_vec_init(&store->records, sizeof(struct ps_record));
	ps_vec_init(&store->links, sizeof(struct ps_link));
	ps_vec_init(&store->bind_rows, sizeof(struct ps_bind_row));
	ps_vec_init(&store->tasks, sizeof(struct ps_owner_task));
	ps_vec_init(&store->extra_owners, sizeof(struct ps_extra_owner));
	ps_vec_init(&store->texts, sizeof(struct text_chunk));
}

static void free_slots(struct ps_store *store)
{
	if (store->slots != &store->no_slot)
		kvfree(store->slots);
	store->slots = &store->no_slot;
}

/**
 * ps_store_drop_index() - Free the memory that serves to add and find records
 * @store: no record can be added or found afterwards
 *
 * Context: process, may sleep.
 */
void ps_store_drop_index(struct ps_store *store)
{
	ps_vec_free(&store->extra_owners);
	ps_vec_free(&store->links);
	free_slots(store);
}

/**
 * ps_store_free() - Free the memory of a store
 * @store: initialised
 *
 * Context: process, may sleep.
 */
void ps_store_free(struct ps_store *store)
{
	u32 i, stop;

	ps_store_drop_index(store);
	ps_for_each_resched(i, stop, 0, store->texts.count)
		kfree(((struct text_chunk *)ps_vec_at(&store->texts, i))->text);
	ps_vec_free(&store->texts);
	ps_vec_free(&store->tasks);
	ps_vec_free(&store->bind_rows);
	ps_vec_free(&store->records);
	kvfree(store->rows);
	kvfree(store->owner_refs);
	store->rows = NULL;
	store->owner_refs = NULL;
}

/*
 * Return the slot of a record, or the free slot for it.  A socket and its
 * request share a record.  A TIME_WAIT has a record of its own, even if it has
 * the cookie of its socket.
 */
static __always_inline struct ps_record **
find_slot(const struct ps_store *store, const struct ps_record *r)
{
	u32 i = ps_store_slot(store, r->cookie);
	struct ps_record **slot;

	for (;; i++) {
		slot = &store->slots[i & store->mask];
		if (likely(!*slot) || ((*slot)->cookie == r->cookie &&
				       ps_record_is_timewait(*slot) ==
				       ps_record_is_timewait(r)))
			return slot;
	}
}

/* noinline: rarely called; keeps ps_store_add()'s variables in registers. */
static noinline int grow_slots(struct ps_store *store)
{
	u32 size = store->room ? 4 * (store->mask + 1) : FIRST_SLOTS, i, to;
	struct ps_record **slots, *r, *end;

	if (store->records.count >= store->max)
		return -EFBIG;
	slots = kvcalloc(size, sizeof(*slots), PS_GFP);
	if (!slots)
		return -ENOMEM;
	free_slots(store);
	store->slots = slots;
	store->mask = size - 1;
	store->shift = 32 - ilog2(size);
	store->room = min(store->max, size / 2);
	ps_store_for_each(r, end, i, store) {
		to = ps_store_slot(store, r->cookie);
		while (slots[to])
			to = (to + 1) & (size - 1);
		slots[to] = r;
	}
	return 0;
}

static bool has_text(const struct ps_end *end)
{
	return end->form == PS_FORM_PATH || end->form == PS_FORM_ABSTRACT;
}

/* Copy the text of an end from the batch to the store. */
static noinline int store_copy_text(struct ps_store *store, struct ps_end *end)
{
	struct text_chunk *chunk;
	char *text;

	if (!has_text(end))
		return 0;
	if (!end->len) {	/* an abstract name may be empty */
		end->text = "";
		return 0;
	}
	if (store->text_room < end->len) {
		text = kmalloc(TEXT_CHUNK, PS_GFP);
		if (!text)
			return -ENOMEM;
		chunk = ps_vec_push(&store->texts);
		if (!chunk) {
			kfree(text);
			return -ENOMEM;
		}
		chunk->text = text;
		store->text_room = TEXT_CHUNK;
	}
	chunk = ps_vec_at(&store->texts, store->texts.count - 1);
	text = chunk->text + TEXT_CHUNK - store->text_room;
	store->text_room -= end->len;
	memcpy(text, end->text, end->len);
	end->text = text;
	return 0;
}

static __always_inline int copy_record(struct ps_store *store,
				       struct ps_record *to,
				       const struct ps_record *from)
{
	*to = *from;
	if (unlikely(has_text(&from->local) || has_text(&from->remote)))
		return store_copy_text(store, &to->local) ?:
			store_copy_text(store, &to->remote);
	return 0;
}

/*
 * Merge a second record of one socket into the first.  A full socket replaces
 * its request.  A socket that has a file replaces the record without: it was
 * accepted between the two walks.  Otherwise the first record stays, and the
 * second may add the accept queue and the parent.  A queued child that fell back
 * from MPTCP to TCP is not a kernel socket, which only the walk of its listener
 * finds (fill_accept_parent() in inet_hash.c).  PS_OBS_INFLIGHT stays if both
 * records were found in messages.
 */
static noinline int merge(struct ps_store *store, struct ps_record *old,
			  const struct ps_record *new)
{
	const u16 file = PS_OBS_FULL | PS_OBS_FILE;
	const bool inflight = old->observed & new->observed & PS_OBS_INFLIGHT;
	const struct ps_record was = *old;
	int err = 0;

	if ((new->observed & file) > (old->observed & file)) {
		err = copy_record(store, old, new);
		ps_record_keep_parent(old, &was);
		if (was.owners) {
			old->owners = was.owners;
			old->owner = was.owner;
			old->fd = was.fd;
		}
		old->walk |= was.walk;
	} else {
		if (new->observed & PS_OBS_QUEUED) {
			old->observed &= new->observed | ~PS_OBS_KERNEL;
			old->observed |= PS_OBS_QUEUED;
		}
		ps_record_keep_parent(old, new);
	}
	if (!inflight)
		old->observed &= ~PS_OBS_INFLIGHT;
	return err;
}

/**
 * ps_store_add() - Add a record, or merge it into the record of the same socket
 * @store: store
 * @r: its texts are copied
 * @added: NULL, or set to the record in the store, to NULL if the filter
 *	excludes it
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -EFBIG if there are too many records.
 */
int ps_store_add(struct ps_store *store, const struct ps_record *r,
		 struct ps_record **added)
{
	struct ps_record **slot;
	int err;

	if (unlikely(store->filter && !(r->walk & PS_WALK_KEEP) &&
		     !ps_filter_wants_socket(store->filter, r))) {
		if (added)
			*added = NULL;
		return 0;
	}
	if (unlikely(ps_record_is_queued_subflow(r)))
		store->has_queued_subflows = true;
	slot = find_slot(store, r);
	if (unlikely(!*slot && store->records.count == store->room)) {
		err = grow_slots(store);
		if (err)
			return err;
		slot = find_slot(store, r);
	}
	if (*slot) {
		err = merge(store, *slot, r);
	} else {
		*slot = ps_vec_push(&store->records);
		err = *slot ? copy_record(store, *slot, r) : -ENOMEM;
	}
	if (added)
		*added = *slot;
	return err;
}

/**
 * ps_store_find() - Look up a record that is not a TIME_WAIT
 * @store: store
 * @cookie: of a socket or a request
 *
 * Return: the record, or NULL.
 */
struct ps_record *ps_store_find(const struct ps_store *store, u64 cookie)
{
	const struct ps_record r = { .cookie = cookie };

	return *find_slot(store, &r);
}

/**
 * ps_store_update() - Replace a record by that of the recheck
 * @store: store
 * @old: record that was unconfirmed
 * @r: its texts are copied
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int ps_store_update(struct ps_store *store, struct ps_record *old,
		    const struct ps_record *r)
{
	const bool inflight = old->observed & r->observed & PS_OBS_INFLIGHT;
	int err = copy_record(store, old, r);

	if (!inflight)
		old->observed &= ~PS_OBS_INFLIGHT;
	old->walk |= PS_WALK_UNCONFIRMED | PS_WALK_CONFIRMED;
	return err;
}

/**
 * ps_store_add_link() - Add a link between two sockets
 * @store: store
 * @link: link
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -EFBIG if there are too many links.
 */
int ps_store_add_link(struct ps_store *store, const struct ps_link *link)
{
	struct ps_link *added;

	if (store->links.count / LINKS_PER_SOCKET >= store->max)
		return -EFBIG;
	added = ps_vec_push(&store->links);
	if (!added)
		return -ENOMEM;
	*added = *link;
	return 0;
}

/**
 * ps_store_add_bind_row() - Add a bind row
 * @store: store
 * @row: bind row
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -EFBIG if there are too many bind rows.
 */
int ps_store_add_bind_row(struct ps_store *store,
			  const struct ps_bind_row *row)
{
	struct ps_bind_row *added;

	if (store->bind_rows.count >= store->max)
		return -EFBIG;
	added = ps_vec_push(&store->bind_rows);
	if (!added)
		return -ENOMEM;
	*added = *row;
	return 0;
}

static int add_extra_owner(struct ps_store *store, struct ps_record *r,
			   u32 task, u32 fd)
{
	struct ps_extra_owner *extra;

	if (store->extra_owners.count / OWNERS_PER_SOCKET >= store->max)
		return -EFBIG;
	extra = ps_vec_push(&store->extra_owners);
	if (!extra)
		return -ENOMEM;
	extra->record = r;
	extra->ref.task = task;
	extra->ref.fd = fd;
	return 0;
}

/**
 * ps_store_add_more_owners() - ps_store_add_owner() for a record with an owner
 * @store: store
 * @r: record of the socket
 * @task: index of the owner's task
 * @fd: file descriptor
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -EFBIG if there are too many owners.
 */
int ps_store_add_more_owners(struct ps_store *store, struct ps_record *r,
			     u32 task, u32 fd)
{
	int err = 0;

	if (r->owners == 1)
		err = add_extra_owner(store, r, r->owner, r->fd);
	if (!err)
		err = add_extra_owner(store, r, task, fd);
	if (!err)
		r->owners++;
	return err;
}

/**
 * ps_store_add_task() - Add a task that owns sockets
 * @store: store
 * @pid: process
 * @tid: thread with a private file table, else @pid
 * @comm: PS_COMM_SIZE bytes
 * @index: set to the index of the task in store->tasks
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int ps_store_add_task(struct ps_store *store, u32 pid, u32 tid,
		      const char *comm, u32 *index)
{
	struct ps_owner_task *task = ps_vec_push(&store->tasks);
	char *p;

	if (!task)
		return -ENOMEM;
	task->pid = pid;
	task->tid = tid;
	p = ps_format_owner_front(task->text, pid, tid);
	task->front = p - task->text;
	task->back = ps_format_owner_back(p, comm) - p;
	*index = store->tasks.count - 1;
	return 0;
}
