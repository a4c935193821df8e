// SPDX-License-Identifier: GPL-2.0
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "gfp.h"
#include "store.h"

#define FIRST_SLOTS	1024
#define TEXT_CHUNK	4096
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
	ps_vec_init(&store->records, sizeof(struct ps_record));
	ps_vec_init(&store->ports, sizeof(struct ps_record));
	ps_vec_init(&store->tasks, sizeof(struct ps_task));
	ps_vec_init(&store->found, sizeof(struct ps_found));
	ps_vec_init(&store->edges, sizeof(struct ps_edge));
	ps_vec_init(&store->texts, sizeof(struct text_chunk));
}

/**
 * ps_store_settle() - free what only the gathering needs
 * @store: nothing can be added afterwards
 *
 * Context: process, may sleep.
 */
void ps_store_settle(struct ps_store *store)
{
	ps_vec_free(&store->found);
	ps_vec_free(&store->edges);
	kvfree(store->slots);
	store->slots = NULL;
}

/**
 * ps_store_free() - free all that a store holds
 * @store: initialised
 *
 * Context: process, may sleep.
 */
void ps_store_free(struct ps_store *store)
{
	u32 i;

	ps_store_settle(store);
	for (i = 0; i < store->texts.count; i++)
		kfree(((struct text_chunk *)ps_vec_at(&store->texts, i))->text);
	ps_vec_free(&store->texts);
	ps_vec_free(&store->tasks);
	ps_vec_free(&store->ports);
	ps_vec_free(&store->records);
	kvfree(store->rows);
	kvfree(store->holds);
	store->rows = NULL;
	store->holds = NULL;
}

static u32 tag_of(u64 cookie, bool timewait)
{
	return hash_64(cookie, 32) ^ timewait;
}

/*
 * Where a tag's search begins: by its leading bits, which hash_64() spreads evenly
 * over numbers that follow each other, as cookies do.
 */
static u32 first_slot(const struct ps_store *store, u32 tag)
{
	return tag >> store->shift;
}

/*
 * A record of that identity, or NULL; and its slot, or where it would be.  Of two
 * with one cookie the tag tells which is the TIME_WAIT.
 */
static __always_inline struct ps_record *look_up(const struct ps_store *store,
						 u64 cookie, bool timewait,
						 struct ps_slot **slot)
{
	u32 tag = tag_of(cookie, timewait), i = first_slot(store, tag);
	struct ps_record *r;

	for (;; i++) {
		*slot = &store->slots[i & store->mask];
		if (!(*slot)->record)
			return NULL;
		if (likely((*slot)->tag == tag)) {
			r = ps_store_record(store, (*slot)->record - 1);
			if (likely(r->cookie == cookie))
				return r;
		}
	}
}

/*
 * The tags tell where the slots move to, no record is looked at.  What is rare is
 * not inlined into ps_store_add(): fewer registers to be saved for each socket.
 */
static noinline int widen_hash(struct ps_store *store)
{
	u32 old = store->slots ? store->mask + 1 : 0, i, to;
	u32 size = old ? 4 * old : FIRST_SLOTS;
	struct ps_slot *slots = kvcalloc(size, sizeof(*slots), PS_GFP);

	if (!slots)
		return -ENOMEM;
	store->shift = 32 - ilog2(size);
	for (i = 0; i < old; i++) {
		ps_breathe(i);
		if (!store->slots[i].record)
			continue;
		to = first_slot(store, store->slots[i].tag);
		while (slots[to].record)
			to = (to + 1) & (size - 1);
		slots[to] = store->slots[i];
	}
	kvfree(store->slots);
	store->slots = slots;
	store->mask = size - 1;
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

/* The record's texts belong to a batch; take them over. */
static int keep_record(struct ps_store *store, struct ps_record *to,
		       const struct ps_record *from)
{
	int err = 0;

	*to = *from;
	if (is_text(&to->local))
		err = keep_text(store, &to->local);
	if (!err && is_text(&to->remote))
		err = keep_text(store, &to->remote);
	return err;
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
	old->owners = was.owners;
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

/**
 * ps_store_add() - add a record, or what is new in it
 * @store: store
 * @r: its texts are copied
 * @index: place of the record, PS_NO_RECORD if it is not asked for; may be NULL
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -EFBIG if there are too many.
 */
int ps_store_add(struct ps_store *store, const struct ps_record *r, u32 *index)
{
	u32 count = store->records.count;
	bool timewait = ps_record_is_timewait(r);
	struct ps_record *known, *new;
	struct ps_slot *slot;

	if (unlikely(store->filter && !is_wanted(store, r))) {
		if (index)
			*index = PS_NO_RECORD;
		return 0;
	}
	if (unlikely(2 * (u64)count >= store->mask)) {
		int err = widen_hash(store);

		if (err)
			return err;
	}
	if (ps_record_is_queued_part(r))
		store->parts = true;
	known = look_up(store, r->cookie, timewait, &slot);
	if (index)
		*index = known ? slot->record - 1 : count;
	if (known)
		return merge(store, known, r);
	if (count >= store->max)
		return -EFBIG;
	new = ps_vec_push(&store->records);
	if (!new)
		return -ENOMEM;
	slot->record = count + 1;
	slot->tag = tag_of(r->cookie, timewait);
	return keep_record(store, new, r);
}

/**
 * ps_store_find() - whether a socket is known
 * @store: store
 * @cookie: of the socket
 * @full: only a full socket counts, no request
 *
 * Context: any; nobody adds meanwhile.
 * Return: index of the record, PS_NO_RECORD if there is none.
 */
u32 ps_store_find(const struct ps_store *store, u64 cookie, bool full)
{
	const struct ps_record *r;
	struct ps_slot *slot;

	if (!store->slots)
		return PS_NO_RECORD;
	r = look_up(store, cookie, false, &slot);
	if (!r || (full && !(r->evidence & PS_EV_FULL)))
		return PS_NO_RECORD;
	return slot->record - 1;
}

/**
 * ps_store_renew() - what a second look at a doubtful socket told
 * @store: store
 * @index: of the doubtful record
 * @r: its texts are copied
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int ps_store_renew(struct ps_store *store, u32 index,
		   const struct ps_record *r)
{
	struct ps_record *old = ps_store_record(store, index);
	u16 before = old->evidence;
	int err = keep_record(store, old, r);

	old->evidence = still_carried(old, before);
	old->evidence |= PS_EV_DOUBT | PS_EV_AGAIN;
	return err;
}

/**
 * ps_store_carry() - remember that one socket carries another
 * @store: store
 * @r: any record; only those with PS_EV_CARRIED tell of such
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int ps_store_carry(struct ps_store *store, const struct ps_record *r)
{
	struct ps_edge *edge;

	if (!(r->evidence & PS_EV_CARRIED))
		return 0;
	edge = ps_vec_push(&store->edges);
	if (!edge)
		return -ENOMEM;
	edge->carrier = r->parent;
	edge->carried = r->cookie;
	return 0;
}

/**
 * ps_store_task() - add a task that owns sockets
 * @store: store
 * @pid: process
 * @tid: thread with a table of its own, else @pid
 * @comm: PS_COMM_SIZE bytes
 * @index: its place
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int ps_store_task(struct ps_store *store, u32 pid, u32 tid, const char *comm,
		  u32 *index)
{
	struct ps_task *task = ps_vec_push(&store->tasks);
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
