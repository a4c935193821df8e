/* SPDX-License-Identifier: GPL-2.0 */
/* The order of the rows, and a sort for arrays of any length. */
#ifndef PORTSOCK_SORT_H
#define PORTSOCK_SORT_H

#include <linux/types.h>

struct ps_store;

int ps_merge_sort(void *base, void *spare, u32 count, size_t size,
		  cmp_r_func_t cmp, const void *priv);
int ps_sort(struct ps_store *store);

#endif /* PORTSOCK_SORT_H */
