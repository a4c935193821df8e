// SPDX-License-Identifier: GPL-2.0
/*
 * Change notification: POLLPRI when the snapshot of an open file is out of date.
 *
 * TCP: a probe of the tracepoint inet_sock_set_state runs under a lock of
 * another user's socket.  It sets one bit for the port in the channel of the
 * network namespace and queues the channel's work, whatever the number of
 * watchers.  The work matches a batch of ports against the armed watchers.  It
 * notifies and disarms each that matches: until the next read at offset 0 there
 * is nothing more to find out.  A watcher without a sleeper or a recent poll()
 * is disarmed too, and its next poll() compares the tables with the snapshot.
 * So no work is done while nothing waits.
 *
 * The tracepoint fires before the state is stored, and for some states before
 * the port is chosen.  A reader that is woken at once may read the old state.
 * Arming a watcher therefore schedules two later comparisons.
 *
 * UDP has no tracepoint: its table is compared while the file is polled.
 *
 * All comparing is done in the poller's context: the memory is charged to the
 * poller, a fatal signal ends it, and it stops when the poller is gone.
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
#define WATCHED		(TCP_BIT | 1ULL << PORTSOCK_PROTO_UDP | \
			 1ULL << PORTSOCK_PROTO_UDPLITE)

#define SETTLE		(HZ / 50)	/* a state is usually stored by then */
#define PERIOD		(HZ / 2)	/* UDP is reported within a second  */
#define IDLE		(2 * HZ)	/* since the last poll()            */
#define LINGER		HZ		/* before probe and channels are freed */

/*
 * Between two batches of a channel the work waits a hundred times the estimated
 * cost of the first: it takes about 1 % of a CPU, until BATCH_WAIT_MAX limits
 * the wait.  The estimate counts visits instead of reading a clock: a preempted
 * worker or a stopped virtual CPU must not delay the next notification.
 */
#define VISIT_NS	300	/* a watcher, with its cache misses  */
#define WORD_NS		5	/* a word of its ports               */
#define BATCH_WAIT_MAX	HZ
#define LOCK_BREAK	64	/* visits under the channel's lock   */

/*
 * Visits that one poll() or read buys.  Then the watcher is disarmed and has to
 * compare, which costs its poller more than the visits have cost.  So a user
 * with very many files cannot have the work done for nothing.
 */
#define VISITS_MAX	256

#define UNBOUND		65536U	/* event without a port: not chosen yet */
#define PORT_BITS	(UNBOUND + 1)
#define PORT_WORDS	BITS_TO_LONGS(PORT_BITS)

/**
 * struct port_set - ports with events
 * @ports: a bit for each port and one for UNBOUND, in the byte order of struct
 *	ps_port_set
 * @words: a bit for each word of @ports that may be other than 0
 */
struct port_set {
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
 *	taken in process context only, innermost but for wait queues
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
	struct port_set batch;
	bool unbound;
	struct port_set seen ____cacheline_aligned_in_smp;
};

static_assert(offsetof(struct ps_filter, ports.bits) % sizeof(long) == 0);

/* Indexed by inum; looked up under RCU, changed under the xarray's lock. */
static DEFINE_XARRAY(channels);
static LIST_HEAD(unused_channels);

/*
 * Channels with an armed watcher: all of them, and by a hash of their inum.
 * The hash spares events of other namespaces the lookup.
 */
#define ARMED_SLOTS	64
static atomic_t n_armed_channels;
static atomic_t armed_slots[ARMED_SLOTS + 1];
static unsigned long disarmed_at;	/* jiffies when the last one went */

static struct tracepoint *state_tp;	/* NULL: this kernel has none       */
static DEFINE_MUTEX(probe_mutex);	/* changes probe_on, taken first    */
static bool probe_on;

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
 * Record an event.  If the port's bit is set already, the event belongs to the
 * batch of whichever event set it, and that one queues the work.  Otherwise each
 * step is visible before the next is tested, and the work undoes them in the
 * opposite order: it clears the pending bit, then @words, then @ports.
 */
static void record_event(struct ps_channel *ch, u32 port)
{
	struct port_set *seen = &ch->seen;
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
 * Probe against the freeing of a channel: it leaves @channels and a grace
 * period passes before its work is cancelled and its memory freed.
 */
static void record_in_channel(u32 inum, u32 port)
{
	struct ps_channel *ch;

	if (!atomic_read(armed_slot(inum)))
		return;
	ch = xa_load(&channels, inum);
	if (ch && READ_ONCE(ch->n_armed))
		record_event(ch, port);
}

/*
 * Probe of inet_sock_set_state.  Called with the socket's lock held, often in a
 * softirq, with preemption disabled also on PREEMPT_RT: it takes no lock but the
 * raw spinlocks of timers and workqueues, and wakes nothing but a worker.
 */
static void on_tcp_state(void *unused, const struct sock *sk, const int oldstate,
			 const int newstate)
{
	u32 port;

	if (sk->sk_protocol != IPPROTO_TCP)
		return;
	if (newstate == TCP_SYN_SENT || newstate == TCP_LISTEN)
		port = inet_sk(sk)->inet_num ?: UNBOUND;
	else	/* inet_num is cleared before a socket is closed */
		port = ntohs(inet_sk(sk)->inet_sport);
	rcu_read_lock();
	record_in_channel(sock_net(sk)->ns.inum, port);
	record_in_channel(0, port);
	rcu_read_unlock();
}

/*
 * Return whether TCP events arrive.  To be called after arming: either this
 * finds probe_on cleared and waits for the mutex, or probe_unregister() finds
 * the armed watcher.
 */
static bool probe_register(void)
{
	bool on;

	smp_mb();	/* pairs with probe_unregister() */
	if (READ_ONCE(probe_on))
		return true;
	mutex_lock(&probe_mutex);
	if (!probe_on && !ps_tracepoint_register(state_tp, on_tcp_state)) {
		WRITE_ONCE(probe_on, true);
		pr_debug("inet_sock_set_state: probe registered\n");
	}
	on = probe_on;
	mutex_unlock(&probe_mutex);
	return on;
}

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

/*
 * Move the events since the last batch to @batch.  Return whether there were
 * any.
 */
static bool take_batch(struct ps_channel *ch)
{
	struct port_set *batch = &ch->batch, *seen = &ch->seen;
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

static bool batch_has(const struct ps_channel *ch, u32 port)
{
	return test_bit(port / BITS_PER_LONG, ch->batch.words) &&
		test_bit_le(port, ch->batch.ports);
}

/* Whether the batch has one of the filter's ports; adds the cost of finding out. */
static bool batch_has_any(const struct ps_channel *ch,
			  const struct ps_port_set *ports, u64 *cost)
{
	const unsigned long *wanted = (const unsigned long *)ports->bits;
	const struct port_set *batch = &ch->batch;
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

/* The two below are called with the channel's lock held. */
static void arm(struct ps_channel *ch, struct ps_watcher *w)
{
	list_add_tail(&w->link, &ch->armed);
	w->visits = 0;
	if (!ch->n_armed) {
		atomic_inc(&n_armed_channels);
		atomic_inc(armed_slot(ch->inum));
	}
	WRITE_ONCE(ch->n_armed, ch->n_armed + 1);
}

static void disarm(struct ps_channel *ch, struct ps_watcher *w)
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
 * Have the next poll() compare the tables, and wake whatever sleeps in one.  A
 * poller enters the wait queue before it tests the bit, so it sees the bit or is
 * woken.  A watcher that is notified already need not compare: with EPOLLET it
 * would be reported twice.
 */
static void require_recheck(struct ps_watcher *w)
{
	set_bit(PS_WATCHER_RECHECK, &w->bits);
	smp_mb__after_atomic();	/* if CHANGED is cleared now, the bit is seen */
	if (!ps_watcher_changed(w))
		wake_up_poll(&w->wait, EPOLLPRI);
}

/* A comparison when states in flight are stored, and one a PERIOD later. */
static void recheck_soon(struct ps_watcher *w)
{
	set_bit(PS_WATCHER_SOON, &w->bits);
	mod_delayed_work(notify_wq, &w->recheck, SETTLE);
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

/* An entry in an epoll set counts as a sleeper: epoll_wait() may be running. */
static bool is_in_use(struct ps_watcher *w)
{
	/* No barrier: if this returns false, the caller wakes the queue. */
	return waitqueue_active(&w->wait) ||
		time_before(jiffies, READ_ONCE(w->polled) + IDLE);
}

/*
 * The previous batch had a port that was not chosen yet, and by now it is.  It
 * may be one of the filter's, so the tables are compared.  Each outgoing
 * connection of the namespace causes this: a filter with many ports, for which
 * a comparison walks a table, has it twice a second at most.
 *
 * Return whether the watcher was disarmed.
 */
static bool on_unbound_port(struct ps_channel *ch, struct ps_watcher *w)
{
	if (!w->few_ports &&
	    time_before(jiffies, READ_ONCE(w->checked) + PERIOD)) {
		recheck_later(w);
		return false;
	}
	disarm(ch, w);
	require_recheck(w);
	return true;
}

/*
 * Process one armed watcher, with the channel's lock held.  Whenever it is
 * disarmed here, it is either notified or has PS_WATCHER_RECHECK set.
 *
 * Return whether it was woken.
 */
static bool visit_watcher(struct ps_channel *ch, struct ps_watcher *w, bool any,
			  bool was_unbound, u64 *cost)
{
	const struct ps_filter *filter = w->opener->filter;
	bool has_ports = ps_filter_has(filter, PS_KEY_PORT);

	*cost += VISIT_NS;
	if (READ_ONCE(w->bits) &
	    (BIT(PS_WATCHER_CHANGED) | BIT(PS_WATCHER_RECHECK))) {
		disarm(ch, w);
		return false;
	}
	if (has_ports ? batch_has_any(ch, &filter->ports, cost) : any) {
		disarm(ch, w);
		ps_watcher_notify(w);
		return true;
	}
	if (!is_in_use(w) || ++w->visits == VISITS_MAX) {
		disarm(ch, w);
		require_recheck(w);
		return true;
	}
	return was_unbound && has_ports && on_unbound_port(ch, w);
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
	ch->unbound = any && batch_has(ch, UNBOUND);

	spin_lock(&ch->lock);
	if (any || was_unbound)
		list_splice_init(&ch->armed, &unvisited);
	while (!list_empty(&unvisited)) {
		w = list_first_entry(&unvisited, struct ps_watcher, link);
		list_move_tail(&w->link, &ch->armed);
		/* A wake-up may be long: any number of threads can poll a file. */
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
 * channel has no reference on the namespace: its watchers do, and an unused
 * channel serves the next namespace of that inode number just as well.
 *
 * Return the channel, NULL if there is no memory for it.
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

/* Not freed here: that takes a grace period, which must not delay a close(). */
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

/* Move the channels that were last used @age ago or before to @list. */
static void remove_unused(struct list_head *list, unsigned long age)
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

/* The probe must not be able to find the channels any more. */
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
 * Free what nothing has used for LINGER.  Not at once: registering a probe
 * patches the kernel's text, and registering again waits for a grace period.
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
	remove_unused(&list, LINGER);
	if (!list_empty(&list)) {
		synchronize_rcu();
		free_channels(&list);
	}
	if (linger || !list_empty_careful(&unused_channels))
		schedule_delayed_work(&free_unused_work, LINGER);
}

/**
 * ps_watcher_init() - initialize a watcher that is not running
 * @w: watcher
 * @opener: opener, at this address as long as @w exists
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
 * ps_watcher_notify() - report POLLPRI until the next ps_watcher_renew()
 * @w: watcher
 *
 * Context: process; spinlocks may be held, raw ones may not.
 */
void ps_watcher_notify(struct ps_watcher *w)
{
	if (!test_and_set_bit(PS_WATCHER_CHANGED, &w->bits))
		wake_up_poll(&w->wait, EPOLLPRI);
}

/*
 * A change between arming and a read of the tables is notified, or its probe ran
 * before the watcher was visible: then the comparisons find it.
 */
static void after_arming(struct ps_watcher *w)
{
	if (probe_register())
		WRITE_ONCE(w->silent, w->silent & ~TCP_BIT);
	else
		WRITE_ONCE(w->silent, w->silent | TCP_BIT);
	recheck_soon(w);
}

/**
 * ps_watcher_renew() - start over, before the tables are read for a snapshot
 * @w: watcher
 *
 * Changes from now on are notified, although the snapshot may contain them.  A
 * watcher that nothing uses any more is not armed; its next poll() compares.
 *
 * Against the channel's work: both change the list and the bits under the
 * channel's lock, so either the work disarms and notifies first and this arms
 * again, or the watcher is notified after it was renewed.
 *
 * Context: process, may sleep; the open file's lock is held.
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
	if (!is_in_use(w)) {
		set_bit(PS_WATCHER_RECHECK, &w->bits);
		clear_bit(PS_WATCHER_CHANGED, &w->bits);
		wake_up_poll(&w->wait, EPOLLPRI); /* a poll() may have begun */
		return;
	}
	spin_lock(&ch->lock);
	clear_bit(PS_WATCHER_RECHECK, &w->bits);
	clear_bit(PS_WATCHER_CHANGED, &w->bits);
	if (list_empty(&w->link)) {
		arm(ch, w);
		armed = true;
	}
	spin_unlock(&ch->lock);
	if (armed)
		after_arming(w);
}

/**
 * ps_watcher_needs_check() - record a poll() and find out what it has to do
 * @w: watcher, whose wait queue the caller has entered
 *
 * Return: true if ps_watcher_check() has to be called.
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

static void start(struct ps_watcher *w)
{
	const struct ps_filter *filter = w->opener->filter;

	w->protos = WATCHED;
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
 * Arm the watcher, and clear PS_WATCHER_RECHECK together with that: the work
 * removes a watcher that has it set.
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
		arm(ch, w);
		armed = true;
	}
	spin_unlock(&ch->lock);
	if (armed)
		after_arming(w);
	return recheck ? w->protos : w->silent;
}

/**
 * ps_watcher_check() - compare the tables with the snapshot, and keep watching
 * @w: watcher
 * @snapshot: the last snapshot, if there is one
 * @max_sockets: limit of records
 *
 * Notifies the watcher if they differ, or if comparing fails: the next read
 * returns the error.  The comparison allocates memory, charged to the caller.
 *
 * Context: process, may sleep; the open file's lock is held.
 */
void ps_watcher_check(struct ps_watcher *w, const struct ps_snapshot *snapshot,
		      u32 max_sockets)
{
	u64 protos;
	int same = 1;

	if (ps_watcher_changed(w))
		return;
	if (!w->running)
		start(w);
	protos = arm_for_check(w);
	if (protos)
		same = ps_snapshot_is_current(snapshot, w->opener, max_sockets,
					   protos);
	if (same == -EINTR)	/* another poller of the file compares */
		require_recheck(w);
	else if (same <= 0)
		ps_watcher_notify(w);
	WRITE_ONCE(w->checked, jiffies);
	if (w->silent)
		queue_delayed_work(notify_wq, &w->recheck, PERIOD);
}

/**
 * ps_watcher_stop() - stop watching; what the filter points to may be freed then
 * @w: watcher, running or not
 *
 * Against the channel's work: it uses a watcher only under the channel's lock
 * and while the watcher is in a list, so no grace period is needed.
 *
 * Context: process, may sleep; the open file's lock is held, or this is the last
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
			disarm(ch, w);
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

/**
 * ps_notify_init() - prepare change notification; registers no probe yet
 *
 * Return: 0 or -ENOMEM.
 */
int ps_notify_init(void)
{
	notify_wq = alloc_ordered_workqueue("portsock", 0);
	if (!notify_wq)
		return -ENOMEM;
	state_tp = ps_tracepoint_find("inet_sock_set_state");
	return 0;
}

/**
 * ps_notify_exit() - undo ps_notify_init()
 *
 * No file is open, because an open file holds the module: nothing is armed, and
 * the work below can only be queued by itself.  After
 * tracepoint_synchronize_unregister() no CPU runs the probe, which could still
 * queue the work of a channel.
 *
 * Context: process, may sleep.
 */
void ps_notify_exit(void)
{
	LIST_HEAD(list);

	cancel_delayed_work_sync(&free_unused_work);
	probe_unregister();
	tracepoint_synchronize_unregister();
	remove_unused(&list, 0);
	free_channels(&list);
	destroy_workqueue(notify_wq);
}
