/* SPDX-License-Identifier: GPL-2.0 */
/* What this machine says about a bind(), apart from the sockets that are there. */
#ifndef PORTSOCK_MACHINE_H
#define PORTSOCK_MACHINE_H

#include "bind_rules.h"

/* What an address is here. */
enum address_kind {
	ADDRESS_UNKNOWN,	/* a saved view does not tell           */
	ADDRESS_ANY,
	ADDRESS_LOCAL,
	ADDRESS_MULTICAST,
	ADDRESS_BROADCAST,
	ADDRESS_FOREIGN,	/* of no interface here                 */
	ADDRESS_OTHER_DEV,	/* of another interface than asked for  */
	ADDRESS_TENTATIVE,	/* not yet known to be nobody else's    */
	ADDRESS_NO_SCOPE,	/* means something on an interface only */
};

/**
 * struct host - what this machine says about a bind()
 * @here: it was asked; otherwise nothing below is known but @kernel
 * @kernel: KERNEL()
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
struct host {
	bool here;
	u32 kernel;
	enum address_kind address;
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

void host_query(struct host *m, const struct bind_request *b);
void host_unknown(struct host *m);
u32 host_netns(void);

#endif /* PORTSOCK_MACHINE_H */
