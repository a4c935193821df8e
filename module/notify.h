/* SPDX-License-Identifier: GPL-2.0 */
/* Change notification: POLLPRI when an open file's snapshot is out of date. */
#ifndef PORTSOCK_NOTIFY_H
#define PORTSOCK_NOTIFY_H

#include <linux/list.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

struct ps_channel;
struct ps_snapshot;
struct ps_opener;

/**
 * struct ps_watcher - change notification of one open file
 * @wait: wait queue of its pollers
 * @opener: opener; its filter and target may change only between
 *	ps_watcher_stop() and the next ps_watcher_check()
 * @bits: bits of enum ps_watcher_bit
 * @running: true from the first ps_watcher_check() to ps_watcher_stop()
 * @protos: watched protocols, bits of enum portsock_proto, while @running
 * @silent: protocols in @protos without events for changes; their tables are
 *	compared periodically while the file is polled
 * @few_ports: the filter has so few ports that each is looked up by itself
 * @channel: source of TCP events, a reference; NULL if TCP is not watched, or
 *	is in @silent because the kernel has no memory or no tracepoint
 * @link: entry of the channel's list while armed; guarded by the channel's lock
 * @visits: visits by the channel's work since arming; same lock
 * @recheck: wakes the pollers, to compare @silent or, with PS_WATCHER_SOON or
 *	PS_WATCHER_LATER, all of @protos
 * @polled: jiffies of the last poll()
 * @checked: jiffies of the last comparison of tables and snapshot
 */
struct ps_watcher {
	wait_queue_head_t wait;
	const struct ps_opener *opener;
	unsigned long bits;
	bool running;
	u64 protos;
	u64 silent;
	bool few_ports;
	struct ps_channel *channel;
	struct list_head link;
	u32 visits;
	struct delayed_work recheck;
	unsigned long polled;
	unsigned long checked;
};

enum ps_watcher_bit {
	PS_WATCHER_CHANGED,	/* snapshot is out of date or missing      */
	PS_WATCHER_RECHECK,	/* next poll() compares all of @protos     */
	PS_WATCHER_SOON,	/* @recheck compares all, and again later  */
	PS_WATCHER_LATER,	/* @recheck compares all, once             */
};

void ps_watcher_init(struct ps_watcher *w, const struct ps_opener *opener);
void ps_watcher_renew(struct ps_watcher *w);
void ps_watcher_notify(struct ps_watcher *w);
bool ps_watcher_needs_check(struct ps_watcher *w);
void ps_watcher_check(struct ps_watcher *w, const struct ps_snapshot *snapshot,
		      u32 max_sockets);
void ps_watcher_stop(struct ps_watcher *w);
int ps_notify_init(void);
void ps_notify_exit(void);

/* Return true if poll() reports POLLPRI: snapshot out of date or missing. */
static inline bool ps_watcher_changed(const struct ps_watcher *w)
{
	return test_bit(PS_WATCHER_CHANGED, &w->bits);
}

#endif /* PORTSOCK_NOTIFY_H */
