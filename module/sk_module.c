// SPDX-License-Identifier: GPL-2.0
/*
 * Whose code a socket calls.  A module may ask in which module an address lies
 * only by having the address printed (kallsyms), which takes some ten thousand
 * instructions: each address is asked for once in a snapshot, and for so many
 * that a lock is not held for long.
 */
#include <linux/hash.h>
#include <linux/kallsyms.h>
#include <linux/udp.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>

#include "sk_module.h"

#define CODE_BITS	ilog2(PS_SK_MODULE_FUNCTIONS)
#define CALLBACKS	6

/**
 * ps_sk_module_add() - the number of a name
 * @modules: names
 * @name: of a kernel module, need not be NUL-terminated
 * @len: length of @name
 *
 * Context: any, locks may be held.
 * Return: its number, 0 if there is no room for it.
 */
u32 ps_sk_module_add(struct ps_sk_modules *modules, const char *name, size_t len)
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

/*
 * Only what stands in brackets is taken: the rest may be an address.  What is
 * of the kernel itself has none; code that it makes at run time has a name
 * that no module can have.
 */
static u32 ask_name(struct ps_sk_modules *modules, const void *code)
{
	char text[KSYM_SYMBOL_LEN], *name, *end;

	sprint_symbol(text, (unsigned long)code);
	name = strrchr(text, '[');
	end = name ? strchr(name, ']') : NULL;
	if (!end || strstarts(name + 1, "__"))
		return 0;
	return ps_sk_module_add(modules, name + 1, end - name - 1);
}

/* Whose it is; once there is no room to remember more, nobody's. */
static u32 find_code(struct ps_sk_modules *modules, const void *code)
{
	u32 slot = hash_ptr(code, CODE_BITS);

	for (; modules->codes[slot].code; slot++, slot %= PS_SK_MODULE_FUNCTIONS)
		if (modules->codes[slot].code == code)
			return modules->codes[slot].name;
	if (modules->ncodes == PS_SK_MODULE_FUNCTIONS - 1)
		return 0;
	modules->ncodes++;
	modules->codes[slot].name = ask_name(modules, code);
	modules->codes[slot].code = code;
	return modules->codes[slot].name;
}

static bool is_inet(const struct sock *sk)
{
	return sk->sk_family == AF_INET || sk->sk_family == AF_INET6;
}

static bool is_udp(const struct sock *sk)
{
	return is_inet(sk) && sk->sk_type == SOCK_DGRAM &&
		(sk->sk_protocol == IPPROTO_UDP ||
		 sk->sk_protocol == IPPROTO_UDPLITE);
}

/* In the order in which they tell most. */
static void take_callbacks(const struct sock *sk, const void **code)
{
	code[0] = is_udp(sk) ? READ_ONCE(udp_sk(sk)->encap_rcv) : NULL;
	code[1] = READ_ONCE(sk->sk_data_ready);
	code[2] = READ_ONCE(sk->sk_state_change);
	code[3] = READ_ONCE(sk->sk_write_space);
	code[4] = READ_ONCE(sk->sk_error_report);
	code[5] = READ_ONCE(sk->sk_destruct);
}

static bool is_owner(const struct module *owner, const char *name)
{
	return owner && !strcmp(owner->name, name);
}

/* The protocol is no module, nor is what a process put on top of it (tls). */
static bool is_protocol(const struct sock *sk, const char *name)
{
	const struct tcp_ulp_ops *ulp = NULL;

	if (is_inet(sk) && sk->sk_protocol == IPPROTO_TCP &&
	    sk->sk_type == SOCK_STREAM)
		ulp = READ_ONCE(inet_csk(sk)->icsk_ulp_ops);
	return is_owner(READ_ONCE(sk->sk_prot)->owner, name) ||
		(ulp && is_owner(ulp->owner, name));
}

/**
 * ps_sk_module_find() - the kernel module that a socket calls
 * @modules: names, to which the module's is added
 * @sk: a full socket that cannot go away meanwhile
 *
 * Context: any, locks may be held.
 * Return: for ps_sk_module_name(); 0 if the socket calls no module but its own
 * protocol's.
 */
u32 ps_sk_module_find(struct ps_sk_modules *modules, const struct sock *sk)
{
	const void *code[CALLBACKS];
	u32 i, module;

	take_callbacks(sk, code);
	for (i = 0; i < CALLBACKS; i++) {
		module = code[i] ? find_code(modules, code[i]) : 0;
		if (module && !is_protocol(sk, modules->names[module]))
			return module;
	}
	return 0;
}
