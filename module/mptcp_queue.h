/* SPDX-License-Identifier: GPL-2.0 */
/* MPTCP connections in accept queues. */
#ifndef PORTSOCK_MPTCP_QUEUE_H
#define PORTSOCK_MPTCP_QUEUE_H

struct ps_store;

int ps_mptcp_link_subflows(struct ps_store *store);

#endif /* PORTSOCK_MPTCP_QUEUE_H */
