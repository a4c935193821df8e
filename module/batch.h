/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records that are filled under a lock and handed to a sink after the lock is
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
 * Unprivileged users decide how long a bucket is, so it is read in sections.  A
 * section ends at the first socket that has no room.  The next section begins
 * with the socket of that cookie, as in BPF's socket iterators.  Sockets that
 * come and go between two sections therefore hide no other socket.  If the
 * socket to resume at has left the bucket, the bucket is read once more from
 * its beginning.  The store merges records of one socket.
 */
#ifndef PORTSOCK_BATCH_H
#define PORTSOCK_BATCH_H

#include <linux/uidgid.h>
#include <linux/un.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "bind_row.h"
#include "filter.h"
#include "format/record.h"
#include "link.h"

/* Limits of a section: sockets without a record; records, at first and later. */
#define PS_BATCH_SKIPPED	4096
#define PS_BATCH_RECORDS	256
#define PS_BATCH_RECORDS_MAX	1024
/* Limits of a socket: records; bytes of text, for its name and its peer's. */
#define PS_BATCH_SPARE		4
#define PS_BATCH_TEXT		(2 * UNIX_PATH_MAX)
/*
 * Records and bind rows left for the next bucket; most buckets have one socket
 * or two.
 */
#define PS_BATCH_ROOM		64

struct ps_batch;
struct ps_sk_modules;
struct user_namespace;

/**
 * struct ps_sink - where batches go
 * @add: takes records, links and bind rows; called without locks, may sleep;
 *	returns 0 or an error
 * @has: returns true if a full socket of this cookie need not be added; called
 *	under locks
 */
struct ps_sink {
	int (*add)(struct ps_sink *sink, struct ps_batch *batch);
	bool (*has)(struct ps_sink *sink, u64 cookie);
};

/**
 * struct ps_batch - records of one section
 * @filter_net: network namespace of the wanted sockets, NULL for all
 * @walk_net: network namespace of the tables that are walked
 * @first_net: the first @walk_net of the walk; tables that others share
 *	with it are not walked again
 * @unloaded: protocols (bits of enum portsock_proto) with a kernel module that
 *	was not loaded when the snapshot began, so that they had no sockets
 * @filter: NULL for none
 * @user_ns: user namespace of the uids in the records
 * @sink: where the records go
 * @sk_modules: names of the kernel modules that own sockets
 * @recheck: the walk confirms sockets without an owner
 * @uid: the uid that was mapped last
 * @uid_munged: @uid in @user_ns
 * @inflight_only: only the contents of messages are wanted
 * @state_only: only port and state of these protocols (bits of enum
 *	portsock_proto) are wanted; 0: everything
 * @opener_uid: fsuid of the opener
 * @show_bind_uids: show the uid of a fastreuse state even if it is not
 *	@opener_uid
 * @flushed: number of records that the sink took
 * @records: array
 * @count: records in use
 * @capacity: size of @records, of @links and of @bind_rows
 * @limit: ps_batch_enter() needs no further checks up to this @count.  -1 while
 *	there is a socket to resume at, and after the section's limits of links,
 *	bind rows or skipped sockets are reached
 * @next_limit: the next bucket shares the batch up to this @count; -1 if the
 *	bucket was not read to its end, or like @limit
 * @skipped: sockets of the section without a record
 * @stopped: cookie of the socket that ended the section, 0 if none did
 * @resume: cookie of the socket that the section begins with, 0 for the first
 * @stopped_tw: @stopped is a TIME_WAIT, which has the cookie of its socket
 * @resume_tw: the same of @resume
 * @stopped_at: position in the queue of @stopped, 0 if not there
 * @queue_of: cookie of the socket with the queue in which the section begins
 * @queue_at: position in that queue, 0 for its beginning
 * @restarts: how often this bucket was read once more from its beginning
 * @links: array
 * @nlinks: number of @links in use
 * @bind_rows: array; NULL if the filter has no bind=yes
 * @nbind_rows: number of @bind_rows in use
 * @text: text to which the records refer
 * @text_used: bytes of @text in use
 * @text_size: size of @text in bytes
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
	struct ps_link *links;
	u32 nlinks;
	struct ps_bind_row *bind_rows;
	u32 nbind_rows;
	char *text;
	u32 text_used;
	u32 text_size;
};

int ps_batch_init(struct ps_batch *batch);
void ps_batch_free(struct ps_batch *batch);
void ps_batch_add_link(struct ps_batch *batch, enum ps_link_kind kind,
		       struct sock *carrier, struct sock *carried);
struct ps_bind_row *ps_batch_add_bind_row(struct ps_batch *batch,
					  const struct net *net, u16 port,
					  enum portsock_proto proto);
const char *ps_batch_text(struct ps_batch *batch, const char *text, u32 len);
void ps_batch_reset(struct ps_batch *batch);
void ps_batch_stop(struct ps_batch *batch, struct sock *sk, u64 at);
bool ps_batch_resume_at(struct ps_batch *batch, struct sock *sk);
bool ps_batch_enter_queue(struct ps_batch *batch, struct sock *sk, u64 at);
u64 ps_batch_queue_pos(const struct ps_batch *batch, struct sock *sk);
bool ps_batch_queue_lost(struct ps_batch *batch, struct sock *sk);
int ps_batch_flush(struct ps_batch *batch);

/* Return true if there is room for the records of so many sockets. */
static inline bool ps_batch_has_room(const struct ps_batch *batch, u32 sockets)
{
	return (s32)(batch->count + sockets) <= batch->limit + 1;
}

/* Return true if there is room for the texts of so many sockets. */
static inline bool ps_batch_has_text_room(const struct ps_batch *batch,
					  u32 sockets)
{
	return batch->text_used + sockets * PS_BATCH_TEXT <= batch->text_size;
}

/* Return true if the section has ended: no socket can be entered any more. */
static inline bool ps_batch_is_full(const struct ps_batch *batch)
{
	return unlikely(batch->stopped);
}

/* End the section before the next socket. */
static inline void ps_batch_set_full(struct ps_batch *batch)
{
	batch->limit = -1;
	batch->next_limit = -1;
}

/**
 * ps_batch_enter() - Return true if a socket belongs to this section
 * @batch: batch
 * @sk: full socket, TIME_WAIT or request
 *
 * The caller calls this for each socket of a bucket, in order, wanted or not.
 *
 * Context: the lock of the bucket is held.
 * Return: true if the section has the socket, and there is room for
 * PS_BATCH_SPARE records.  False if an earlier section had it, or if the next
 * section will have it (ps_batch_is_full()).
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
 * ps_batch_skip() - Count an entered socket that gives no record
 * @batch: batch
 *
 * Limits the number of sockets that are read under the lock of the bucket.
 *
 * Context: the lock of the bucket is held.
 */
static inline void ps_batch_skip(struct ps_batch *batch)
{
	if (unlikely(++batch->skipped == PS_BATCH_SKIPPED))
		ps_batch_set_full(batch);
}

/**
 * ps_batch_add() - Return a record to be filled
 * @batch: batch
 *
 * Context: locks may be held.
 * Return: the record, zeroed but for PS_NO_EXPIRY; NULL without room, which
 * does not happen after ps_batch_enter().
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

/* Return true if this walk collects bind rows. */
static inline bool ps_batch_wants_bind_rows(const struct ps_batch *batch)
{
	return batch->bind_rows && !batch->recheck && !batch->inflight_only;
}

/**
 * ps_batch_end_bucket() - End a section of a bucket
 * @batch: batch
 *
 * Several short buckets share a batch: the records stay in it unless there is
 * little room left or the section did not reach the end of the bucket.
 *
 * Context: process, may sleep; no locks are held.
 * Return: see ps_batch_flush().
 */
static inline int ps_batch_end_bucket(struct ps_batch *batch)
{
	if (unlikely((s32)batch->count > batch->next_limit))
		return ps_batch_flush(batch);
	batch->skipped = 0;
	return 0;
}

/* Return true until the tables of a second network namespace are walked. */
static inline bool ps_batch_is_first(const struct ps_batch *batch)
{
	return batch->walk_net == batch->first_net;
}

/**
 * ps_batch_wants_net() - Return true if sockets of a network namespace are
 * wanted
 * @batch: batch
 * @net: network namespace of a socket
 *
 * Sockets of a namespace that is being destroyed are not wanted: no process can
 * own them.
 */
static inline bool ps_batch_wants_net(const struct ps_batch *batch,
				      const struct net *net)
{
	return batch->filter_net ? batch->filter_net == net : check_net(net);
}

/**
 * ps_batch_sink_has() - Return true if a socket need not be added
 * @batch: batch
 * @cookie: of a full socket
 *
 * Context: locks may be held.
 */
static inline bool ps_batch_sink_has(struct ps_batch *batch, u64 cookie)
{
	return batch->sink->has(batch->sink, cookie);
}

#endif /* PORTSOCK_BATCH_H */
