/* SPDX-License-Identifier: GPL-2.0 */
/* Facts of this machine that decide about a bind(), apart from its sockets. */
#ifndef PORTSOCK_WHY_HOST_H
#define PORTSOCK_WHY_HOST_H

#include "bind_rules.h"

/* Type of an address on this machine. */
enum address_kind {
	ADDRESS_UNKNOWN,	/* a saved view does not contain it     */
	ADDRESS_ANY,
	ADDRESS_LOCAL,
	ADDRESS_MULTICAST,
	ADDRESS_BROADCAST,
	ADDRESS_FOREIGN,	/* of no interface of this machine      */
	ADDRESS_OTHER_DEV,	/* of another interface than requested  */
	ADDRESS_TENTATIVE,	/* duplicate address detection runs     */
	ADDRESS_NO_SCOPE,	/* link-local, without an interface     */
};

/**
 * struct host - Facts of the network namespace this process is in
 * @queried: the facts were read; if not, only @kernel is set
 * @kernel: KERNEL()
 * @address: type of the requested address
 * @nonlocal: ip_nonlocal_bind of its family
 * @v6only: bindv6only, the initial IPV6_V6ONLY of a socket
 * @no_inet6: IPv6 is missing
 * @no_dev: the requested interface does not exist
 * @vrf: the requested interface belongs to a VRF, which has its own ports
 * @unprivileged: ip_unprivileged_port_start
 * @capable: CAP_NET_BIND_SERVICE in the namespace's user namespace
 * @port_low: first port of ip_local_port_range
 * @port_high: last port of it
 * @reserved: the port is in ip_local_reserved_ports
 */
struct host {
	bool queried;
	u32 kernel;
	enum address_kind address;
	bool nonlocal;
	bool v6only;
	bool no_inet6;
	bool no_dev;
	bool vrf;
	u32 unprivileged;
	bool capable;
	u32 port_low;
	u32 port_high;
	bool reserved;
};

void host_query(struct host *m, const struct bind_request *b);

#endif /* PORTSOCK_WHY_HOST_H */
