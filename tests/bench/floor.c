// SPDX-License-Identifier: GPL-2.0
/*
 * The floor: what it costs to come by every descriptor and every TCP and UDP
 * socket, and to do nothing with them.  Reading /proc/portsock_floor walks and
 * tells two numbers: nanoseconds for the sockets, and with the descriptors.
 */
#include <linux/fdtable.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/timekeeping.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "compat/inet_hashtables.h"
#include "compat/udp.h"

static u64 count_files(struct files_struct *files)
{
	struct fdtable *fdt;
	struct file *file;
	u64 count = 0;
	u32 fd;

	spin_lock(&files->file_lock);
	fdt = files_fdtable(files);
	for (fd = 0; fd < fdt->max_fds; fd++) {
		file = rcu_dereference_raw(fdt->fd[fd]);
		if (file && sock_from_file(file))
			count++;
	}
	spin_unlock(&files->file_lock);
	return count;
}

static u64 walk_descriptors(void)
{
	struct task_struct *task;
	u64 count = 0;

	rcu_read_lock();
	for_each_process(task) {
		task_lock(task);
		if (task->files)
			count += count_files(task->files);
		task_unlock(task);
	}
	rcu_read_unlock();
	return count;
}

static u64 walk_listeners(struct inet_hashinfo *tables)
{
	struct hlist_nulls_node *node;
	struct sock *sk;
	u64 count = 0;
	u32 i;

	for (i = 0; i < ps_listen_buckets(tables); i++) {
		struct inet_listen_hashbucket *bucket =
			ps_listen_bucket(tables, i);

		if (ps_listen_empty(bucket))
			continue;
		spin_lock(&bucket->lock);
		sk_nulls_for_each(sk, node, &bucket->nulls_head)
			count += READ_ONCE(sk->sk_state) == TCP_LISTEN;
		spin_unlock(&bucket->lock);
	}
	return count;
}

static u64 walk_established(struct inet_hashinfo *tables)
{
	struct hlist_nulls_node *node;
	struct sock *sk;
	u64 count = 0;
	u32 i;

	for (i = 0; i <= tables->ehash_mask; i++) {
		spinlock_t *lock = inet_ehash_lockp(tables, i);

		if (hlist_nulls_empty(&tables->ehash[i].chain))
			continue;
		spin_lock_bh(lock);
		sk_nulls_for_each(sk, node, &tables->ehash[i].chain)
			count += READ_ONCE(sk->sk_state) != TCP_LISTEN;
		spin_unlock_bh(lock);
	}
	return count;
}

static u64 walk_udp(struct udp_table *table)
{
	struct sock *sk;
	u64 count = 0;
	u32 i;

	for (i = 0; i <= table->mask; i++) {
		struct udp_hslot *slot = &table->hash[i];

		if (hlist_empty(&slot->head))
			continue;
		spin_lock_bh(&slot->lock);
		sk_for_each(sk, &slot->head)
			count += READ_ONCE(sk->sk_family) != AF_UNSPEC;
		spin_unlock_bh(&slot->lock);
	}
	return count;
}

static int floor_show(struct seq_file *m, void *v)
{
	struct inet_hashinfo *tables = ps_tcp_hashinfo(&init_net);
	u64 begun = ktime_get_ns(), sockets, both, found;

	found = walk_listeners(tables) + walk_established(tables) +
		walk_udp(ps_udp_table(&init_net));
	sockets = ktime_get_ns() - begun;
	found += walk_descriptors();
	both = ktime_get_ns() - begun;
	seq_printf(m, "%llu %llu %llu\n", both, sockets, found);
	return 0;
}

static int __init floor_init(void)
{
	if (!proc_create_single("portsock_floor", 0400, NULL, floor_show))
		return -ENOMEM;
	return 0;
}

static void __exit floor_exit(void)
{
	remove_proc_entry("portsock_floor", NULL);
}

module_init(floor_init);
module_exit(floor_exit);

MODULE_DESCRIPTION("What a walk over all sockets and descriptors costs at least");
MODULE_LICENSE("GPL");
