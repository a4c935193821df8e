/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rows of one snapshot: where what the tables tell and what the descriptors
 * tell meet.  It knows no socket, only records; tests/kunit drives it with
 * made-up ones.
 */
#ifndef PORTSOCK_STORE_H
#define PORTSOCK_STORE_H

#include <linux/hash.h>

#include "resched.h"
#include "filter.h"
#include "format/format.h"
#include "format/record.h"
#include "sk_module.h"
#include "vec.h"

struct ps_batch;

/**
 * struct ps_owner_task - a process or thread that owns sockets
 * @pid: process
 * @tid: the thread whose own table it is, else @pid
 * @front: bytes of @text that go before the descriptor
 * @back: bytes of @text that go behind it
 * @text: what all its descriptors have in common in OWNERS
 */
struct ps_owner_task {
	u32 pid;
	u32 tid;
	u8 front;
	u8 back;
	char text[PS_OWNER_FRONT + PS_OWNER_BACK];
};

/**
 * struct ps_owner_ref - a descriptor that refers to a socket
 * @task: index of a struct ps_owner_task
 * @fd: descriptor
 */
struct ps_owner_ref {
	u32 task;
	u32 fd;
};

/**
 * struct ps_extra_owner - one of several descriptors that refer to one socket
 * @record: the socket's record
 * @ref: who holds it
 */
struct ps_extra_owner {
	struct ps_record *record;
	struct ps_owner_ref ref;
};

/**
 * struct ps_inflight_edge - a message in the queue of one socket carries another
 * @carrier: cookie of the one
 * @carried: cookie of the other
 */
struct ps_inflight_edge {
	u64 carrier;
	u64 carried;
};

/**
 * struct ps_store - the rows of one snapshot
 * @max: records that may be gathered
 * @filter: what is asked for, NULL for everything
 * @records: struct ps_record
 * @bind_rows: struct ps_record with PS_EV_BUCKET
 * @tasks: struct ps_owner_task
 * @extra_owners: struct ps_extra_owner, owners of what has several, as the walk comes upon them
 * @edges: struct ps_inflight_edge, of records with PS_EV_CARRIED
 * @texts: chunks of text that records refer to
 * @text_room: bytes left in the last of @texts
 * @no_slot: NULL, what @slots is before the first record
 * @slots: hash of the records by cookie, open addressing; NULL: empty
 * @mask: slots - 1, a power of two
 * @shift: a hash has so many bits more than it takes to number the slots
 * @room: records for which there is room in @slots, at most @max
 * @rows: records in the order of the view, from ps_rows_make()
 * @nrows: of @rows
 * @nowners: of all rows
 * @has_requests: there may be rows of connections that are being made
 * @has_queued_subflows: there are sockets that wait as part of another
 * @owner_refs: owners of what has several, those of one record together
 * @nowner_refs: of @holds
 * @sk_modules: what a record's owners_at means if the kernel holds it
 */
struct ps_store {
	u32 max;
	const struct ps_filter *filter;
	struct ps_vec records;
	struct ps_vec bind_rows;
	struct ps_vec tasks;
	struct ps_vec extra_owners;
	struct ps_vec edges;
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
struct ps_record *ps_store_find(const struct ps_store *store, u64 cookie);
int ps_store_update(struct ps_store *store, struct ps_record *old,
		   const struct ps_record *r);
int ps_store_add_more_owners(struct ps_store *store, struct ps_record *r, u32 task,
		      u32 fd);
int ps_store_add_inflight_edge(struct ps_store *store, const struct ps_record *r);
int ps_store_add_task(struct ps_store *store, u32 pid, u32 tid, const char *comm,
		  u32 *index);
void ps_store_drop_index(struct ps_store *store);

/**
 * ps_store_chunk() - records that stand together
 * @store: store
 * @i: how many such were asked for before
 * @end: result, behind the last one
 *
 * Context: process, may sleep: lets others run.
 * Return: the first of them, NULL if there are no more.
 */
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
 * All records, as they were added; @end and @i are the loop's own.  A break leaves
 * the chunk, not the loop.
 */
#define ps_store_for_each(r, end, i, store) \
	for (i = 0; (r = ps_store_chunk(store, i, &end)); i++) \
		for (; r < end; r++)

/**
 * ps_store_slot() - where the search for a cookie begins
 * @store: with slots
 * @cookie: of a record
 *
 * By the leading bits, over which hash_64() spreads numbers that follow each
 * other, as cookies do.
 *
 * Context: any.
 * Return: less than the number of slots.
 */
static inline u32 ps_store_slot(const struct ps_store *store, u64 cookie)
{
	return hash_64(cookie, 32) >> store->shift;
}

/**
 * ps_store_find_full() - whether a full socket is known
 * @store: store
 * @cookie: of the socket
 *
 * Context: any; nobody adds meanwhile.
 * Return: its record, NULL if there is none: of a TIME_WAIT or a request with the
 * same cookie nothing is said.
 */
static inline struct ps_record *ps_store_find_full(const struct ps_store *store,
					      u64 cookie)
{
	struct ps_record *r;
	u32 i;

	for (i = ps_store_slot(store, cookie);
	     (r = store->slots[i & store->mask]); i++)
		if (likely(r->cookie == cookie && r->evidence & PS_EV_FULL))
			break;
	return r;
}

/**
 * ps_store_add_owner() - say that a descriptor refers to a socket
 * @store: store
 * @r: its record
 * @task: index of the task
 * @fd: descriptor
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
static inline int ps_store_add_owner(struct ps_store *store, struct ps_record *r,
			       u32 task, u32 fd)
{
	if (unlikely(r->owners))
		return ps_store_add_more_owners(store, r, task, fd);
	r->owners = 1;
	r->owner = task;
	r->fd = fd;
	return 0;
}

/**
 * ps_store_owner_at() - an owner of a record
 * @store: after ps_rows_make()
 * @r: record
 * @i: less than r->owners
 *
 * Context: any.
 * Return: the descriptor.
 */
static inline struct ps_owner_ref ps_store_owner_at(const struct ps_store *store,
					   const struct ps_record *r, u32 i)
{
	if (unlikely(r->owners > 1))
		return store->owner_refs[r->owners_at + i];
	return (struct ps_owner_ref){ .task = r->owner, .fd = r->fd };
}

/**
 * ps_store_owner_task() - whose descriptor it is
 * @store: store
 * @ref: from ps_store_owner_at()
 *
 * Context: any.
 * Return: the task.
 */
static inline const struct ps_owner_task *
ps_store_owner_task(const struct ps_store *store, struct ps_owner_ref ref)
{
	return ps_vec_at(&store->tasks, ref.task);
}

#endif /* PORTSOCK_STORE_H */
