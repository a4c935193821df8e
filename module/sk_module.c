// SPDX-License-Identifier: GPL-2.0
/*
 * Names of the kernel modules that own kernel sockets: the module of a socket's
 * callbacks, or of the functions that the socket wakes.
 *
 * __module_address() is not exported, so an address is resolved by formatting
 * it with its symbol (kallsyms).  This takes some 10,000 instructions, and the
 * lock of a bucket is held.  Each address is therefore resolved once in a
 * snapshot, and the number of addresses is limited.
 */
#include <linux/hash.h>
#include <linux/kallsyms.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/udp.h>
#include <linux/wait.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>

#include "sk_module.h"
#include "sock.h"

#define CODE_BITS	ilog2(PS_SK_MODULE_FUNCTIONS)

/**
 * ps_sk_module_add() - Look up or add a name
 * @modules: names
 * @name: name of a kernel module, need not be NUL-terminated
 * @len: length of @name
 *
 * Context: locks may be held.
 * Return: index of the name, 0 without room.
 */
u32 ps_sk_module_add(struct ps_sk_modules *modules, const char *name,
		     size_t len)
{
	u32 i;

	if (!len || len >= MODULE_NAME_LEN)
		return 0;
	for (i = 1; i <= modules->count; i++)
		if (!strncmp(modules->names[i], name, len) &&
		    !modules->names[i][len])
			return i;
	if (i == PS_SK_MODULE_NAMES)
		return 0;
	memcpy(modules->names[i], name, len);
	modules->names[i][len] = '\0';
	return modules->count = i;
}

static u32 resolve_module(struct ps_sk_modules *modules, const void *code)
{
	char text[KSYM_SYMBOL_LEN], *name, *end;

	/*
	 * Only text in brackets is used: the rest may be an address.  Functions
	 * of the kernel itself have no brackets.  Names that begin with "__",
	 * as __builtin__kprobes, are those of generated code, not of modules.
	 */
	sprint_symbol(text, (unsigned long)code);
	name = strrchr(text, '[');
	end = name ? strchr(name, ']') : NULL;
	if (!end || strstarts(name + 1, "__"))
		return 0;
	return ps_sk_module_add(modules, name + 1, end - name - 1);
}

/* Return the module of a function from the cache; 0 if the cache is full. */
static u32 cached_module(struct ps_sk_modules *modules, const void *code)
{
	u32 slot = hash_ptr(code, CODE_BITS);

	for (; modules->codes[slot].code;
	     slot = (slot + 1) % PS_SK_MODULE_FUNCTIONS)
		if (modules->codes[slot].code == code)
			return modules->codes[slot].name;
	if (modules->ncodes == PS_SK_MODULE_FUNCTIONS - 1)
		return 0;
	modules->ncodes++;
	modules->codes[slot].name = resolve_module(modules, code);
	modules->codes[slot].code = code;
	return modules->codes[slot].name;
}

/* Return true for the module of the protocol, or of a TCP ULP such as tls. */
static bool is_protocol_module(const struct sock *sk, const char *name)
{
	const struct module *owner = READ_ONCE(sk->sk_prot)->owner;
	const struct tcp_ulp_ops *ulp;

	if (owner && !strcmp(owner->name, name))
		return true;
	if (!ps_is_inet(sk, SOCK_STREAM, IPPROTO_TCP))
		return false;
	ulp = READ_ONCE(inet_csk(sk)->icsk_ulp_ops);
	return ulp && ulp->owner && !strcmp(ulp->owner->name, name);
}

/**
 * ps_sk_module_find() - Look up the kernel module of a socket's callbacks
 * @modules: names, to which that of the module is added
 * @sk: full socket that cannot be freed during the call
 *
 * Context: locks may be held.
 * Return: an index for ps_sk_module_name(); 0 if all callbacks are those of the
 * kernel and of the socket's protocol.
 */
u32 ps_sk_module_find(struct ps_sk_modules *modules, const struct sock *sk)
{
	bool udp = ps_is_inet(sk, SOCK_DGRAM, IPPROTO_UDP) ||
		ps_is_inet(sk, SOCK_DGRAM, IPPROTO_UDPLITE);
	/* The callbacks that identify an owner best come first. */
	const void *code[] = {
		udp ? READ_ONCE(udp_sk(sk)->encap_rcv) : NULL,
		READ_ONCE(sk->sk_data_ready),
		READ_ONCE(sk->sk_state_change),
		READ_ONCE(sk->sk_write_space),
		READ_ONCE(sk->sk_error_report),
		READ_ONCE(sk->sk_destruct),
	};
	u32 i, module;

	for (i = 0; i < ARRAY_SIZE(code); i++) {
		module = code[i] ? cached_module(modules, code[i]) : 0;
		if (module && !is_protocol_module(sk, modules->names[module]))
			return module;
	}
	return 0;
}

#define WAITERS_MAX	8

/*
 * Return the function that identifies a waiter: its wake function, or for a
 * sleeping kernel thread the function of the thread.  NULL for a process.
 *
 * Only the wake functions of a sleeping task have the task in @private.  The
 * entry is on the task's stack, and the task removes it, under the lock of the
 * queue, before it goes on.  So the task exists while its entry is in the
 * queue.  Before 5.12 a worker of io_uring is a kernel thread, too: it works
 * for a process.
 *
 * Before 5.17 kthread_func() is only for threads of kthread_create().  The
 * others, kthreadd and helpers before their exec(), do not wait for sockets.
 */
static const void *waiter_function(const struct wait_queue_entry *entry)
{
	struct task_struct *task = entry->private;
	u32 flags;

	if (entry->func != woken_wake_function &&
	    entry->func != autoremove_wake_function &&
	    entry->func != default_wake_function)
		return entry->func;
	if (!task)
		return NULL;
	flags = READ_ONCE(task->flags);
	if (!(flags & PF_KTHREAD) || flags & PF_IO_WORKER)
		return NULL;
	return kthread_func(task);
}

/*
 * Copy the functions of the first waiters of a socket.  *@thread is set if one
 * of them is a kernel thread.
 *
 * A user can add any number of waiters (epoll), each at the front: the walk is
 * limited, and a waiter of the kernel behind others is not found.  The struct
 * socket, which has the queue, is freed after a grace period.  The functions
 * are resolved by the caller, when interrupts are enabled again.
 *
 * The lock of the queue is taken below locks of tables and file tables.  Wake
 * functions run under it and take none of these, so the order cannot be
 * reversed.  On PREEMPT_RT it may sleep, as those may.
 */
static u32 copy_waiters(const struct sock *sk,
			const void *code[WAITERS_MAX], bool *thread)
{
	const struct wait_queue_entry *entry;
	u32 count = 0, seen = 0;
	struct socket_wq *wq;
	unsigned long flags;

	*thread = false;
	rcu_read_lock();
	wq = rcu_dereference(sk->sk_wq);
	if (wq) {
		spin_lock_irqsave(&wq->wait.lock, flags);
		list_for_each_entry(entry, &wq->wait.head, entry) {
			if (seen++ == WAITERS_MAX)
				break;
			code[count] = waiter_function(entry);
			if (!code[count])
				continue;
			*thread |= code[count] != entry->func;
			count++;
		}
		spin_unlock_irqrestore(&wq->wait.lock, flags);
	}
	rcu_read_unlock();
	return count;
}

/**
 * ps_sk_module_find_waiter() - Look up the module that waits for a socket
 * @modules: names, to which that of the module is added
 * @sk: full socket that cannot be freed during the call
 * @module: result: an index for ps_sk_module_name()
 *
 * Some drivers set no callbacks.  Their kernel thread sleeps in recvmsg()
 * (cifs, ksmbd, usbip, iSCSI targets), or they add a wake function of their
 * own (9pnet_fd, vhost).  The kernel threads of nbd are workers of a workqueue,
 * which do not identify nbd.  But nbd calls sk_set_memalloc(), which sets a
 * flag that no process can set; all other callers set callbacks, or create the
 * socket in the kernel.
 *
 * Context: locks may be held.
 * Return: true if a kernel module or a kernel thread uses the socket.
 */
bool ps_sk_module_find_waiter(struct ps_sk_modules *modules,
			      const struct sock *sk, u32 *module)
{
	const void *code[WAITERS_MAX];
	u32 i, count;
	bool thread;

	count = copy_waiters(sk, code, &thread);
	for (i = 0; i < count; i++) {
		*module = cached_module(modules, code[i]);
		if (*module &&
		    !is_protocol_module(sk, modules->names[*module]))
			return true;
	}
	*module = 0;
	if (sock_flag(sk, SOCK_MEMALLOC) && !ps_is_kernel_sock(sk)) {
		*module = ps_sk_module_add(modules, "nbd", strlen("nbd"));
		return true;
	}
	return thread;
}
