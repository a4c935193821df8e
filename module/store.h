/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The records of one snapshot.  The store joins the records of the table walk
 * and of the file table walk, by cookie.  It has no access to sockets, only to
 * records; tests/kunit drives it without sockets.
 */
#ifndef PORTSOCK_STORE_H
#define PORTSOCK_STORE_H

#include <linux/hash.h>

#include "filter.h"
#include "format/format.h"
#include "format/record.h"
#include "resched.h"
#include "sk_module.h"
#include "vec.h"

struct ps_bind_row;
struct ps_link;

/**
 * struct ps_owner_task - a process or thread that owns sockets
 * @pid: process
 * @tid: thread with a private file table, else @pid
 * @front: bytes of @text before the file descriptor
 * @back: bytes of @text after it
 * @text: what all its owners have in common in column OWNERS
 */
struct ps_owner_task {
	u32 pid;
	u32 tid;
	u8 front;
	u8 back;
	char text[PS_OWNER_FRONT + PS_OWNER_BACK];
};

/**
 * struct ps_owner_ref - a file descriptor that refers to a socket
 * @task: index of a struct ps_owner_task
 * @fd: file descriptor
 */
struct ps_owner_ref {
	u32 task;
	u32 fd;
};

/**
 * struct ps_extra_owner - an owner of a socket that has several
 * @record: record of the socket
 * @ref: the owner
 */
struct ps_extra_owner {
	struct ps_record *record;
	struct ps_owner_ref ref;
};

/**
 * struct ps_store - the records of one snapshot
 * @max: limit of records and of bind rows; links may be three times as many,
 *	owners of sockets with several owners four times
 * @filter: NULL for none
 * @records: struct ps_record
 * @links: struct ps_link
 * @bind_rows: struct ps_bind_row
 * @tasks: struct ps_owner_task
 * @extra_owners: struct ps_extra_owner, in the order of the file table walk
 * @texts: chunks of text to which records refer
 * @text_room: bytes left in the last of @texts
 * @no_slot: NULL; @slots refers to it before the first record
 * @slots: hash of the records by cookie, open addressing; NULL: empty
 * @mask: number of slots - 1; the number is a power of two
 * @shift: the leading 32 - @shift bits of a hash are the number of its slot
 * @room: records until @slots grows, at most @max
 * @rows: records that are shown, in the order of the view, from ps_rows_make()
 * @nrows: number of @rows
 * @nowners: number of owners in all rows
 * @has_requests: there may be rows of request sockets
 * @has_queued_subflows: there are MPTCP subflows in accept queues
 * @owner_refs: owners of sockets with several, those of one socket together
 * @nowner_refs: number of @owner_refs, before duplicates are dropped
 * @sk_modules: names of the kernel modules that own sockets
 */
struct ps_store {
	u32 max;
	const struct ps_filter *filter;
	struct ps_vec records;
	struct ps_vec links;
	struct ps_vec bind_rows;
	struct ps_vec tasks;
	struct ps_vec extra_owners;
	struct ps_vec texts;
	u32 text_room;
	struct ps_record *no_slot;
	struct ps_record **slots;
	u32 mask;
	u32 shift;
	u32 room;
	struct ps_record **rows;
	u32 nrows;
	u32 nowners;
	bool has_requests;
	bool has_queued_subflows;
	struct ps_owner_ref *owner_refs;
	u32 nowner_refs;
	struct ps_sk_modules sk_modules;
};

void ps_store_init(struct ps_store *store, u32 max);
void ps_store_free(struct ps_store *store);

int ps_store_add(struct ps_store *store, const struct ps_record *r,
		 struct ps_record **added);
int ps_store_update(struct ps_store *store, struct ps_record *old,
		    const struct ps_record *r);
int ps_store_add_link(struct ps_store *store, const struct ps_link *link);
int ps_store_add_bind_row(struct ps_store *store,
			  const struct ps_bind_row *row);
int ps_store_add_task(struct ps_store *store, u32 pid, u32 tid,
		      const char *comm, u32 *index);
int ps_store_add_more_owners(struct ps_store *store, struct ps_record *r,
			     u32 task, u32 fd);
struct ps_record *ps_store_find(const struct ps_store *store, u64 cookie);
void ps_store_drop_index(struct ps_store *store);

/* Return the records of chunk @i, and set @end behind them; NULL if none. */
static inline struct ps_record *ps_store_chunk(const struct ps_store *store,
					       u32 i, struct ps_record **end)
{
	u32 before = i << PS_VEC_SHIFT;
	struct ps_record *r;

	if (before >= store->records.count)
		return NULL;
	ps_resched(before);
	r = store->records.chunks[i];
	*end = r + min(store->records.count - before, PS_VEC_CHUNK);
	return r;
}

/*
 * Loop over all records, in the order in which they were added, with reschedule
 * points.  @end and @i belong to the loop.  A break leaves the chunk, not the
 * loop.
 */
#define ps_store_for_each(r, end, i, store) \
	for (i = 0; (r = ps_store_chunk(store, i, &end)); i++) \
		for (; r < end; r++)

/*
 * Return the slot where the search for a cookie begins: the leading bits, over
 * which hash_64() spreads numbers that follow each other, as cookies do.
 */
static inline u32 ps_store_slot(const struct ps_store *store, u64 cookie)
{
	return hash_64(cookie, 32) >> store->shift;
}

/**
 * ps_store_find_full() - Look up the record of a full socket
 * @store: store
 * @cookie: of the socket
 *
 * Return: the record, or NULL; a TIME_WAIT or a request of that cookie does not
 * count.
 */
static inline struct ps_record *ps_store_find_full(const struct ps_store *store,
						   u64 cookie)
{
	struct ps_record *r;
	u32 i;

	for (i = ps_store_slot(store, cookie);
	     (r = store->slots[i & store->mask]); i++)
		if (likely(r->cookie == cookie && r->observed & PS_OBS_FULL))
			break;
	return r;
}

/**
 * ps_store_add_owner() - Add an owner to a record
 * @store: store
 * @r: record of the socket
 * @task: index of the owner's task, from ps_store_add_task()
 * @fd: file descriptor
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -EFBIG if there are too many owners.
 */
static inline int ps_store_add_owner(struct ps_store *store,
				     struct ps_record *r, u32 task, u32 fd)
{
	if (unlikely(r->owners))
		return ps_store_add_more_owners(store, r, task, fd);
	r->owners = 1;
	r->owner = task;
	r->fd = fd;
	return 0;
}

/* Return owner @i of a record, less than r->owners, after ps_rows_make(). */
static inline struct ps_owner_ref
ps_store_owner_at(const struct ps_store *store, const struct ps_record *r,
		  u32 i)
{
	if (unlikely(r->owners > 1))
		return store->owner_refs[r->owners_at + i];
	return (struct ps_owner_ref){ .task = r->owner, .fd = r->fd };
}

static inline const struct ps_owner_task *
ps_store_owner_task(const struct ps_store *store, struct ps_owner_ref ref)
{
	return ps_vec_at(&store->tasks, ref.task);
}

#endif /* PORTSOCK_STORE_H */
