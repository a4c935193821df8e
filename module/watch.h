/* SPDX-License-Identifier: GPL-2.0 */
/* Whether anything has changed since an open file's snapshot. */
#ifndef PORTSOCK_WATCH_H
#define PORTSOCK_WATCH_H

#include <linux/list.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

struct ps_snapshot;
struct ps_viewer;

/**
 * struct ps_watch - what an open file that is polled needs
 * @wait: who polls
 * @viewer: says what is watched; its filter and target may change only between
 *	ps_watch_stop() and the next ps_watch_look()
 * @bits: of enum ps_watch_bit
 * @running: between ps_watch_look() and ps_watch_stop()
 * @protos: bits of enum portsock_proto that are watched, while @running
 * @silent: those of them of which nobody is told
 * @few: its filter names so few ports that each is looked up, while @running
 * @linked: @link is in the list of those who hear of TCP states
 * @link: in that list
 * @settle: looks again soon after a state was heard of
 * @tick: looks again, at what nobody is told of as long as it is polled
 * @looked: when it was last looked, in jiffies
 */
struct ps_watch {
	wait_queue_head_t wait;
	const struct ps_viewer *viewer;
	unsigned long bits;
	bool running;
	u64 protos;
	u64 silent;
	bool few;
	bool linked;
	struct list_head link;
	struct delayed_work settle;
	struct delayed_work tick;
	unsigned long looked;
};

enum ps_watch_bit {
	PS_WATCH_CHANGED,	/* it has, or there is no snapshot          */
	PS_WATCH_LOOK,		/* it may have: compare with the snapshot   */
	PS_WATCH_AGAIN,		/* a state was heard of before @settle      */
	PS_WATCH_LATER,		/* @tick is to have all compared            */
};

void ps_watch_init(struct ps_watch *w, const struct ps_viewer *viewer);
void ps_watch_renew(struct ps_watch *w);
void ps_watch_announce(struct ps_watch *w);
bool ps_watch_is_due(struct ps_watch *w);
void ps_watch_look(struct ps_watch *w, const struct ps_snapshot *snapshot,
		   u32 max_sockets);
void ps_watch_stop(struct ps_watch *w);
void ps_watch_exit(void);

/**
 * ps_watch_changed() - whether anything has changed since the snapshot
 * @w: watch
 *
 * Context: any.
 * Return: true if it has; and while there is no snapshot.
 */
static inline bool ps_watch_changed(const struct ps_watch *w)
{
	return test_bit(PS_WATCH_CHANGED, &w->bits);
}

#endif /* PORTSOCK_WATCH_H */
