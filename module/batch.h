/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records gathered under a lock, worked on after it is dropped.
 *
 *	do {
 *		spin_lock(bucket);
 *		for each socket of the bucket
 *			fill(ps_batch_add(batch));
 *		spin_unlock(bucket);
 *		err = ps_batch_done(batch);
 *	} while (err == -EAGAIN);
 *
 * Where most buckets have one socket or two, ps_batch_next() gathers several of
 * them before it hands them over; ps_batch_done() follows the last one.
 */
#ifndef PORTSOCK_BATCH_H
#define PORTSOCK_BATCH_H

#include <linux/uidgid.h>
#include <net/net_namespace.h>

#include "core/filter.h"
#include "core/record.h"

/* Up to so many ports are looked up instead of walking a table. */
#define PS_FEW_PORTS	256

struct ps_batch;
struct ps_holders;
struct user_namespace;

/**
 * struct ps_sink - where batches go
 * @take: takes the records; called without locks, may sleep; 0 or an error
 * @knows: whether the sink has no use for a full socket of this cookie, since
 *	it has it; called under locks
 */
struct ps_sink {
	int (*take)(struct ps_sink *sink, struct ps_batch *batch);
	bool (*knows)(struct ps_sink *sink, u64 cookie);
};

/**
 * struct ps_batch - records of one bucket
 * @net: the network namespace whose sockets are wanted, NULL for all
 * @at: the one whose tables are walked
 * @first: the one whose tables are walked first: what others have in common with
 *	it need not be walked again
 * @absent: protocols (bits of enum portsock_proto) that no module was there for
 *	when the look began, so that none of their sockets was either
 * @filter: what is asked for, NULL for everything
 * @user_ns: the user namespace that uids are told in
 * @sink: where the records go
 * @holders: the names of kernel modules that hold sockets
 * @again: the second look, at sockets that no process was found to hold
 * @uid: the last one that was told
 * @uid_told: what it is in @user_ns
 * @queues: only what travels in messages is looked for
 * @brief: of these protocols (bits of enum portsock_proto) it is wanted who is
 *	where in which state, of others nothing; 0: all of everything
 * @opener: whose view it is
 * @all_uids: told who bound a port once, also if it was not @opener
 * @taken: records that the sink took
 * @records: of them
 * @count: records in use
 * @begin: those before it are of buckets that were read to the end
 * @capacity: of @records
 * @missed: sockets for which there was no room
 * @text: the texts of the records
 * @text_used: bytes in use
 * @text_size: of @text
 * @text_missed: bytes for which there was no room
 */
struct ps_batch {
	struct net *net;
	struct net *at;
	struct net *first;
	u64 absent;
	const struct ps_filter *filter;
	struct user_namespace *user_ns;
	struct ps_sink *sink;
	struct ps_holders *holders;
	bool again;
	kuid_t uid;
	u32 uid_told;
	bool queues;
	u64 brief;
	kuid_t opener;
	bool all_uids;
	u64 taken;
	struct ps_record *records;
	u32 count;
	u32 begin;
	u32 capacity;
	u32 missed;
	char *text;
	u32 text_used;
	u32 text_size;
	u32 text_missed;
};

int ps_batch_init(struct ps_batch *batch, u32 capacity);
void ps_batch_free(struct ps_batch *batch);
struct ps_record *ps_batch_tell(struct ps_batch *batch, const struct net *net,
				u32 port, enum portsock_proto proto);
const char *ps_batch_text(struct ps_batch *batch, const char *text, u32 len);
void ps_batch_reset(struct ps_batch *batch);
int ps_batch_done(struct ps_batch *batch);

/**
 * ps_batch_add() - a record to be filled
 * @batch: batch
 *
 * Context: any, locks may be held.
 * Return: the record, zeroed; NULL if there is no room left, in which case
 * ps_batch_done() will ask for the whole bucket again.
 */
static inline struct ps_record *ps_batch_add(struct ps_batch *batch)
{
	struct ps_record *r;

	if (unlikely(batch->count == batch->capacity)) {
		batch->missed++;
		return NULL;
	}
	r = &batch->records[batch->count++];
	*r = (struct ps_record){ .expires = PS_NO_EXPIRY };
	return r;
}

/**
 * ps_batch_tells() - whether what bind() compares with is asked for
 * @batch: batch
 *
 * Context: any.
 * Return: false if ps_batch_tell() has no record for anything.
 */
static inline bool ps_batch_tells(const struct ps_batch *batch)
{
	return ps_filter_has(batch->filter, PS_KEY_BIND) && !batch->again &&
		!batch->brief && !batch->queues;
}

/**
 * ps_batch_is_short() - whether there was no room for all
 * @batch: batch
 *
 * Context: any.
 * Return: true if ps_batch_done() will make room and return -EAGAIN.
 */
static inline bool ps_batch_is_short(const struct ps_batch *batch)
{
	return batch->missed || batch->text_missed;
}

/* So many records are left free for the next bucket. */
#define PS_BATCH_ROOM	64

/**
 * ps_batch_next() - a bucket was read, another one follows
 * @batch: batch
 *
 * Context: process, may sleep; no locks.
 * Return: as ps_batch_done(), which is called if there is little room left.
 */
static inline int ps_batch_next(struct ps_batch *batch)
{
	/* Where a record is missed there is no room either. */
	if (unlikely(batch->text_missed ||
		     batch->count + PS_BATCH_ROOM > batch->capacity))
		return ps_batch_done(batch);
	batch->begin = batch->count;
	return 0;
}

/**
 * ps_batch_is_first() - whether no other network namespace was walked before
 * @batch: batch
 *
 * Context: any.
 * Return: false if the tables that all of them share have been walked.
 */
static inline bool ps_batch_is_first(const struct ps_batch *batch)
{
	return batch->at == batch->first;
}

/**
 * ps_batch_wants_net() - whether a network namespace is looked at
 * @batch: batch
 * @net: a socket's network namespace
 *
 * Context: any.
 * Return: true if its sockets are to be added; one that is being torn down has
 * none that anybody could know of.
 */
static inline bool ps_batch_wants_net(const struct ps_batch *batch,
				      const struct net *net)
{
	return batch->net ? batch->net == net : check_net(net);
}

/**
 * ps_wants_few_ports() - whether to go by port instead of by bucket
 * @filter: what is asked for, NULL for everything
 *
 * Context: any.
 * Return: true if so few ports are asked for that each of them is looked up.
 */
static inline bool ps_wants_few_ports(const struct ps_filter *filter)
{
	return ps_filter_has(filter, PS_KEY_PORT) &&
		filter->ports.count <= PS_FEW_PORTS;
}

/**
 * ps_batch_knows() - whether the sink has no use for a socket
 * @batch: batch
 * @cookie: of a full socket
 *
 * Context: any, locks may be held.
 * Return: true if the socket need not be added.
 */
static inline bool ps_batch_knows(struct ps_batch *batch, u64 cookie)
{
	return batch->sink->knows(batch->sink, cookie);
}

#endif /* PORTSOCK_BATCH_H */
