// SPDX-License-Identifier: GPL-2.0
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "gfp.h"
#include "store.h"

#define FIRST_SLOTS	1024
#define TEXT_CHUNK	4096
/* Owners of sockets with several, for each socket that the store may have. */
#define OWNERS_PER_SOCKET	4
#define EV_KEPT	(PS_EV_HIDDEN | PS_EV_DOUBT | PS_EV_AGAIN)

struct text_chunk {
	char *text;
};

/**
 * ps_store_init() - an empty store
 * @store: store
 * @max: records that may be gathered
 *
 * Context: any.
 */
void ps_store_init(struct ps_store *store, u32 max)
{
	memset(store, 0, sizeof(*store));
	store->max = max;
	store->slots = &store->no_slot;
	ps_vec_init(&store->records, sizeof(struct ps_record));
	ps_vec_init(&store->bind_rows, sizeof(struct ps_record));
	ps_vec_init(&store->tasks, sizeof(struct ps_owner_task));
	ps_vec_init(&store->extra_owners, sizeof(struct ps_extra_owner));
	ps_vec_init(&store->edges, sizeof(struct ps_inflight_edge));
	ps_vec_init(&store->texts, sizeof(struct text_chunk));
}

static void free_slots(struct ps_store *store)
{
	if (store->slots != &store->no_slot)
		kvfree(store->slots);
}

/**
 * ps_store_drop_index() - free what only the gathering needs
 * @store: nothing can be added afterwards
 *
 * Context: process, may sleep.
 */
void ps_store_drop_index(struct ps_store *store)
{
	ps_vec_free(&store->extra_owners);
	ps_vec_free(&store->edges);
	free_slots(store);
	store->slots = &store->no_slot;
}

/**
 * ps_store_free() - free all that a store holds
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
 * Where a record of that identity is, or would be.  A socket and its request share
 * one, a TIME_WAIT has one of its own, though it may have the same cookie.
 */
static __always_inline struct ps_record **
look_up(const struct ps_store *store, const struct ps_record *r)
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

/*
 * What is rare is not inlined into ps_store_add(): fewer registers to be saved for
 * each socket.
 */
static noinline int widen_hash(struct ps_store *store)
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

static char *text_space(struct ps_store *store, u32 len)
{
	struct text_chunk *chunk;
	char *text;

	if (store->text_room < len) {
		text = kmalloc(TEXT_CHUNK, PS_GFP);
		if (!text)
			return NULL;
		chunk = ps_vec_push(&store->texts);
		if (!chunk) {
			kfree(text);
			return NULL;
		}
		chunk->text = text;
		store->text_room = TEXT_CHUNK;
	}
	chunk = ps_vec_at(&store->texts, store->texts.count - 1);
	text = chunk->text + TEXT_CHUNK - store->text_room;
	store->text_room -= len;
	return text;
}

static bool is_text(const struct ps_end *end)
{
	return end->form == PS_FORM_PATH || end->form == PS_FORM_ABSTRACT;
}

static int keep_text(struct ps_store *store, struct ps_end *end)
{
	char *text;

	if (!end->len) {	/* an abstract name may be empty */
		end->text = "";
		return 0;
	}
	text = text_space(store, end->len);
	if (!text)
		return -ENOMEM;
	memcpy(text, end->text, end->len);
	end->text = text;
	return 0;
}

static noinline int keep_texts(struct ps_store *store, struct ps_record *r)
{
	int err = 0;

	if (is_text(&r->local))
		err = keep_text(store, &r->local);
	if (!err && is_text(&r->remote))
		err = keep_text(store, &r->remote);
	return err;
}

/* The record's texts belong to a batch; take them over. */
static __always_inline int keep_record(struct ps_store *store,
				       struct ps_record *to,
				       const struct ps_record *from)
{
	*to = *from;
	if (unlikely(is_text(&from->local) || is_text(&from->remote)))
		return keep_texts(store, to);
	return 0;
}

/* What a table tells of, too, is not known by a message only. */
static u16 still_carried(const struct ps_record *r, u16 before)
{
	return before & (PS_EV_CARRIED | PS_EV_GONE) ? r->evidence :
		r->evidence & ~PS_EV_CARRIED;
}

/*
 * One socket was seen twice.  The full socket is what stays: a request seen
 * before it is forgotten.  A socket that had no file when it was first seen
 * and has one now was accepted in between: what was said then is outdated.  A
 * record of nothing but a parent (PS_EV_GONE from the start) adds that.
 */
static noinline int merge(struct ps_store *store, struct ps_record *old,
			  const struct ps_record *new)
{
	const u16 file = PS_EV_FULL | PS_EV_FILE;
	struct ps_record was = *old;
	int err;

	if ((new->evidence & file) <= (old->evidence & file)) {
		if (new->evidence & PS_EV_QUEUED) {
			old->evidence &= new->evidence | ~PS_EV_KERNEL;
			old->evidence |= PS_EV_QUEUED;
		}
		old->evidence = still_carried(old, new->evidence);
		ps_record_keep_parent(old, new);
		return 0;
	}
	err = keep_record(store, old, new);
	ps_record_keep_parent(old, &was);
	if (was.owners) {
		old->owners = was.owners;
		old->owner = was.owner;
		old->fd = was.fd;
	}
	old->evidence = still_carried(old, was.evidence);
	old->evidence |= was.evidence & EV_KEPT;
	return err;
}

/* What tells of others is kept whatever is asked for, and has no row then. */
static noinline bool is_wanted(const struct ps_store *store,
			       const struct ps_record *r)
{
	return r->evidence & (PS_EV_GONE | PS_EV_WITNESS) ||
		ps_filter_wants_socket(store->filter, r);
}

static __always_inline int add_new(struct ps_store *store,
				   struct ps_record **slot,
				   const struct ps_record *r)
{
	*slot = ps_vec_push(&store->records);
	return *slot ? keep_record(store, *slot, r) : -ENOMEM;
}

/**
 * ps_store_add() - add a record, or what is new in it
 * @store: store
 * @r: its texts are copied
 * @added: the record in the store, NULL if it is not asked for; may be NULL
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -EFBIG if there are too many.
 */
int ps_store_add(struct ps_store *store, const struct ps_record *r,
		 struct ps_record **added)
{
	struct ps_record **slot;
	int err;

	if (unlikely(store->filter && !is_wanted(store, r))) {
		if (added)
			*added = NULL;
		return 0;
	}
	if (unlikely(ps_record_is_queued_subflow(r)))
		store->has_queued_subflows = true;
	slot = look_up(store, r);
	if (unlikely(!*slot && store->records.count == store->room)) {
		err = widen_hash(store);
		if (err)
			return err;
		slot = look_up(store, r);
	}
	err = *slot ? merge(store, *slot, r) : add_new(store, slot, r);
	if (added)
		*added = *slot;
	return err;
}

/**
 * ps_store_find() - whether anything but a TIME_WAIT is known
 * @store: store
 * @cookie: of a socket or a request
 *
 * Context: any; nobody adds meanwhile.
 * Return: its record, NULL if there is none.
 */
struct ps_record *ps_store_find(const struct ps_store *store, u64 cookie)
{
	const struct ps_record r = { .cookie = cookie };

	return *look_up(store, &r);
}

/**
 * ps_store_update() - what a second look at a doubtful socket told
 * @store: store
 * @old: record of the doubtful socket
 * @r: its texts are copied
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int ps_store_update(struct ps_store *store, struct ps_record *old,
		   const struct ps_record *r)
{
	u16 before = old->evidence;
	int err = keep_record(store, old, r);

	old->evidence = still_carried(old, before);
	old->evidence |= PS_EV_DOUBT | PS_EV_AGAIN;
	return err;
}

static int add_found(struct ps_store *store, struct ps_record *r, u32 task,
		     u32 fd)
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
 * ps_store_add_more_owners() - ps_store_add_owner() of a socket that has an owner
 * @store: store
 * @r: its record
 * @task: index of the task
 * @fd: descriptor
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -EFBIG if there are too many owners.
 */
int ps_store_add_more_owners(struct ps_store *store, struct ps_record *r, u32 task,
		      u32 fd)
{
	int err = 0;

	if (r->owners == 1)
		err = add_found(store, r, r->owner, r->fd);
	if (!err)
		err = add_found(store, r, task, fd);
	if (!err)
		r->owners++;
	return err;
}

/**
 * ps_store_add_inflight_edge() - remember that one socket carries another
 * @store: store
 * @r: any record; only those with PS_EV_CARRIED tell of such
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -EFBIG if there are too many.
 */
int ps_store_add_inflight_edge(struct ps_store *store, const struct ps_record *r)
{
	struct ps_inflight_edge *edge;

	if (!(r->evidence & PS_EV_CARRIED))
		return 0;
	if (store->edges.count >= store->max)
		return -EFBIG;
	edge = ps_vec_push(&store->edges);
	if (!edge)
		return -ENOMEM;
	edge->carrier = r->parent;
	edge->carried = r->cookie;
	return 0;
}

/**
 * ps_store_add_task() - add a task that owns sockets
 * @store: store
 * @pid: process
 * @tid: thread with a table of its own, else @pid
 * @comm: PS_COMM_SIZE bytes
 * @index: its place
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int ps_store_add_task(struct ps_store *store, u32 pid, u32 tid, const char *comm,
		  u32 *index)
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
