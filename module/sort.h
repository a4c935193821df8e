/* SPDX-License-Identifier: GPL-2.0 */
/* The rows of a store into the order of the view. */
#ifndef PORTSOCK_SORT_H
#define PORTSOCK_SORT_H

struct ps_store;

int ps_sort(struct ps_store *store);

#endif /* PORTSOCK_SORT_H */
