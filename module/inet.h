/* SPDX-License-Identifier: GPL-2.0 */
/* Fields of a record that the protocols over IPv4 and IPv6 share. */
#ifndef PORTSOCK_INET_H
#define PORTSOCK_INET_H

#include <net/sock.h>

#include "format/record.h"

void ps_fill_inet(struct sock *sk, struct ps_record *r);
void ps_fill_inet_minisock(struct sock *sk, struct ps_record *r,
			   enum portsock_proto proto);
u8 ps_datagram_state(const struct sock *sk, const struct ps_record *r);
u8 ps_stream_state(u8 state, const struct ps_record *r);

#endif /* PORTSOCK_INET_H */
