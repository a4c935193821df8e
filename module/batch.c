// SPDX-License-Identifier: GPL-2.0
#include <linux/highuid.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <net/tcp_states.h>

#include "batch.h"
#include "cookie.h"
#include "gfp.h"

/* Room for the names of as many sockets as ps_batch_end_bucket() leaves records for. */
#define TEXT_SIZE	(PS_BATCH_ROOM * PS_BATCH_TEXT)
#define TEXT_SIZE_MAX	(4 * TEXT_SIZE)
/* How often a bucket is read anew because the socket to resume at has left it. */
#define RESTARTS	16

/**
 * ps_batch_init() - allocate the memory of a batch
 * @batch: zeroed but for @net, @user_ns and @sink
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM; ps_batch_free() is due in both cases.
 */
int ps_batch_init(struct ps_batch *batch)
{
	batch->uid = INVALID_UID;
	batch->uid_munged = overflowuid;
	batch->records = kvmalloc_array(PS_BATCH_RECORDS,
					sizeof(*batch->records), PS_GFP);
	batch->text = kvmalloc(TEXT_SIZE, PS_GFP);
	if (!batch->records || !batch->text)
		return -ENOMEM;
	batch->capacity = PS_BATCH_RECORDS;
	batch->text_size = TEXT_SIZE;
	ps_batch_reset(batch);
	return 0;
}

/**
 * ps_batch_free() - undo ps_batch_init()
 * @batch: batch
 *
 * Context: process, may sleep.
 */
void ps_batch_free(struct ps_batch *batch)
{
	kvfree(batch->records);
	kvfree(batch->text);
}

/**
 * ps_batch_add_bind_row() - a record of no socket, but of what bind() compares with
 * @batch: batch
 * @net: network namespace of the port
 * @port: port
 * @proto: protocol
 *
 * Context: any, locks may be held.
 * Return: the record, at any address; NULL if nobody asked, or as
 * ps_batch_add().
 */
struct ps_record *ps_batch_add_bind_row(struct ps_batch *batch, const struct net *net,
				u32 port, enum portsock_proto proto)
{
	struct ps_record *r;

	if (!ps_batch_wants_bind_rows(batch) || !ps_filter_wants_port(batch->filter, port) ||
	    !ps_batch_wants_net(batch, net))
		return NULL;
	r = ps_batch_add(batch);
	if (!r)
		return NULL;
	r->evidence = PS_EV_BUCKET;
	r->proto = proto;
	r->netns = net->ns.inum;
	r->port = port;
	r->has = PS_HAS_PORT;
	r->local.form = PS_FORM_ANY;
	r->remote.form = PS_FORM_ANY;
	return r;
}

/**
 * ps_batch_text() - keep a text that a record refers to
 * @batch: batch
 * @text: any bytes
 * @len: of @text, at most UNIX_PATH_MAX
 *
 * Context: any; locks may be held.
 * Return: the copy, valid until the records are handed over; NULL if there is no
 * room, which does not happen for two texts after ps_batch_enter().
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
 * ps_batch_stop() - end the section at a socket that has to wait
 * @batch: batch
 * @sk: the socket that the next section begins with
 * @at: where in its queue, 0 for the socket itself
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

static void set_limits(struct ps_batch *batch)
{
	batch->limit = batch->capacity - PS_BATCH_SPARE - 1;
	batch->next_limit = batch->limit - PS_BATCH_ROOM + 1;
}

/**
 * ps_batch_resume_at() - ps_batch_enter() for the first socket of a section, and
 * for one without room
 * @batch: batch
 * @sk: the socket to resume at, if there is such
 *
 * Context: the lock of the bucket is held.
 * Return: as ps_batch_enter().
 */
bool ps_batch_resume_at(struct ps_batch *batch, struct sock *sk)
{
	if (!batch->resume) {
		ps_batch_stop(batch, sk, 0);
		return false;
	}
	batch->resume = 0;
	set_limits(batch);
	return true;
}

/**
 * ps_batch_enter_queue() - ps_batch_enter() for what waits in a socket's queue
 * @batch: batch
 * @sk: the socket with the queue, which was entered
 * @at: identifies the element: its cookie, or its position plus one
 *
 * Context: the locks of the bucket and of the queue are held.
 * Return: as ps_batch_enter().
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
 * ps_batch_queue_pos() - which element of a queue the section begins with
 * @batch: batch
 * @sk: the socket with the queue
 *
 * Context: the locks of the bucket and of the queue are held.
 * Return: as for ps_batch_enter_queue(); 0 for the first one.
 */
u64 ps_batch_queue_pos(const struct ps_batch *batch, struct sock *sk)
{
	return batch->queue_at && ps_cookie(sk) == batch->queue_of ?
		batch->queue_at : 0;
}

/**
 * ps_batch_queue_lost() - whether a queue has to be read from its beginning
 * @batch: batch
 * @sk: the socket with the queue
 *
 * To be called when the queue was read to its end.
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

/* Forget the records, but not where the bucket is to be resumed. */
static void batch_empty(struct ps_batch *batch)
{
	batch->count = 0;
	batch->text_used = 0;
	batch->skipped = 0;
	set_limits(batch);
}

/**
 * ps_batch_reset() - forget the records, and where a bucket was to be resumed
 * @batch: batch
 *
 * Context: any.
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
	struct ps_record *records;
	char *text;

	if (batch->capacity == PS_BATCH_RECORDS_MAX)
		return 0;
	records = kvmalloc_array(PS_BATCH_RECORDS_MAX, sizeof(*records),
				 PS_GFP);
	text = kvmalloc(TEXT_SIZE_MAX, PS_GFP);
	if (!records || !text) {
		kvfree(records);
		kvfree(text);
		return -ENOMEM;
	}
	kvfree(batch->records);
	kvfree(batch->text);
	batch->records = records;
	batch->capacity = PS_BATCH_RECORDS_MAX;
	batch->text = text;
	batch->text_size = TEXT_SIZE_MAX;
	return 0;
}

static int batch_take(struct ps_batch *batch)
{
	if (!batch->count)
		return 0;
	batch->flushed += batch->count;
	return batch->sink->add(batch->sink, batch);
}

/*
 * Where the next section of the bucket begins.  A bucket whose sockets to resume
 * at keep leaving it is given up after some tries: what is in it all the while
 * and has an owner is found by its descriptor.
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
		batch->limit = -1;
		batch->next_limit = -1;
		return -EAGAIN;
	}
	if (lost && batch->restarts++ < RESTARTS) {
		batch->next_limit = -1;	/* comes back here, to end the count */
		return -EAGAIN;
	}
	batch->restarts = 0;
	return 0;
}

/**
 * ps_batch_flush() - end a section and hand the records to the sink
 * @batch: batch; has no records afterwards
 *
 * Context: process, may sleep; no locks are held.
 * Return: 0; -EAGAIN if the bucket has more sockets: read it again; -ENOMEM;
 * -EINTR on a fatal signal; the sink's error.
 */
int ps_batch_flush(struct ps_batch *batch)
{
	int err;

	if (fatal_signal_pending(current))
		err = -EINTR;
	else
		err = batch_take(batch);
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
