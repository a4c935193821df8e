// SPDX-License-Identifier: GPL-2.0
#include <linux/highuid.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "batch.h"
#include "cookie.h"
#include "gfp.h"

/* Text for as many sockets as ps_batch_end_bucket() leaves records. */
#define TEXT_SIZE	(PS_BATCH_ROOM * PS_BATCH_TEXT)
#define TEXT_SIZE_MAX	(4 * TEXT_SIZE)
/* How often a bucket is read again after the socket to resume at has left. */
#define RESTARTS	16

static int batch_alloc(struct ps_batch *batch, u32 capacity, u32 text_size)
{
	const bool bind = ps_filter_has(batch->filter, PS_KEY_BIND) &&
		!batch->state_only;

	batch->records = kvmalloc_array(capacity, sizeof(*batch->records),
					PS_GFP);
	batch->links = kvmalloc_array(capacity, sizeof(*batch->links), PS_GFP);
	batch->bind_rows = !bind ? NULL :
		kvmalloc_array(capacity, sizeof(*batch->bind_rows), PS_GFP);
	batch->text = kvmalloc(text_size, PS_GFP);
	batch->capacity = capacity;
	batch->text_size = text_size;
	if (!batch->records || !batch->links || (bind && !batch->bind_rows) ||
	    !batch->text)
		return -ENOMEM;
	return 0;
}

/**
 * ps_batch_init() - Allocate the memory of a batch
 * @batch: zeroed but for the members that describe the walk
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM; the caller calls ps_batch_free() in both cases.
 */
int ps_batch_init(struct ps_batch *batch)
{
	int err = batch_alloc(batch, PS_BATCH_RECORDS, TEXT_SIZE);

	batch->uid = INVALID_UID;
	batch->uid_munged = overflowuid;
	ps_batch_reset(batch);
	return err;
}

/**
 * ps_batch_free() - Undo ps_batch_init()
 * @batch: batch
 *
 * Context: process, may sleep.
 */
void ps_batch_free(struct ps_batch *batch)
{
	kvfree(batch->records);
	kvfree(batch->links);
	kvfree(batch->bind_rows);
	kvfree(batch->text);
}

/**
 * ps_batch_add_link() - Record that a socket is reached through another
 * @batch: batch
 * @kind: in a message or in the accept queue
 * @carrier: the socket with the queue
 * @carried: the socket in the queue
 *
 * Context: the locks of the bucket and of the queue are held; @carried was
 * entered.
 */
void ps_batch_add_link(struct ps_batch *batch, enum ps_link_kind kind,
		       struct sock *carrier, struct sock *carried)
{
	if (WARN_ON_ONCE(batch->nlinks == batch->capacity))
		return;
	batch->links[batch->nlinks++] = (struct ps_link) {
		.carrier = ps_cookie(carrier),
		.carried = ps_cookie(carried),
		.kind = kind,
	};
	if (batch->nlinks == batch->capacity)
		ps_batch_set_full(batch);
}

/**
 * ps_batch_add_bind_row() - Return a bind row to be filled
 * @batch: batch
 * @net: network namespace of the port
 * @port: port
 * @proto: protocol
 *
 * Context: locks may be held.
 * Return: the bind row, of any address; NULL if it is not wanted.
 */
struct ps_bind_row *ps_batch_add_bind_row(struct ps_batch *batch,
					  const struct net *net, u16 port,
					  enum portsock_proto proto)
{
	struct ps_bind_row *row;

	if (!ps_batch_wants_bind_rows(batch) ||
	    !ps_filter_wants_port(batch->filter, port) ||
	    !ps_batch_wants_net(batch, net) ||
	    WARN_ON_ONCE(batch->nbind_rows == batch->capacity))
		return NULL;
	row = &batch->bind_rows[batch->nbind_rows++];
	*row = (struct ps_bind_row) {
		.proto = proto,
		.netns = net->ns.inum,
		.port = port,
		.local.form = PS_FORM_ANY,
	};
	if (batch->nbind_rows == batch->capacity)
		ps_batch_set_full(batch);
	else if (batch->nbind_rows > batch->capacity - PS_BATCH_ROOM)
		batch->next_limit = -1;
	return row;
}

/**
 * ps_batch_text() - Copy a text to which a record refers
 * @batch: batch
 * @text: any bytes
 * @len: of @text, at most UNIX_PATH_MAX
 *
 * Context: locks may be held.
 * Return: the copy, valid until the records are flushed; NULL without room,
 * which does not happen for two texts if the walk has checked
 * ps_batch_has_text_room() for the socket.
 */
const char *ps_batch_text(struct ps_batch *batch, const char *text, u32 len)
{
	char *copy = batch->text + batch->text_used;

	if (WARN_ON_ONCE(len > batch->text_size - batch->text_used))
		return NULL;
	memcpy(copy, text, len);
	batch->text_used += len;
	return copy;
}

/**
 * ps_batch_stop() - End the section at a socket
 * @batch: batch
 * @sk: the socket with which the next section begins
 * @at: position in its queue, 0 for the socket itself
 *
 * Context: the lock of the bucket is held.
 */
void ps_batch_stop(struct ps_batch *batch, struct sock *sk, u64 at)
{
	if (batch->stopped)
		return;
	batch->stopped = ps_cookie(sk);
	batch->stopped_tw = READ_ONCE(sk->sk_state) == TCP_TIME_WAIT;
	batch->stopped_at = at;
	batch->next_limit = -1;
}

static void batch_set_limits(struct ps_batch *batch)
{
	batch->limit = batch->capacity - PS_BATCH_SPARE - 1;
	batch->next_limit = batch->limit - PS_BATCH_ROOM + 1;
}

/**
 * ps_batch_resume_at() - Slow path of ps_batch_enter()
 * @batch: batch
 * @sk: the socket to resume at, or one without room
 *
 * Context: the lock of the bucket is held.
 * Return: see ps_batch_enter().
 */
bool ps_batch_resume_at(struct ps_batch *batch, struct sock *sk)
{
	if (!batch->resume) {
		ps_batch_stop(batch, sk, 0);
		return false;
	}
	batch->resume = 0;
	batch_set_limits(batch);
	return true;
}

/**
 * ps_batch_enter_queue() - ps_batch_enter() for an element of a socket's queue
 * @batch: batch
 * @sk: the socket with the queue, which was entered
 * @at: identifies the element: its cookie, or its position plus one
 *
 * Context: the locks of the bucket and of the queue are held.
 * Return: see ps_batch_enter().
 */
bool ps_batch_enter_queue(struct ps_batch *batch, struct sock *sk, u64 at)
{
	const u64 resume = ps_batch_queue_pos(batch, sk);

	if (unlikely(resume)) {
		if (at != resume)
			return false;
		batch->queue_at = 0;
	}
	if ((s32)batch->count <= batch->limit)
		return true;
	ps_batch_stop(batch, sk, at);
	return false;
}

/**
 * ps_batch_queue_pos() - Return the element of a queue to resume at
 * @batch: batch
 * @sk: the socket with the queue
 *
 * Context: the locks of the bucket and of the queue are held.
 * Return: @at of ps_batch_enter_queue(); 0 for the first element.
 */
u64 ps_batch_queue_pos(const struct ps_batch *batch, struct sock *sk)
{
	return batch->queue_at && ps_cookie(sk) == batch->queue_of ?
		batch->queue_at : 0;
}

/**
 * ps_batch_queue_lost() - Return true if a queue has to be read once more
 * @batch: batch
 * @sk: the socket with the queue
 *
 * The caller calls this when the queue was read to its end.
 *
 * Context: the locks of the bucket and of the queue are held.
 * Return: true, once, if the element to resume at has left the queue; false if
 * that has happened too often in this bucket.
 */
bool ps_batch_queue_lost(struct ps_batch *batch, struct sock *sk)
{
	if (likely(!ps_batch_queue_pos(batch, sk)))
		return false;
	batch->queue_at = 0;
	return batch->restarts++ < RESTARTS;
}

/* Drop the records, but not the position in the bucket. */
static void batch_empty(struct ps_batch *batch)
{
	batch->count = 0;
	batch->nlinks = 0;
	batch->nbind_rows = 0;
	batch->text_used = 0;
	batch->skipped = 0;
	batch_set_limits(batch);
}

/**
 * ps_batch_reset() - Drop the records and the position in the bucket
 * @batch: batch
 */
void ps_batch_reset(struct ps_batch *batch)
{
	batch_empty(batch);
	batch->stopped = 0;
	batch->resume = 0;
	batch->stopped_at = 0;
	batch->queue_at = 0;
	batch->restarts = 0;
}

/* Longer sections for a long bucket: fewer walks to the socket to resume at. */
static int batch_grow(struct ps_batch *batch)
{
	struct ps_batch grown = *batch;

	if (batch->capacity == PS_BATCH_RECORDS_MAX)
		return 0;
	if (batch_alloc(&grown, PS_BATCH_RECORDS_MAX, TEXT_SIZE_MAX)) {
		ps_batch_free(&grown);
		return -ENOMEM;
	}
	ps_batch_free(batch);
	*batch = grown;
	return 0;
}

/*
 * Set where the next section of the bucket begins.  If the sockets to resume at
 * keep leaving the bucket, the walk gives it up after RESTARTS tries: a socket
 * that stays in it and has an owner is found by its file descriptor.
 *
 * Return: -EAGAIN, or 0 if the bucket was read to its end.
 */
static int batch_resume(struct ps_batch *batch)
{
	bool lost = batch->resume;

	batch->resume = lost ? 0 : batch->stopped;
	batch->resume_tw = batch->stopped_tw;
	batch->queue_of = batch->resume;
	batch->queue_at = lost ? 0 : batch->stopped_at;
	batch->stopped = 0;
	batch->stopped_at = 0;
	if (batch->resume) {
		ps_batch_set_full(batch);
		return -EAGAIN;
	}
	if (lost && batch->restarts++ < RESTARTS) {
		batch->next_limit = -1;	/* flush at the end: resets restarts */
		return -EAGAIN;
	}
	batch->restarts = 0;
	return 0;
}

/**
 * ps_batch_flush() - End a section and hand the records to the sink
 * @batch: batch; has no records afterwards
 *
 * Context: process, may sleep; no locks are held.
 * Return: 0; -EAGAIN if the bucket has more sockets: read it again; -ENOMEM;
 * -EINTR on a fatal signal; the error of the sink.
 */
int ps_batch_flush(struct ps_batch *batch)
{
	int err = 0;

	if (fatal_signal_pending(current)) {
		err = -EINTR;
	} else if (batch->count || batch->nlinks || batch->nbind_rows) {
		batch->flushed += batch->count;
		err = batch->sink->add(batch->sink, batch);
	}
	batch_empty(batch);
	if (!err)
		err = batch_resume(batch);
	if (err == -EAGAIN)
		err = batch_grow(batch) ?: -EAGAIN;
	else if (err)
		ps_batch_reset(batch);
	cond_resched();
	return err;
}
