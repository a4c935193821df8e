/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rows of one snapshot: where what the tables tell and what the descriptors
 * tell meet.  It knows no socket, only records; tests/kunit drives it with
 * made-up ones.
 */
#ifndef PORTSOCK_STORE_H
#define PORTSOCK_STORE_H

#include "breathe.h"
#include "core/filter.h"
#include "core/format.h"
#include "core/record.h"
#include "holder.h"
#include "vec.h"

struct ps_batch;

/**
 * struct ps_task - a process or thread that owns sockets
 * @pid: process
 * @tid: the thread whose own table it is, else @pid
 * @front: bytes of @text that go before the descriptor
 * @back: bytes of @text that go behind it
 * @text: what all its descriptors have in common in OWNERS
 */
struct ps_task {
	u32 pid;
	u32 tid;
	u8 front;
	u8 back;
	char text[PS_OWNER_FRONT + PS_OWNER_BACK];
};

/**
 * struct ps_hold - a descriptor that refers to a socket
 * @task: index of a struct ps_task
 * @fd: descriptor
 */
struct ps_hold {
	u32 task;
	u32 fd;
};

/**
 * struct ps_found - a descriptor as the walk comes upon it
 * @record: index of the socket's record
 * @hold: who holds it
 */
struct ps_found {
	u32 record;
	struct ps_hold hold;
};

/**
 * struct ps_slot - a place in the hash of the records
 * @tag: hash of the record's identity, which tells nearly all others apart
 * @record: 1 + index of the record, 0: empty
 */
struct ps_slot {
	u32 tag;
	u32 record;
};

/**
 * struct ps_edge - a message in the queue of one socket carries another
 * @carrier: cookie of the one
 * @carried: cookie of the other
 */
struct ps_edge {
	u64 carrier;
	u64 carried;
};

/**
 * struct ps_store - the rows of one snapshot
 * @max: records that may be gathered
 * @filter: what is asked for, NULL for everything
 * @records: struct ps_record
 * @ports: struct ps_record with PS_EV_BUCKET
 * @tasks: struct ps_task
 * @found: struct ps_found, descriptors as the walk comes upon them
 * @edges: struct ps_edge, of records with PS_EV_CARRIED
 * @texts: chunks of text that records refer to
 * @text_room: bytes left in the last of @texts
 * @slots: hash of the records by identity, open addressing
 * @mask: slots - 1, a power of two
 * @shift: tags have so many bits more than it takes to number the slots
 * @rows: indices of records in the order of the view, from ps_rows_make()
 * @nrows: of @rows
 * @requests: there may be rows of connections that are being made
 * @parts: there are sockets that wait as part of another
 * @holds: owners, those of one record together
 * @nholds: of @holds
 * @holders: what a record's owners_at means if the kernel holds it
 */
struct ps_store {
	u32 max;
	const struct ps_filter *filter;
	struct ps_vec records;
	struct ps_vec ports;
	struct ps_vec tasks;
	struct ps_vec found;
	struct ps_vec edges;
	struct ps_vec texts;
	u32 text_room;
	struct ps_slot *slots;
	u32 mask;
	u32 shift;
	u32 *rows;
	u32 nrows;
	bool requests;
	bool parts;
	struct ps_hold *holds;
	u32 nholds;
	struct ps_holders holders;
};

#define PS_NO_RECORD	U32_MAX

void ps_store_init(struct ps_store *store, u32 max);
void ps_store_free(struct ps_store *store);

int ps_store_add(struct ps_store *store, const struct ps_record *r, u32 *index);
u32 ps_store_find(const struct ps_store *store, u64 cookie, bool full);
int ps_store_renew(struct ps_store *store, u32 index,
		   const struct ps_record *r);
int ps_store_carry(struct ps_store *store, const struct ps_record *r);
int ps_store_task(struct ps_store *store, u32 pid, u32 tid, const char *comm,
		  u32 *index);
void ps_store_settle(struct ps_store *store);

/**
 * ps_store_record() - a record
 * @store: store
 * @i: less than store->records.count
 *
 * Context: any.
 * Return: the record.
 */
static inline struct ps_record *ps_store_record(const struct ps_store *store,
						u32 i)
{
	return (struct ps_record *)store->records.chunks[i >> PS_VEC_SHIFT] +
		(i & (PS_VEC_CHUNK - 1));
}

/**
 * ps_store_own() - say that a descriptor refers to a socket
 * @store: store
 * @record: index of the record
 * @task: index of the task
 * @fd: descriptor
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
static inline int ps_store_own(struct ps_store *store, u32 record, u32 task,
			       u32 fd)
{
	struct ps_found *found = ps_vec_push(&store->found);

	if (!found)
		return -ENOMEM;
	found->record = record;
	found->hold.task = task;
	found->hold.fd = fd;
	ps_store_record(store, record)->owners++;
	return 0;
}

/**
 * ps_store_hold() - an owner of a record
 * @store: after ps_rows_make()
 * @r: record
 * @i: less than r->owners
 *
 * Context: any.
 * Return: the descriptor.
 */
static inline const struct ps_hold *ps_store_hold(const struct ps_store *store,
						  const struct ps_record *r,
						  u32 i)
{
	return &store->holds[r->owners_at + i];
}

/**
 * ps_store_holder() - whose descriptor it is
 * @store: store
 * @hold: from ps_store_hold()
 *
 * Context: any.
 * Return: the task.
 */
static inline const struct ps_task *
ps_store_holder(const struct ps_store *store, const struct ps_hold *hold)
{
	return ps_vec_at(&store->tasks, hold->task);
}

#endif /* PORTSOCK_STORE_H */
