/* SPDX-License-Identifier: GPL-2.0 */
/* From the records of a snapshot to the rows of the view. */
#ifndef PORTSOCK_ROWS_H
#define PORTSOCK_ROWS_H

struct ps_store;

int ps_rows_make(struct ps_store *store);

#endif /* PORTSOCK_ROWS_H */
