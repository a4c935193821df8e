/* SPDX-License-Identifier: GPL-2.0 */
/* Facts of this machine that decide about a bind(), apart from its sockets. */
#ifndef PORTSOCK_WHY_HOST_H
#define PORTSOCK_WHY_HOST_H

#include "bind_rules.h"

/* Type of an address on this machine. */
enum address_kind {
	ADDRESS_UNKNOWN,	/* a saved view does not contain it       */
	ADDRESS_ANY,
	ADDRESS_LOCAL,
	ADDRESS_MULTICAST,
	ADDRESS_BROADCAST,
	ADDRESS_NO_SCOPE,	/* link-local, without an interface       */
	/* Not available to this bind(): */
	ADDRESS_FOREIGN,	/* of no interface of this machine        */
	ADDRESS_INET6_OFF,	/* ... and an interface has IPv6 disabled */
	ADDRESS_OTHER_VRF,	/* of another VRF, or of none             */
	ADDRESS_OTHER_DEV,	/* of another interface than requested    */
	ADDRESS_DOWN,		/* of an interface that is down           */
	ADDRESS_DUPLICATE,	/* another host has the address           */
	ADDRESS_TENTATIVE,	/* duplicate address detection runs       */
};

/* Return true if bind() needs IP_FREEBIND or ip_nonlocal_bind. */
static inline bool address_is_unavailable(enum address_kind kind)
{
	return kind >= ADDRESS_FOREIGN;
}

/**
 * struct host_address - The requested address
 * @kind: its type
 * @deprecated: its preferred lifetime is over
 * @dev: interface it belongs to, empty if unknown; of ADDRESS_INET6_OFF the
 *	interface without IPv6, "all" for each
 * @vrf: VRF of @dev, empty for none
 */
struct host_address {
	enum address_kind kind;
	bool deprecated;
	char dev[PS_DEV_SIZE];
	char vrf[PS_DEV_SIZE];
};

/* Reason for which there is no IPv6. */
enum no_inet6 {
	INET6_PRESENT,
	INET6_DISABLED,		/* ipv6.disable=1       */
	INET6_NOT_LOADED,	/* module ipv6          */
	INET6_NOT_BUILT,	/* or it is not visible */
};

/**
 * struct host - Facts of the network namespace this process is in
 * @queried: the facts were read; if not, only @kernel is set
 * @kernel: KERNEL()
 * @address: the requested address
 * @nonlocal: ip_nonlocal_bind of its family
 * @v6only: bindv6only, the initial IPV6_V6ONLY of a socket
 * @no_inet6: reason for which IPv6 is missing
 * @no_dev: the requested interface does not exist
 * @unprivileged: ip_unprivileged_port_start
 * @capable: CAP_NET_BIND_SERVICE in the namespace's user namespace
 * @port_low: first port of ip_local_port_range
 * @port_high: last port of it
 * @reserved: the port is in ip_local_reserved_ports
 */
struct host {
	bool queried;
	u32 kernel;
	struct host_address address;
	bool nonlocal;
	bool v6only;
	enum no_inet6 no_inet6;
	bool no_dev;
	u32 unprivileged;
	bool capable;
	u32 port_low;
	u32 port_high;
	bool reserved;
};

void address_query(struct host_address *a, const struct bind_request *b);
void host_query(struct host *m, struct bind_request *b);

#endif /* PORTSOCK_WHY_HOST_H */
