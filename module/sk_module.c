// SPDX-License-Identifier: GPL-2.0
/*
 * Names of the kernel modules that own kernel sockets: the module of a socket's
 * callbacks.
 *
 * __module_address() is not exported, so an address is resolved by formatting
 * it with its symbol (kallsyms).  This takes some 10,000 instructions, and the
 * lock of a bucket is held.  Each address is therefore resolved once in a
 * snapshot, and the number of addresses is limited.
 */
#include <linux/hash.h>
#include <linux/kallsyms.h>
#include <linux/udp.h>
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
