/* SPDX-License-Identifier: GPL-2.0 */
/* Names of the kernel modules that own kernel sockets. */
#ifndef PORTSOCK_SK_MODULE_H
#define PORTSOCK_SK_MODULE_H

#include <linux/module.h>

struct sock;

#define PS_SK_MODULE_NAMES	32
#define PS_SK_MODULE_FUNCTIONS	128	/* a power of two */

/**
 * struct ps_sk_modules - names of the owning modules of one snapshot
 * @count: of @names in use
 * @names: names of kernel modules; @names[0] is not used
 * @ncodes: of @codes in use
 * @codes: cache of resolved functions, a hash table with open addressing: the
 *	function, and its module's index in @names, 0 for the kernel itself
 *
 * Zeroed: no names.
 */
struct ps_sk_modules {
	u32 count;
	char names[PS_SK_MODULE_NAMES][MODULE_NAME_LEN];
	u32 ncodes;
	struct {
		const void *code;
		u32 name;
	} codes[PS_SK_MODULE_FUNCTIONS];
};

u32 ps_sk_module_add(struct ps_sk_modules *modules, const char *name,
		     size_t len);
u32 ps_sk_module_find(struct ps_sk_modules *modules, const struct sock *sk);
bool ps_sk_module_find_waiter(struct ps_sk_modules *modules,
			      const struct sock *sk, u32 *module);

/* Return the name of a module, "kernel" for 0. */
static inline const char *
ps_sk_module_name(const struct ps_sk_modules *modules, u32 module)
{
	return module ? modules->names[module] : "kernel";
}

#endif /* PORTSOCK_SK_MODULE_H */
