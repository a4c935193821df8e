/* SPDX-License-Identifier: GPL-2.0 */
/* What this machine says about a bind(), apart from the sockets that are there. */
#ifndef PORTSOCK_MACHINE_H
#define PORTSOCK_MACHINE_H

#include "why/bind_rules.h"

/* What an address is here. */
enum ps_whose {
	PS_ADDRESS_UNKNOWN,	/* a saved view does not tell           */
	PS_ADDRESS_ANY,
	PS_ADDRESS_LOCAL,
	PS_ADDRESS_MULTICAST,
	PS_ADDRESS_BROADCAST,
	PS_ADDRESS_FOREIGN,	/* of no interface here                 */
	PS_ADDRESS_OTHER_DEV,	/* of another interface than asked for  */
	PS_ADDRESS_TENTATIVE,	/* not yet known to be nobody else's    */
	PS_ADDRESS_NO_SCOPE,	/* means something on an interface only */
};

/**
 * struct ps_machine - what this machine says about a bind()
 * @here: it was asked; otherwise nothing below is known but @kernel
 * @kernel: PS_KERNEL()
 * @address: what the address is
 * @nonlocal: ip_nonlocal_bind of its family
 * @v6only: bindv6only, what an IPv6 socket begins with
 * @no_inet6: there is no IPv6
 * @no_dev: the interface is not there
 * @vrf: the interface is of a VRF, which has ports of its own
 * @unprivileged: ip_unprivileged_port_start
 * @capable: CAP_NET_BIND_SERVICE in the namespace's user namespace
 * @low: ip_local_port_range
 * @high: its other end
 * @reserved: the port is one of ip_local_reserved_ports
 */
struct ps_machine {
	bool here;
	u32 kernel;
	enum ps_whose address;
	bool nonlocal;
	bool v6only;
	bool no_inet6;
	bool no_dev;
	bool vrf;
	u32 unprivileged;
	bool capable;
	u32 low;
	u32 high;
	bool reserved;
};

void ps_machine_look(struct ps_machine *m, const struct ps_bind *b);
void ps_machine_forget(struct ps_machine *m);
u32 ps_machine_netns(void);

#endif /* PORTSOCK_MACHINE_H */
