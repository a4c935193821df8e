/* SPDX-License-Identifier: GPL-2.0 */
/* linux/dccp.h */
#ifndef PORTSOCK_COMPAT_DCCP_H
#define PORTSOCK_COMPAT_DCCP_H

#include <linux/dccp.h>
#include <net/tcp_states.h>

/*
 * Return the TCP state that corresponds to a DCCP state.  enum dccp_state is
 * enum tcp_state with two more states.
 */
static inline u8 ps_dccp_state(u8 state)
{
#ifdef PS_HAVE_DCCP
	if (state == DCCP_PARTOPEN)
		return TCP_ESTABLISHED;
	if (state == DCCP_PASSIVE_CLOSEREQ)
		return TCP_CLOSE_WAIT;
#endif
	return state;
}

#endif /* PORTSOCK_COMPAT_DCCP_H */
