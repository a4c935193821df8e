/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records that are filled under a lock and handed to the store after it is
 * dropped:
 *
 *	do {
 *		spin_lock(bucket);
 *		for each socket of the bucket {
 *			if (ps_batch_enter(batch, sk))
 *				fill(ps_batch_add(batch));
 *			else if (ps_batch_is_full(batch))
 *				break;
 *		}
 *		spin_unlock(bucket);
 *		err = ps_batch_end_bucket(batch);
 *	} while (err == -EAGAIN);
 *	...
 *	err = ps_batch_flush(batch);
 *
 * A bucket may be as long as its users like, so it is read in sections.  A
 * section ends at the first socket for which there is no room, and the next one
 * begins with the socket of that cookie (BPF's socket iterators resume by cookie
 * as well).  Sockets that come and go in between therefore hide no other socket.
 * If the socket to go on from has left the bucket, the bucket is read from its
 * beginning once more; the store joins what it gets twice.
 */
#ifndef PORTSOCK_BATCH_H
#define PORTSOCK_BATCH_H

#include <linux/uidgid.h>
#include <linux/un.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "filter.h"
#include "format/record.h"

/* Sockets without a record that are looked at in one section, and its records. */
#define PS_BATCH_SKIPPED	4096
#define PS_BATCH_RECORDS	256
#define PS_BATCH_RECORDS_MAX	1024
/* Records that one socket needs at most, and texts: its name and its peer's. */
#define PS_BATCH_SPARE		4
#define PS_BATCH_TEXT		(2 * UNIX_PATH_MAX)

struct ps_batch;
struct ps_sk_modules;
struct user_namespace;

/**
 * struct ps_sink - where batches go
 * @add: takes the records; called without locks, may sleep; 0 or an error
 * @has: whether the sink has no use for a full socket of this cookie, since
 *	it has it; called under locks
 */
struct ps_sink {
	int (*add)(struct ps_sink *sink, struct ps_batch *batch);
	bool (*has)(struct ps_sink *sink, u64 cookie);
};

/**
 * struct ps_batch - records of one bucket
 * @filter_net: the network namespace whose sockets are wanted, NULL for all
 * @walk_net: the one whose tables are walked
 * @first_net: the one whose tables are walked first: what others have in common with
 *	it need not be walked again
 * @unloaded: protocols (bits of enum portsock_proto) that no module was there for
 *	when the look began, so that none of their sockets was either
 * @filter: what is asked for, NULL for everything
 * @user_ns: the user namespace that uids are told in
 * @sink: where the records go
 * @sk_modules: the names of kernel modules that hold sockets
 * @recheck: the second look, at sockets that no process was found to hold
 * @uid: the last one that was told
 * @uid_munged: what it is in @user_ns
 * @inflight_only: only what travels in messages is looked for
 * @state_only: of these protocols (bits of enum portsock_proto) it is wanted who is
 *	where in which state, of others nothing; 0: all of everything
 * @opener_uid: whose view it is
 * @show_bind_uids: told who bound a port once, also if it was not @opener
 * @flushed: records that the sink took
 * @records: of them
 * @count: records in use
 * @capacity: of @records
 * @limit: highest @count with which another socket is entered without further
 *	checks; -1 while there is a socket to resume at, and once too many sockets
 *	of the bucket were skipped in this section
 * @next_limit: highest @count with which another bucket shares the batch; -1 if
 *	this one was not read to its end, or too many were skipped
 * @skipped: sockets of the bucket that gave no record in this section
 * @stopped: cookie of the socket that ended the section, 0 if none did
 * @resume: cookie of the socket that the section begins with, 0 for the first
 * @stopped_tw: @stopped is of a TIME_WAIT, which has the cookie of its socket
 * @resume_tw: the same of @resume
 * @stopped_at: where in the queue of @stopped the section ended, 0 if not there
 * @queue_of: cookie of the socket in whose queue the section begins
 * @queue_at: where in that queue, 0 for its beginning
 * @restarts: how often this bucket was read from its beginning once more
 * @text: the texts of the records
 * @text_used: bytes in use
 * @text_size: of @text
 */
struct ps_batch {
	struct net *filter_net;
	struct net *walk_net;
	struct net *first_net;
	u64 unloaded;
	const struct ps_filter *filter;
	struct user_namespace *user_ns;
	struct ps_sink *sink;
	struct ps_sk_modules *sk_modules;
	bool recheck;
	kuid_t uid;
	u32 uid_munged;
	bool inflight_only;
	u64 state_only;
	kuid_t opener_uid;
	bool show_bind_uids;
	u64 flushed;
	struct ps_record *records;
	u32 count;
	u32 capacity;
	s32 limit;
	s32 next_limit;
	u32 skipped;
	u64 stopped;
	u64 resume;
	bool stopped_tw;
	bool resume_tw;
	u64 stopped_at;
	u64 queue_of;
	u64 queue_at;
	u32 restarts;
	char *text;
	u32 text_used;
	u32 text_size;
};

int ps_batch_init(struct ps_batch *batch);
void ps_batch_free(struct ps_batch *batch);
struct ps_record *ps_batch_add_bind_row(struct ps_batch *batch, const struct net *net,
				u32 port, enum portsock_proto proto);
const char *ps_batch_text(struct ps_batch *batch, const char *text, u32 len);
void ps_batch_reset(struct ps_batch *batch);
void ps_batch_stop(struct ps_batch *batch, struct sock *sk, u64 at);
bool ps_batch_resume_at(struct ps_batch *batch, struct sock *sk);
int ps_batch_flush(struct ps_batch *batch);

/**
 * ps_batch_has_room() - whether the records of @sockets sockets fit
 * @batch: batch
 * @sockets: number of sockets
 *
 * Context: any; locks may be held.
 * Return: true if they do.
 */
static inline bool ps_batch_has_room(const struct ps_batch *batch, u32 sockets)
{
	return (s32)(batch->count + sockets) <= batch->limit + 1;
}

/**
 * ps_batch_has_text_room() - whether the names of @sockets sockets fit
 * @batch: batch
 * @sockets: number of unix sockets
 *
 * Context: any; locks may be held.
 * Return: true if they do.
 */
static inline bool ps_batch_has_text_room(const struct ps_batch *batch,
					  u32 sockets)
{
	return batch->text_used + sockets * PS_BATCH_TEXT <= batch->text_size;
}

/**
 * ps_batch_is_full() - whether the section has ended
 * @batch: batch
 *
 * Context: any; locks may be held.
 * Return: true if no more sockets can be entered before ps_batch_end_bucket().
 */
static inline bool ps_batch_is_full(const struct ps_batch *batch)
{
	return unlikely(batch->stopped);
}

/**
 * ps_batch_enter() - whether a socket of the bucket belongs to this section
 * @batch: batch
 * @sk: full socket, TIME_WAIT or request, whether it is wanted or not
 *
 * To be called for each socket of a bucket, in order.
 *
 * Context: the lock of the bucket is held.
 * Return: true if the socket is to be looked at now: there is room for
 * PS_BATCH_SPARE records.  False if an earlier section had it, or if it has to
 * wait for the next one (ps_batch_is_full()).
 */
static inline bool ps_batch_enter(struct ps_batch *batch, struct sock *sk)
{
	if (likely((s32)batch->count <= batch->limit))
		return true;
	if (batch->resume &&
	    (atomic64_read(&sk->sk_cookie) != batch->resume ||
	     (READ_ONCE(sk->sk_state) == TCP_TIME_WAIT) != batch->resume_tw))
		return false;
	return ps_batch_resume_at(batch, sk);
}

/**
 * ps_batch_skip() - a socket that was entered gives no record
 * @batch: batch
 *
 * Limits how many sockets are looked at under the lock of the bucket.
 *
 * Context: the lock of the bucket is held.
 */
static inline void ps_batch_skip(struct ps_batch *batch)
{
	if (unlikely(++batch->skipped == PS_BATCH_SKIPPED)) {
		batch->limit = -1;
		batch->next_limit = -1;
	}
}

bool ps_batch_enter_queue(struct ps_batch *batch, struct sock *sk, u64 at);
u64 ps_batch_queue_pos(const struct ps_batch *batch, struct sock *sk);
bool ps_batch_queue_lost(struct ps_batch *batch, struct sock *sk);

/**
 * ps_batch_add() - take a record to be filled
 * @batch: batch
 *
 * Context: any; locks may be held.
 * Return: the record, zeroed; NULL if there is no room, which does not happen
 * after ps_batch_enter().
 */
static inline struct ps_record *ps_batch_add(struct ps_batch *batch)
{
	struct ps_record *r;

	if (unlikely(batch->count == batch->capacity))
		return NULL;
	r = &batch->records[batch->count++];
	*r = (struct ps_record){ .expires = PS_NO_EXPIRY };
	return r;
}

/**
 * ps_batch_wants_bind_rows() - whether what bind() compares with is asked for
 * @batch: batch
 *
 * Context: any.
 * Return: false if ps_batch_add_bind_row() has no record for anything.
 */
static inline bool ps_batch_wants_bind_rows(const struct ps_batch *batch)
{
	return ps_filter_has(batch->filter, PS_KEY_BIND) && !batch->recheck &&
		!batch->state_only && !batch->inflight_only;
}

/* Records that are left for the next bucket; most have one socket or two. */
#define PS_BATCH_ROOM	64

/**
 * ps_batch_end_bucket() - end a section of a bucket
 * @batch: batch
 *
 * Several short buckets share a batch: the records stay in it unless there is
 * little room left or the section did not reach the end of the bucket.
 *
 * Context: process, may sleep; no locks are held.
 * Return: as ps_batch_flush().
 */
static inline int ps_batch_end_bucket(struct ps_batch *batch)
{
	if (unlikely((s32)batch->count > batch->next_limit))
		return ps_batch_flush(batch);
	batch->skipped = 0;
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
	return batch->walk_net == batch->first_net;
}

/**
 * ps_batch_wants_net() - whether a network namespace is looked at
 * @batch: batch
 * @filter_net: a socket's network namespace
 *
 * Context: any.
 * Return: true if its sockets are to be added; one that is being torn down has
 * none that anybody could know of.
 */
static inline bool ps_batch_wants_net(const struct ps_batch *batch,
				      const struct net *net)
{
	return batch->filter_net ? batch->filter_net == net : check_net(net);
}

/**
 * ps_batch_sink_has() - whether the sink has no use for a socket
 * @batch: batch
 * @cookie: of a full socket
 *
 * Context: any, locks may be held.
 * Return: true if the socket need not be added.
 */
static inline bool ps_batch_sink_has(struct ps_batch *batch, u64 cookie)
{
	return batch->sink->has(batch->sink, cookie);
}

#endif /* PORTSOCK_BATCH_H */
