// SPDX-License-Identifier: GPL-2.0
#include <linux/highuid.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "batch.h"
#include "gfp.h"

/**
 * ps_batch_init() - room for a first bucket
 * @batch: zeroed but for @net, @user_ns and @sink
 * @capacity: number of records
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM; ps_batch_free() is due in both cases.
 */
int ps_batch_init(struct ps_batch *batch, u32 capacity)
{
	batch->uid = INVALID_UID;
	batch->uid_told = overflowuid;
	batch->records = kvmalloc_array(capacity, sizeof(*batch->records),
					PS_GFP);
	batch->text = kvmalloc(PAGE_SIZE, PS_GFP);
	if (!batch->records || !batch->text)
		return -ENOMEM;
	batch->capacity = capacity;
	batch->text_size = PAGE_SIZE;
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
 * ps_batch_tell() - a record of no socket, but of what bind() compares with
 * @batch: batch
 * @net: network namespace of the port
 * @port: port
 * @proto: protocol
 *
 * Context: any, locks may be held.
 * Return: the record, at any address; NULL if nobody asked, or as
 * ps_batch_add().
 */
struct ps_record *ps_batch_tell(struct ps_batch *batch, const struct net *net,
				u32 port, enum portsock_proto proto)
{
	struct ps_record *r;

	if (!ps_batch_tells(batch) || !ps_filter_wants_port(batch->filter, port) ||
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
 * @len: of @text
 *
 * Context: any, locks may be held.
 * Return: the copy, valid until ps_batch_done(); NULL if there is no room, as
 * with ps_batch_add().
 */
const char *ps_batch_text(struct ps_batch *batch, const char *text, u32 len)
{
	char *copy = batch->text + batch->text_used;

	if (len > batch->text_size - batch->text_used) {
		batch->text_missed += len;
		return NULL;
	}
	memcpy(copy, text, len);
	batch->text_used += len;
	return copy;
}

/**
 * ps_batch_reset() - forget the gathered records
 * @batch: batch
 *
 * Context: any.
 */
void ps_batch_reset(struct ps_batch *batch)
{
	batch->count = 0;
	batch->begin = 0;
	batch->missed = 0;
	batch->text_used = 0;
	batch->text_missed = 0;
}

/* A quarter more than was asked for: the bucket may be growing. */
static int batch_grow(struct ps_batch *batch)
{
	u32 capacity = batch->count + batch->missed;
	u32 text_size = batch->text_used + batch->text_missed;
	void *mem;

	if (batch->missed) {
		capacity += capacity / 4;
		mem = kvmalloc_array(capacity, sizeof(*batch->records), PS_GFP);
		if (!mem)
			return -ENOMEM;
		kvfree(batch->records);
		batch->records = mem;
		batch->capacity = capacity;
	}
	if (batch->text_missed) {
		text_size += text_size / 4;
		mem = kvmalloc(text_size, PS_GFP);
		if (!mem)
			return -ENOMEM;
		kvfree(batch->text);
		batch->text = mem;
		batch->text_size = text_size;
	}
	return -EAGAIN;
}

static int batch_take(struct ps_batch *batch)
{
	if (!batch->count)
		return 0;
	batch->taken += batch->count;
	return batch->sink->take(batch->sink, batch);
}

/* Those of earlier buckets make room for the one that did not fit. */
static int hand_over_earlier(struct ps_batch *batch)
{
	batch->count = batch->begin;
	return batch_take(batch) ?: -EAGAIN;
}

/**
 * ps_batch_done() - hand the gathered records to the sink
 * @batch: batch; empty afterwards
 *
 * Context: process, may sleep; no locks.
 * Return: 0; -EAGAIN if there was no room for all, but is now: gather the same
 * bucket again; -ENOMEM; -EINTR on a fatal signal; the sink's error.
 */
int ps_batch_done(struct ps_batch *batch)
{
	int err;

	if (fatal_signal_pending(current))
		err = -EINTR;
	else if (ps_batch_is_short(batch))
		err = batch->begin ? hand_over_earlier(batch) :
			batch_grow(batch);
	else
		err = batch_take(batch);
	ps_batch_reset(batch);
	cond_resched();
	return err;
}
