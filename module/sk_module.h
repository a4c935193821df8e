/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel modules that hold sockets: their names, by what the sockets call. */
#ifndef PORTSOCK_SK_MODULE_H
#define PORTSOCK_SK_MODULE_H

#include <linux/module.h>

struct sock;

#define PS_HOLDER_NAMES	32
#define PS_HOLDER_CODES	128	/* a power of two */

/**
 * struct ps_holders - the names that one snapshot came upon; zeroed: none
 * @count: of @names in use
 * @names: of kernel modules; the first place stays empty
 * @ncodes: of @codes in use
 * @codes: hash of the functions that were asked for, open addressing: which of
 *	@names has it, 0 for those of the kernel itself
 */
struct ps_holders {
	u32 count;
	char names[PS_HOLDER_NAMES][MODULE_NAME_LEN];
	u32 ncodes;
	struct {
		const void *code;
		u32 name;
	} codes[PS_HOLDER_CODES];
};

u32 ps_holder_add(struct ps_holders *holders, const char *name, size_t len);
u32 ps_holder_find(struct ps_holders *holders, const struct sock *sk);

/**
 * ps_holder_name() - a kernel module's name
 * @holders: names
 * @holder: from ps_holder_find() or ps_holder_add()
 *
 * Context: any.
 * Return: the name; "kernel" where no module is known.
 */
static inline const char *ps_holder_name(const struct ps_holders *holders,
					 u32 holder)
{
	return holder ? holders->names[holder] : "kernel";
}

#endif /* PORTSOCK_SK_MODULE_H */
