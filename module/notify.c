// SPDX-License-Identifier: GPL-2.0
/*
 * Change notification: POLLPRI when an open file's snapshot is out of date.
 *
 * TCP: a probe of the tracepoint inet_sock_set_state runs under a lock of
 * another user's socket.  It sets one bit for the port in the channel of the
 * network namespace and queues the channel's work, whatever the number of
 * watchers.  The work matches a batch of ports against the armed watchers.  It
 * notifies and disarms each watcher that matches: further changes before its
 * next read at offset 0 make no difference.  A watcher without a sleeper or a
 * recent poll() is disarmed too, and its next poll() compares the tables with
 * the snapshot.  So work is done only while a process waits.
 *
 * The tracepoint fires before the state is stored, and for some states before
 * the port is chosen.  A reader that is woken at once may read the old state.
 * Arming a watcher therefore schedules two later comparisons.
 *
 * UDP has no tracepoint: its table is compared while the file is polled.
 *
 * Tables are compared in the poller's context: the memory is charged to the
 * poller, a fatal signal ends the comparison, and no comparison outlives it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>
#include <net/inet_sock.h>

#include "compat/tracepoint.h"
#include "gfp.h"
#include "notify.h"
#include "snapshot.h"

#define TCP_BIT		(1ULL << PORTSOCK_PROTO_TCP)
#define WATCHED_PROTOS	(TCP_BIT | 1ULL << PORTSOCK_PROTO_UDP | \
			 1ULL << PORTSOCK_PROTO_UDPLITE)

#define SETTLE		(HZ / 50)	/* a state is usually stored by then */
#define PERIOD		(HZ / 2)	/* between comparisons of a table */
#define IDLE		(2 * HZ)	/* from the last poll() to disarming */
#define LINGER		HZ		/* until probe and channels are freed */

/*
 * Between two batches of a channel the work waits a hundred times the estimated
 * cost of the first: it takes about 1 % of a CPU, until BATCH_WAIT_MAX limits
 * the wait.  The estimate counts visits instead of reading a clock: a preempted
 * worker or a stopped virtual CPU must not delay the next notification.
 */
#define VISIT_NS	300	/* one watcher, with its cache misses */
#define WORD_NS		5	/* one word of its filter's ports     */
#define BATCH_WAIT_MAX	HZ
#define LOCK_BREAK	64	/* visits under the channel's lock   */

/*
 * Visits for each time that a watcher is armed.  Then it is disarmed, and its
 * next poll() compares, which costs the poller more than the visits have cost.
 * So a user with very many files cannot cause unlimited work.
 */
#define VISITS_MAX	256

#define UNBOUND		65536U	/* event before a port is chosen */
#define PORT_BITS	(UNBOUND + 1)
#define PORT_WORDS	BITS_TO_LONGS(PORT_BITS)

/**
 * struct port_events - set of ports with events
 * @ports: a bit for each port and one for UNBOUND, in the byte order of struct
 *	ps_port_set
 * @words: a bit for each word of @ports that may be other than 0
 */
struct port_events {
	unsigned long ports[PORT_WORDS];
	unsigned long words[BITS_TO_LONGS(PORT_WORDS)];
};

/**
 * struct ps_channel - TCP events of one network namespace, or of all
 * @inum: inode number of the namespace, 0 for all; index in @channels
 * @users: watchers with a reference; guarded by the lock of @channels
 * @unused: entry of @unused_channels while @users is 0; same lock
 * @unused_since: jiffies
 * @lock: guards @armed, and each watcher's bits where a watcher is (dis)armed;
 *	taken in process context only; inside it only the locks of wait queues,
 *	timers and workqueues are taken
 * @armed: watchers that want the next event
 * @n_armed: length of @armed, also while a batch has spliced it; the probe
 *	reads it without @lock
 * @work: processes a batch
 * @next: jiffies before which no batch is processed
 * @batch: ports of the current batch; used by @work only
 * @unbound: the last batch had an UNBOUND event; used by @work only
 * @seen: ports of the next batch, set by the probe
 */
struct ps_channel {
	u32 inum;
	u32 users;
	struct list_head unused;
	unsigned long unused_since;
	spinlock_t lock;
	struct list_head armed;
	u32 n_armed;
	struct delayed_work work;
	unsigned long next;
	struct port_events batch;
	bool unbound;
	struct port_events seen ____cacheline_aligned_in_smp;
};

static_assert(offsetof(struct ps_filter, ports.bits) % sizeof(long) == 0);

/* Indexed by inum; looked up under RCU, changed under the xarray's lock. */
static DEFINE_XARRAY(channels);
static LIST_HEAD(unused_channels);	/* same lock */

/*
 * Number of channels with an armed watcher: in total, and by a hash of their
 * inum.  An event in a namespace without one usually needs no lookup.
 */
#define ARMED_SLOTS	64
static atomic_t n_armed_channels;
static atomic_t armed_slots[ARMED_SLOTS + 1];
static unsigned long disarmed_at;	/* jiffies when the total became 0 */

static struct tracepoint *state_tp;	/* NULL if this kernel has none */

/* Guards changes of probe_on; taken before the locks of the tracepoints. */
static DEFINE_MUTEX(probe_mutex);
static bool probe_on;			/* the probe is registered */

/* Ordered: at most one CPU is ever busy with notification. */
static struct workqueue_struct *notify_wq;

static void free_unused(struct work_struct *work);
static DECLARE_DELAYED_WORK(free_unused_work, free_unused);

static atomic_t *armed_slot(u32 inum)
{
	return &armed_slots[inum ? inum % ARMED_SLOTS : ARMED_SLOTS];
}

/* Jiffies until the channel may process its next batch. */
static unsigned long batch_wait(const struct ps_channel *ch)
{
	long left = READ_ONCE(ch->next) - jiffies;

	return clamp(left, 0L, (long)BATCH_WAIT_MAX);
}

static void queue_batch(struct ps_channel *ch)
{
	queue_delayed_work(notify_wq, &ch->work, batch_wait(ch));
}

/*
 * Record an event in a channel.  A port's bit that is already set belongs to
 * the batch of an earlier event, which queues the work.  Otherwise each step is
 * visible before the next is tested.  The work undoes the steps in the opposite
 * order: it clears the pending bit, then @words, then @ports.
 */
static void channel_record(struct ps_channel *ch, u32 port)
{
	struct port_events *seen = &ch->seen;
	u32 word = port / BITS_PER_LONG;

	if (test_bit_le(port, seen->ports))
		return;
	set_bit_le(port, seen->ports);
	smp_mb__after_atomic();	/* pairs with xchg() in take_batch() */
	if (!test_bit(word, seen->words)) {
		set_bit(word, seen->words);
		smp_mb__after_atomic();	/* pairs with that of the workqueue */
	}
	if (!delayed_work_pending(&ch->work))
		queue_batch(ch);
}

/*
 * Record an event if the channel has armed watchers.  Usually it has none, and
 * this reads a counter only.
 *
 * Called under RCU, against the freeing of the channel: it leaves @channels and
 * a grace period passes before its work is cancelled and its memory freed.
 */
static void record_event(u32 inum, u32 port)
{
	struct ps_channel *ch;

	if (!atomic_read(armed_slot(inum)))
		return;
	ch = xa_load(&channels, inum);
	if (ch && READ_ONCE(ch->n_armed))
		channel_record(ch, port);
}

/*
 * Probe of inet_sock_set_state.  Called with the socket's lock held, often in a
 * softirq, with preemption disabled also on PREEMPT_RT.  So it takes only the
 * raw spinlocks of timers and workqueues, and wakes only a worker.
 */
static void on_tcp_state(void *unused, const struct sock *sk,
			 const int oldstate, const int newstate)
{
	u32 port;

	if (sk->sk_protocol != IPPROTO_TCP)
		return;
	if (newstate == TCP_SYN_SENT || newstate == TCP_LISTEN)
		port = inet_sk(sk)->inet_num ?: UNBOUND;
	else	/* inet_num may be 0 already at the event of TCP_CLOSE */
		port = ntohs(inet_sk(sk)->inet_sport);
	rcu_read_lock();
	record_event(sock_net(sk)->ns.inum, port);
	record_event(0, port);
	rcu_read_unlock();
}

/*
 * Register the probe unless it is registered.  Return true if events arrive.
 *
 * Called after arming: either probe_on is already cleared here and this waits
 * for the mutex, or probe_unregister() finds the armed watcher.
 */
static bool probe_register(void)
{
	bool registered;

	smp_mb();	/* pairs with probe_unregister() */
	if (READ_ONCE(probe_on))
		return true;
	mutex_lock(&probe_mutex);
	if (!probe_on && !ps_tracepoint_register(state_tp, on_tcp_state)) {
		WRITE_ONCE(probe_on, true);
		pr_debug("inet_sock_set_state: probe registered\n");
	}
	registered = probe_on;
	mutex_unlock(&probe_mutex);
	return registered;
}

/* Unregister the probe unless a watcher was armed in the meantime. */
static void probe_unregister(void)
{
	mutex_lock(&probe_mutex);
	if (probe_on) {
		WRITE_ONCE(probe_on, false);
		smp_mb();	/* pairs with probe_register() */
		if (atomic_read(&n_armed_channels)) {
			WRITE_ONCE(probe_on, true);
		} else {
			ps_tracepoint_unregister(state_tp, on_tcp_state);
			pr_debug("inet_sock_set_state: probe unregistered\n");
		}
	}
	mutex_unlock(&probe_mutex);
}

/* Move the events since the last batch to @batch.  Return true if any. */
static bool take_batch(struct ps_channel *ch)
{
	struct port_events *batch = &ch->batch, *seen = &ch->seen;
	bool any = false;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(batch->words); i++)
		batch->words[i] = READ_ONCE(seen->words[i]) ?
			xchg(&seen->words[i], 0) : 0;
	for_each_set_bit(i, batch->words, PORT_WORDS) {
		batch->ports[i] = xchg(&seen->ports[i], 0);
		if (batch->ports[i])
			any = true;
		else	/* taken with the previous batch */
			__clear_bit(i, batch->words);
	}
	return any;
}

/* Return true if the batch has a port of @ports.  Add the search to @cost. */
static bool batch_has_any(const struct ps_channel *ch,
			  const struct ps_port_set *ports, u64 *cost)
{
	const unsigned long *wanted = (const unsigned long *)ports->bits;
	const struct port_events *batch = &ch->batch;
	unsigned long i = ports->first / BITS_PER_LONG;
	unsigned long last = ports->last / BITS_PER_LONG;

	while ((i = find_next_bit(batch->words, PORT_WORDS, i)) <= last) {
		*cost += WORD_NS;
		if (wanted[i] & batch->ports[i])
			return true;
		i++;
	}
	return false;
}

/* Called with the channel's lock held; so is disarm_watcher(). */
static void arm_watcher(struct ps_channel *ch, struct ps_watcher *w)
{
	list_add_tail(&w->link, &ch->armed);
	w->visits = 0;
	if (!ch->n_armed) {
		atomic_inc(&n_armed_channels);
		atomic_inc(armed_slot(ch->inum));
	}
	WRITE_ONCE(ch->n_armed, ch->n_armed + 1);
}

static void disarm_watcher(struct ps_channel *ch, struct ps_watcher *w)
{
	list_del_init(&w->link);
	WRITE_ONCE(ch->n_armed, ch->n_armed - 1);
	if (ch->n_armed)
		return;
	atomic_dec(armed_slot(ch->inum));
	if (!atomic_dec_return(&n_armed_channels)) {
		WRITE_ONCE(disarmed_at, jiffies);
		schedule_delayed_work(&free_unused_work, LINGER);
	}
}

/*
 * Make the next poll() compare the tables, and wake the pollers.  A poller
 * enters the wait queue before it tests the bit, so it sees the bit or is
 * woken.  A watcher with PS_WATCHER_CHANGED is not woken again: with EPOLLET
 * the file would be reported twice.
 */
static void require_recheck(struct ps_watcher *w)
{
	set_bit(PS_WATCHER_RECHECK, &w->bits);
	smp_mb__after_atomic();	/* if CHANGED is cleared now, the bit is seen */
	if (!ps_watcher_changed(w))
		wake_up_poll(&w->wait, EPOLLPRI);
}

static void recheck_later(struct ps_watcher *w)
{
	set_bit(PS_WATCHER_LATER, &w->bits);
	queue_delayed_work(notify_wq, &w->recheck, PERIOD);
}

static void recheck_work(struct work_struct *work)
{
	struct ps_watcher *w = container_of(to_delayed_work(work),
					    struct ps_watcher, recheck);

	if (test_and_clear_bit(PS_WATCHER_SOON, &w->bits)) {
		/* The CPU of a virtual machine may have stopped for long. */
		recheck_later(w);
		require_recheck(w);
	} else if (test_and_clear_bit(PS_WATCHER_LATER, &w->bits)) {
		require_recheck(w);
	} else if (!ps_watcher_changed(w)) {
		wake_up_poll(&w->wait, EPOLLPRI);	/* to compare @silent */
	}
}

/*
 * Return true if a poller sleeps or has polled lately.  An entry in an epoll
 * set counts as a sleeper: epoll_wait() may be running.
 */
static bool watcher_in_use(struct ps_watcher *w)
{
	/* No barrier: if this returns false, the caller wakes the queue. */
	return waitqueue_active(&w->wait) ||
		time_before(jiffies, READ_ONCE(w->polled) + IDLE);
}

/*
 * Process one armed watcher, with the channel's lock held.  A watcher that is
 * disarmed here has PS_WATCHER_CHANGED or PS_WATCHER_RECHECK set.
 *
 * Return true if it was woken.
 */
static bool visit_watcher(struct ps_channel *ch, struct ps_watcher *w, bool any,
			  bool was_unbound, u64 *cost)
{
	const struct ps_filter *filter = w->opener->filter;
	bool has_ports = ps_filter_has(filter, PS_KEY_PORT);

	*cost += VISIT_NS;
	if (READ_ONCE(w->bits) &
	    (BIT(PS_WATCHER_CHANGED) | BIT(PS_WATCHER_RECHECK))) {
		disarm_watcher(ch, w);
		return false;
	}
	if (has_ports ? batch_has_any(ch, &filter->ports, cost) : any) {
		disarm_watcher(ch, w);
		ps_watcher_notify(w);
		return true;
	}
	if (!watcher_in_use(w) || ++w->visits == VISITS_MAX) {
		disarm_watcher(ch, w);
		require_recheck(w);
		return true;
	}
	if (!was_unbound || !has_ports)
		return false;
	/*
	 * A port of the previous batch was not chosen at the event, and is by
	 * now.  It may be a port of the filter, so the tables are compared.
	 * Each outgoing connection of the namespace causes this.  A filter with
	 * many ports, for which a comparison walks a table, is limited to one
	 * per PERIOD.
	 */
	if (!w->few_ports &&
	    time_before(jiffies, READ_ONCE(w->checked) + PERIOD)) {
		recheck_later(w);
		return false;
	}
	disarm_watcher(ch, w);
	require_recheck(w);
	return true;
}

/*
 * Process a batch of events.
 *
 * The events are taken before the list: a watcher that is armed later misses
 * only events that are older than itself, which its comparisons find.
 */
static void channel_work(struct work_struct *work)
{
	struct ps_channel *ch = container_of(to_delayed_work(work),
					     struct ps_channel, work);
	bool was_unbound = ch->unbound, any;
	struct ps_watcher *w;
	LIST_HEAD(unvisited);
	u32 visits = 0;
	u64 cost = 0;

	if (batch_wait(ch)) {	/* queued while the last batch was processed */
		queue_batch(ch);
		return;
	}
	any = take_batch(ch);
	ch->unbound = any &&
		test_bit(UNBOUND / BITS_PER_LONG, ch->batch.words) &&
		test_bit_le(UNBOUND, ch->batch.ports);

	spin_lock(&ch->lock);
	if (any || was_unbound)
		list_splice_init(&ch->armed, &unvisited);
	while (!list_empty(&unvisited)) {
		w = list_first_entry(&unvisited, struct ps_watcher, link);
		list_move_tail(&w->link, &ch->armed);
		/* A wake-up may take long: many threads can poll a file. */
		if (!visit_watcher(ch, w, any, was_unbound, &cost) &&
		    ++visits % LOCK_BREAK)
			continue;
		spin_unlock(&ch->lock);
		cond_resched();
		spin_lock(&ch->lock);
	}
	spin_unlock(&ch->lock);

	WRITE_ONCE(ch->next, jiffies +
		   clamp_t(u64, nsecs_to_jiffies64(100 * cost), SETTLE,
			   BATCH_WAIT_MAX));
	if (ch->unbound)
		queue_batch(ch);
}

static struct ps_channel *channel_alloc(u32 inum)
{
	struct ps_channel *ch = kvzalloc(sizeof(*ch), PS_GFP);

	if (!ch)
		return NULL;
	ch->inum = inum;
	INIT_LIST_HEAD(&ch->unused);
	spin_lock_init(&ch->lock);
	INIT_LIST_HEAD(&ch->armed);
	INIT_DELAYED_WORK(&ch->work, channel_work);
	ch->next = jiffies;
	return ch;
}

/*
 * Take a reference on the channel of a network namespace, NULL for all.  The
 * channel has no reference on the namespace: its watchers have one, and an
 * unused channel can serve the next namespace with that inode number.
 *
 * Return the channel, or NULL without memory.
 */
static struct ps_channel *channel_get(const struct net *net)
{
	u32 inum = net ? net->ns.inum : 0;
	struct ps_channel *ch, *new = NULL;

	xa_lock(&channels);
	ch = xa_load(&channels, inum);
	if (!ch) {
		xa_unlock(&channels);
		new = channel_alloc(inum);
		if (!new)
			return NULL;
		xa_lock(&channels);
		ch = __xa_cmpxchg(&channels, inum, NULL, new, PS_GFP);
		if (xa_is_err(ch)) {
			xa_unlock(&channels);
			kvfree(new);
			return NULL;
		}
		if (!ch)
			swap(ch, new);
	}
	ch->users++;
	list_del_init(&ch->unused);
	xa_unlock(&channels);
	kvfree(new);
	return ch;
}

/* Freed later: that takes a grace period, which must not delay a close(). */
static void channel_put(struct ps_channel *ch)
{
	bool unused;

	xa_lock(&channels);
	unused = !--ch->users;
	if (unused) {
		ch->unused_since = jiffies;
		list_add_tail(&ch->unused, &unused_channels);
	}
	xa_unlock(&channels);
	if (unused)
		schedule_delayed_work(&free_unused_work, LINGER);
}

/* Move the channels that are unused for at least @age to @list. */
static void remove_unused_channels(struct list_head *list, unsigned long age)
{
	struct ps_channel *ch;

	for (;;) {
		xa_lock(&channels);
		ch = list_first_entry_or_null(&unused_channels,
					      struct ps_channel, unused);
		if (!ch || time_before(jiffies, ch->unused_since + age))
			break;
		__xa_erase(&channels, ch->inum);
		list_move_tail(&ch->unused, list);
		xa_unlock(&channels);
		cond_resched();
	}
	xa_unlock(&channels);
}

/* Called when no probe can still find the channels. */
static void free_channels(struct list_head *list)
{
	struct ps_channel *ch, *next;

	list_for_each_entry_safe(ch, next, list, unused) {
		cancel_delayed_work_sync(&ch->work);
		kvfree(ch);
		cond_resched();
	}
}

/*
 * Unregister the probe and free the channels when they are unused for LINGER.
 * Not at once: registering a probe patches the kernel's text, and registering
 * again waits for a grace period.
 */
static void free_unused(struct work_struct *work)
{
	LIST_HEAD(list);
	bool linger = false;

	if (!atomic_read(&n_armed_channels)) {
		linger = time_before(jiffies, READ_ONCE(disarmed_at) + LINGER);
		if (!linger)
			probe_unregister();
	}
	remove_unused_channels(&list, LINGER);
	if (!list_empty(&list)) {
		synchronize_rcu();
		free_channels(&list);
	}
	if (linger || !list_empty_careful(&unused_channels))
		schedule_delayed_work(&free_unused_work, LINGER);
}

/**
 * ps_watcher_init() - Initialise a watcher that is not running
 * @w: watcher
 * @opener: opener, valid as long as @w
 */
void ps_watcher_init(struct ps_watcher *w, const struct ps_opener *opener)
{
	memset(w, 0, sizeof(*w));
	w->opener = opener;
	init_waitqueue_head(&w->wait);
	INIT_LIST_HEAD(&w->link);
	INIT_DELAYED_WORK(&w->recheck, recheck_work);
	set_bit(PS_WATCHER_CHANGED, &w->bits);
}

/**
 * ps_watcher_notify() - Report POLLPRI until the next ps_watcher_renew()
 * @w: watcher
 *
 * Context: process context; spinlocks may be held, but not raw spinlocks.
 */
void ps_watcher_notify(struct ps_watcher *w)
{
	if (!test_and_set_bit(PS_WATCHER_CHANGED, &w->bits))
		wake_up_poll(&w->wait, EPOLLPRI);
}

/*
 * Second part of arming, without the channel's lock: make sure that events
 * arrive, and schedule the comparisons.  A change between arming and a read of
 * the tables is notified, unless its probe ran before the watcher was visible.
 * The comparisons find such a change: the first comes when the new state should
 * be stored, the second a PERIOD later.
 */
static void finish_arming(struct ps_watcher *w)
{
	if (probe_register())
		WRITE_ONCE(w->silent, w->silent & ~TCP_BIT);
	else
		WRITE_ONCE(w->silent, w->silent | TCP_BIT);
	set_bit(PS_WATCHER_SOON, &w->bits);
	mod_delayed_work(notify_wq, &w->recheck, SETTLE);
}

/**
 * ps_watcher_renew() - Clear and arm, before the tables are read for a snapshot
 * @w: watcher
 *
 * Changes from now on are notified, although the snapshot may contain them.  A
 * watcher that is not in use is not armed; its next poll() compares.
 *
 * Against the channel's work: both change the list and the bits under the
 * channel's lock.  So either the work disarms and notifies first and this arms
 * again, or the watcher is notified after it was renewed.
 *
 * Context: may sleep; the open file's lock is held.
 */
void ps_watcher_renew(struct ps_watcher *w)
{
	struct ps_channel *ch = w->channel;
	bool armed = false;

	if (!ch) {
		clear_bit(PS_WATCHER_RECHECK, &w->bits);
		clear_bit(PS_WATCHER_CHANGED, &w->bits);
		smp_mb__after_atomic();	/* before the tables are read */
		return;
	}
	if (!watcher_in_use(w)) {
		set_bit(PS_WATCHER_RECHECK, &w->bits);
		clear_bit(PS_WATCHER_CHANGED, &w->bits);
		wake_up_poll(&w->wait, EPOLLPRI); /* for a poll() under way */
		return;
	}
	spin_lock(&ch->lock);
	clear_bit(PS_WATCHER_RECHECK, &w->bits);
	clear_bit(PS_WATCHER_CHANGED, &w->bits);
	if (list_empty(&w->link)) {
		arm_watcher(ch, w);
		armed = true;
	}
	spin_unlock(&ch->lock);
	if (armed)
		finish_arming(w);
}

/**
 * ps_watcher_needs_check() - Record a poll()
 * @w: watcher; the caller has entered its wait queue
 *
 * Context: the open file's lock is not needed.
 * Return: true if the caller has to call ps_watcher_check().
 */
bool ps_watcher_needs_check(struct ps_watcher *w)
{
	WRITE_ONCE(w->polled, jiffies);
	if (ps_watcher_changed(w))
		return false;
	if (!READ_ONCE(w->running) || test_bit(PS_WATCHER_RECHECK, &w->bits))
		return true;
	return READ_ONCE(w->silent) &&
		time_after_eq(jiffies, READ_ONCE(w->checked) + PERIOD);
}

static void start_watching(struct ps_watcher *w)
{
	const struct ps_filter *filter = w->opener->filter;

	w->protos = WATCHED_PROTOS;
	if (ps_filter_has(filter, PS_KEY_PROTO))
		w->protos &= filter->protos;
	WRITE_ONCE(w->silent, w->protos);
	w->few_ports = ps_filter_has_few_ports(filter);
	if (w->protos & TCP_BIT && state_tp)
		w->channel = channel_get(w->opener->target);
	set_bit(PS_WATCHER_RECHECK, &w->bits);
	WRITE_ONCE(w->running, true);
}

/*
 * Arm the watcher and clear PS_WATCHER_RECHECK under the same lock: the
 * channel's work disarms a watcher that has the bit set.
 *
 * Return the protocols to compare, 0 if the watcher has been notified.
 */
static u64 arm_for_check(struct ps_watcher *w)
{
	struct ps_channel *ch = w->channel;
	bool recheck, armed = false;

	if (!ch) {
		recheck = test_and_clear_bit(PS_WATCHER_RECHECK, &w->bits);
		return recheck ? w->protos : w->silent;
	}
	spin_lock(&ch->lock);
	if (ps_watcher_changed(w)) {
		spin_unlock(&ch->lock);
		return 0;
	}
	recheck = test_and_clear_bit(PS_WATCHER_RECHECK, &w->bits);
	if (list_empty(&w->link)) {
		arm_watcher(ch, w);
		armed = true;
	}
	spin_unlock(&ch->lock);
	if (armed)
		finish_arming(w);
	return recheck ? w->protos : w->silent;
}

/**
 * ps_watcher_check() - Arm, and compare the tables with the snapshot
 * @w: watcher
 * @snapshot: the last snapshot; not read without one, since
 *	PS_WATCHER_CHANGED is set then
 * @max_sockets: maximum number of records
 *
 * Notifies the watcher if they differ, or if the comparison fails: the next
 * read returns the error.  The comparison allocates memory, charged to the
 * caller.
 *
 * Context: may sleep; the open file's lock is held.
 */
void ps_watcher_check(struct ps_watcher *w, const struct ps_snapshot *snapshot,
		      u32 max_sockets)
{
	u64 protos;
	int same = 1;

	if (ps_watcher_changed(w))
		return;
	if (!w->running)
		start_watching(w);
	protos = arm_for_check(w);
	if (protos)
		same = ps_snapshot_is_current(snapshot, w->opener, max_sockets,
					      protos);
	if (same == -EINTR)	/* left to another poller of the file */
		require_recheck(w);
	else if (same <= 0)
		ps_watcher_notify(w);
	WRITE_ONCE(w->checked, jiffies);
	if (w->silent)
		queue_delayed_work(notify_wq, &w->recheck, PERIOD);
}

/**
 * ps_watcher_stop() - Stop watching, so that the filter can be freed
 * @w: watcher, running or not
 *
 * Against the channel's work: it uses a watcher only under the channel's lock
 * and while the watcher is in a list, so no grace period is needed.
 *
 * Context: may sleep; the open file's lock is held, or this is the last
 * reference to the file.
 */
void ps_watcher_stop(struct ps_watcher *w)
{
	struct ps_channel *ch = w->channel;

	if (!w->running)
		return;
	if (ch) {
		spin_lock(&ch->lock);
		if (!list_empty(&w->link))
			disarm_watcher(ch, w);
		spin_unlock(&ch->lock);
	}
	cancel_delayed_work_sync(&w->recheck);
	clear_bit(PS_WATCHER_SOON, &w->bits);
	clear_bit(PS_WATCHER_LATER, &w->bits);
	if (ch)
		channel_put(ch);
	w->channel = NULL;
	WRITE_ONCE(w->running, false);
}

/* Prepare change notification.  Registers no probe.  Return 0 or -ENOMEM. */
int ps_notify_init(void)
{
	notify_wq = alloc_ordered_workqueue("portsock", 0);
	if (!notify_wq)
		return -ENOMEM;
	state_tp = ps_tracepoint_find("inet_sock_set_state");
	return 0;
}

/*
 * Undo ps_notify_init().  May sleep.
 *
 * No file is open, because an open file holds the module: nothing is armed, and
 * free_unused_work can only be queued by itself.  A probe that still runs could
 * queue a channel's work; after tracepoint_synchronize_unregister() none does.
 */
void ps_notify_exit(void)
{
	LIST_HEAD(list);

	cancel_delayed_work_sync(&free_unused_work);
	probe_unregister();
	tracepoint_synchronize_unregister();
	remove_unused_channels(&list, 0);
	free_channels(&list);
	destroy_workqueue(notify_wq);
}
