/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel modules that hold sockets: their names, by what the sockets call. */
#ifndef PORTSOCK_SK_MODULE_H
#define PORTSOCK_SK_MODULE_H

#include <linux/module.h>

struct sock;

#define PS_SK_MODULE_NAMES	32
#define PS_SK_MODULE_FUNCTIONS	128	/* a power of two */

/**
 * struct ps_sk_modules - the names that one snapshot came upon; zeroed: none
 * @count: of @names in use
 * @names: of kernel modules; the first place stays empty
 * @ncodes: of @codes in use
 * @codes: hash of the functions that were asked for, open addressing: which of
 *	@names has it, 0 for those of the kernel itself
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

u32 ps_sk_module_add(struct ps_sk_modules *modules, const char *name, size_t len);
u32 ps_sk_module_find(struct ps_sk_modules *modules, const struct sock *sk);

/**
 * ps_sk_module_name() - a kernel module's name
 * @modules: names
 * @module: from ps_sk_module_find() or ps_sk_module_add()
 *
 * Context: any.
 * Return: the name; "kernel" where no module is known.
 */
static inline const char *ps_sk_module_name(const struct ps_sk_modules *modules,
					 u32 module)
{
	return module ? modules->names[module] : "kernel";
}

#endif /* PORTSOCK_SK_MODULE_H */
