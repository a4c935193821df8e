// SPDX-License-Identifier: GPL-2.0
/*
 * Whether anything has changed since an open file's snapshot.
 *
 * The kernel tells of TCP's states (the tracepoint inet_sock_set_state) - just
 * before it stores them, and of some before the socket has its port.  So what is
 * heard of is announced at once, and a little later the tables are compared with
 * the snapshot that was read meanwhile.  Of UDP nobody is told: its table is
 * compared while somebody polls.  All comparing is done by the poller itself,
 * which is woken for it: the memory is its own, and nothing runs once it has
 * gone.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/printk.h>
#include <linux/rculist.h>
#include <net/inet_sock.h>

#include "batch.h"
#include "compat/tracepoint.h"
#include "snapshot.h"
#include "watch.h"

#define TCP_BIT		(1ULL << PORTSOCK_PROTO_TCP)
#define WATCHED		(TCP_BIT | 1ULL << PORTSOCK_PROTO_UDP | \
			 1ULL << PORTSOCK_PROTO_UDPLITE)
#define SETTLE		(HZ / 50)	/* a state is stored by then        */
#define PERIOD		(HZ / 2)	/* UDP is announced within a second */
#define LINGER		HZ		/* the next poller is soon there    */

static DEFINE_MUTEX(hook_mutex);
static LIST_HEAD(listening);	/* changed under hook_mutex, read under RCU */
static struct tracepoint *state_tp;	/* hooked, or NULL                  */

/* A port that is not chosen yet is 0; inet_sport outlives the bind. */
static u16 port_of(const struct sock *sk, int newstate)
{
	if (newstate == TCP_SYN_SENT || newstate == TCP_LISTEN)
		return inet_sk(sk)->inet_num;
	return ntohs(inet_sk(sk)->inet_sport);
}

static void look_soon(struct ps_watch *w)
{
	if (!schedule_delayed_work(&w->settle, SETTLE))
		set_bit(PS_WATCH_AGAIN, &w->bits);
}

static void look_later(struct ps_watch *w)
{
	set_bit(PS_WATCH_LATER, &w->bits);
	schedule_delayed_work(&w->tick, PERIOD);
}

/*
 * A port that is about to be chosen may be one of those that are asked for:
 * looking finds out.  Each client of the machine comes by here, so looking at
 * more than a few ports is not done for each of them.
 */
static void hear_of_choice(struct ps_watch *w)
{
	if (w->few || time_after_eq(jiffies, READ_ONCE(w->looked) + PERIOD))
		look_soon(w);
	else
		look_later(w);
}

static void hear(struct ps_watch *w, const struct sock *sk, u16 port,
		 bool choosing)
{
	const struct ps_filter *filter = w->viewer->filter;
	const struct net *target = w->viewer->target;

	if (target && !net_eq(target, sock_net(sk)))
		return;
	if (choosing && ps_filter_has(filter, PS_KEY_PORT)) {
		hear_of_choice(w);
	} else if (ps_filter_wants_port(filter, port)) {
		ps_watch_announce(w);
		look_soon(w);
	}
}

/* The kernel calls this with the socket's lock held, often in a softirq. */
static void on_state(void *unused, const struct sock *sk, const int oldstate,
		     const int newstate)
{
	struct ps_watch *w;
	bool choosing;
	u16 port;

	if (sk->sk_protocol != IPPROTO_TCP)
		return;
	port = port_of(sk, newstate);
	choosing = !port && (newstate == TCP_SYN_SENT ||
			     newstate == TCP_LISTEN);
	rcu_read_lock();
	list_for_each_entry_rcu(w, &listening, link)
		hear(w, sk, port, choosing);
	rcu_read_unlock();
}

/* With hook_mutex held. */
static void unhook(void)
{
	if (!state_tp || !list_empty(&listening))
		return;
	ps_tracepoint_unhook(state_tp, on_state);
	state_tp = NULL;
	pr_debug("nobody polls: inet_sock_set_state is let go\n");
}

/*
 * Not in release: it patches the kernel's text, and the next poller would wait
 * for a grace period to have it back.
 */
static void unhook_unused(struct work_struct *work)
{
	mutex_lock(&hook_mutex);
	unhook();
	mutex_unlock(&hook_mutex);
}

static DECLARE_DELAYED_WORK(unhook_work, unhook_unused);

/* With hook_mutex held.  Without the tracepoint TCP is looked at like UDP. */
static void hook(void)
{
	struct tracepoint *tp;

	if (state_tp)
		return;
	tp = ps_tracepoint_find("inet_sock_set_state");
	if (tp && !ps_tracepoint_hook(tp, on_state))
		state_tp = tp;
	pr_debug("inet_sock_set_state is %s\n", state_tp ? "hooked" : "out of reach");
}

/*
 * Who was told that it has changed need not compare: in an epoll that tells of
 * edges it would be told twice.
 */
static void wake_to_look(struct ps_watch *w)
{
	if (!ps_watch_changed(w))
		wake_up_poll(&w->wait, EPOLLPRI);
}

/* Has the poller compare; another time if more was heard of meanwhile. */
static void settle(struct work_struct *work)
{
	struct ps_watch *w = container_of(to_delayed_work(work),
					  struct ps_watch, settle);

	set_bit(PS_WATCH_LOOK, &w->bits);
	wake_to_look(w);
	if (test_and_clear_bit(PS_WATCH_AGAIN, &w->bits)) {
		schedule_delayed_work(&w->settle, SETTLE);
		return;
	}
	/* A virtual machine's processor may stand still for long. */
	look_later(w);
}

static void tick(struct work_struct *work)
{
	struct ps_watch *w = container_of(to_delayed_work(work),
					  struct ps_watch, tick);

	if (test_and_clear_bit(PS_WATCH_LATER, &w->bits))
		set_bit(PS_WATCH_LOOK, &w->bits);
	wake_to_look(w);
}

/**
 * ps_watch_init() - a watch that does nothing yet
 * @w: watch
 * @viewer: whose; stays where it is as long as @w
 *
 * Context: process.
 */
void ps_watch_init(struct ps_watch *w, const struct ps_viewer *viewer)
{
	memset(w, 0, sizeof(*w));
	w->viewer = viewer;
	init_waitqueue_head(&w->wait);
	INIT_DELAYED_WORK(&w->settle, settle);
	INIT_DELAYED_WORK(&w->tick, tick);
	set_bit(PS_WATCH_CHANGED, &w->bits);
}

/**
 * ps_watch_renew() - a snapshot is about to be taken
 * @w: watch
 *
 * What changes from now on is announced, though it may be in the snapshot.
 *
 * Context: process, the open file's lock is held.
 */
void ps_watch_renew(struct ps_watch *w)
{
	clear_bit(PS_WATCH_LOOK, &w->bits);
	clear_bit(PS_WATCH_CHANGED, &w->bits);
	smp_mb__after_atomic();	/* before the tables are read */
}

/**
 * ps_watch_announce() - something has changed, or there is no snapshot any more
 * @w: watch
 *
 * Context: any, locks may be held.
 */
void ps_watch_announce(struct ps_watch *w)
{
	if (!test_and_set_bit(PS_WATCH_CHANGED, &w->bits))
		wake_up_poll(&w->wait, EPOLLPRI);
}

static void listen(struct ps_watch *w)
{
	mutex_lock(&hook_mutex);
	list_add_tail_rcu(&w->link, &listening);
	w->linked = true;
	hook();
	if (state_tp)
		w->silent &= ~TCP_BIT;
	mutex_unlock(&hook_mutex);
	/* A state may have been told of just before, and be stored only now. */
	schedule_delayed_work(&w->settle, SETTLE);
}

static void start(struct ps_watch *w)
{
	const struct ps_filter *filter = w->viewer->filter;

	w->protos = WATCHED;
	if (ps_filter_has(filter, PS_KEY_PROTO))
		w->protos &= filter->protos;
	w->silent = w->protos;
	w->few = ps_wants_few_ports(filter);
	if (w->protos & TCP_BIT)
		listen(w);
	set_bit(PS_WATCH_LOOK, &w->bits);
	WRITE_ONCE(w->running, true);
}

/**
 * ps_watch_is_due() - whether ps_watch_look() has anything to do
 * @w: watch
 *
 * Context: any.
 * Return: true if it has.
 */
bool ps_watch_is_due(struct ps_watch *w)
{
	if (ps_watch_changed(w))
		return false;
	if (!READ_ONCE(w->running) || test_bit(PS_WATCH_LOOK, &w->bits))
		return true;
	return READ_ONCE(w->silent) &&
		time_after_eq(jiffies, READ_ONCE(w->looked) + PERIOD);
}

/**
 * ps_watch_look() - find out whether anything has changed, and go on watching
 * @w: watch
 * @snapshot: the last one, if there is one
 * @max_sockets: records that may be gathered
 *
 * A snapshot that cannot be compared has changed: reading says why.
 *
 * Context: process, may sleep; the open file's lock is held.
 */
void ps_watch_look(struct ps_watch *w, const struct ps_snapshot *snapshot,
		   u32 max_sockets)
{
	u64 protos;
	int same;

	if (ps_watch_changed(w))
		return;
	if (!w->running)
		start(w);
	protos = test_and_clear_bit(PS_WATCH_LOOK, &w->bits) ?
		w->protos : w->silent;
	same = !protos ? 1 : ps_snapshot_compare(snapshot, w->viewer,
						 max_sockets, protos);
	if (same == -EINTR)	/* whoever shares the file looks again */
		set_bit(PS_WATCH_LOOK, &w->bits);
	else if (same <= 0)
		ps_watch_announce(w);
	WRITE_ONCE(w->looked, jiffies);
	if (w->silent)
		schedule_delayed_work(&w->tick, PERIOD);
}

/**
 * ps_watch_stop() - nothing is to be heard of any more
 * @w: watch, running or not
 *
 * Context: process, may sleep; the open file's lock is held, or nobody else has
 * it open.
 */
void ps_watch_stop(struct ps_watch *w)
{
	if (!w->running)
		return;
	if (w->linked) {
		mutex_lock(&hook_mutex);
		list_del_rcu(&w->link);
		schedule_delayed_work(&unhook_work, LINGER);
		mutex_unlock(&hook_mutex);
		synchronize_rcu();	/* on_state() may be at it */
		w->linked = false;
	}
	cancel_delayed_work_sync(&w->settle);
	cancel_delayed_work_sync(&w->tick);
	WRITE_ONCE(w->running, false);
}

/**
 * ps_watch_exit() - see to it that nothing of the module is called any more
 *
 * Context: process, may sleep; no file is open.
 */
void ps_watch_exit(void)
{
	cancel_delayed_work_sync(&unhook_work);
	unhook_unused(NULL);
	tracepoint_synchronize_unregister();
}
