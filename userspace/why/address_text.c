// SPDX-License-Identifier: GPL-2.0
/* Reasons and remedies for an address that bind() does not accept. */
#include "why.h"

/* Return the name of the VRF of the requested interface, "" for none. */
static const char *requested_vrf(const struct why *w)
{
	const struct links *l = w->bind.links;
	const struct link *dev = links_find_name(l, w->bind.dev);
	const struct link *vrf = dev ? links_find(l, dev->vrf) : NULL;

	return vrf ? vrf->name : "";
}

/**
 * address_put_reason() - Append why an address is not available
 * @t: text
 * @w: case with VERDICT_FOREIGN
 */
void address_put_reason(struct buf *t, const struct why *w)
{
	const struct host_address *a = &w->host.address;
	const char *vrf;

	switch (a->kind) {
	case ADDRESS_INET6_OFF:
		print_with_name(t, "IPv6 is disabled on ", strcmp(a->dev, "all") ?
			 a->dev : "all interfaces");
		break;
	case ADDRESS_OTHER_VRF:
		vrf = requested_vrf(w);
		print_with_name(t, "the address belongs to ", a->dev);
		print_with_name(t, *a->vrf ? " of VRF " : ", which is in no VRF",
			 a->vrf);
		print_with_name(t, *vrf ? ", the socket to VRF " :
			 ", the socket to no VRF", vrf);
		break;
	case ADDRESS_OTHER_DEV:
		print_with_name(t, "the address belongs to another interface: ",
			 a->dev);
		break;
	case ADDRESS_DOWN:
		print_with_name(t, "the address belongs to ", a->dev);
		buf_word(t, ", which is down");
		break;
	case ADDRESS_DUPLICATE:
		print_with_name(t, "another host has the address: duplicate address "
			 "detection failed on ", a->dev);
		break;
	case ADDRESS_TENTATIVE:
		buf_word(t, "the address is tentative: duplicate address "
			 "detection has not finished");
		break;
	default:
		buf_word(t, "the address is not local to this machine");
	}
}

static void advise_vrf(struct buf *t, const struct why *w)
{
	const struct host_address *a = &w->host.address;

	if (*a->vrf) {
		print_with_name(t, "bind the socket to the VRF (SO_BINDTODEVICE, or "
			 "ip vrf exec; --dev ", a->vrf);
		buf_char(t, ')');
		return;
	}
	buf_word(t, "omit --dev, or add an address to the VRF (ip address add "
		 "ADDRESS dev");
	print_with_name(t, " ", requested_vrf(w));
	buf_char(t, ')');
}

/**
 * address_put_advice() - Append remedies for an address that is not available
 * @t: text, which is empty
 * @w: case with VERDICT_FOREIGN
 */
void address_put_advice(struct buf *t, const struct why *w)
{
	bool ip4 = addr_is_ip4(&w->bind.local);
	const struct host_address *a = &w->host.address;
	bool dotted = strchr(a->dev, '.');

	switch (a->kind) {
	case ADDRESS_INET6_OFF:
		buf_word(t, "switch IPv6 on (sysctl -w ");
		print_with_name(t, dotted ? "net/ipv6/conf/" : "net.ipv6.conf.",
			 a->dev);
		buf_word(t, dotted ? "/disable_ipv6=0" : ".disable_ipv6=0");
		buf_word(t, "), and add the address if 'ip address' does not "
			 "list it then, or use an IPv4 address");
		return;
	case ADDRESS_OTHER_VRF:
		advise_vrf(t, w);
		return;
	case ADDRESS_OTHER_DEV:
		print_with_name(t, "bind the socket to that interface (--dev ",
			 a->dev);
		buf_char(t, ')');
		return;
	case ADDRESS_DOWN:
		print_with_name(t, "bring the interface up (ip link set ", a->dev);
		buf_word(t, " up)");
		return;
	case ADDRESS_DUPLICATE:
		buf_word(t, "remove the address from one of the hosts, then "
			 "delete it here and add it again (ip address)");
		return;
	case ADDRESS_TENTATIVE:
		buf_word(t, "wait a few seconds");
		break;
	default:
		buf_word(t, "use an address that 'ip address' lists");
	}
	print_clause(t, "or set %s (for all sockets: sysctl -w "
		     "net.%s.ip_nonlocal_bind=1)",
		     ip4 ? "IP_FREEBIND" : "IPV6_FREEBIND",
		     ip4 ? "ipv4" : "ipv6");
}

/**
 * address_put_inet6_reason() - Append why there is no IPv6
 * @t: text
 * @w: case with VERDICT_NO_INET6
 */
void address_put_inet6_reason(struct buf *t, const struct why *w)
{
	switch (w->host.no_inet6) {
	case INET6_DISABLED:
		buf_word(t, "IPv6 is switched off since boot (ipv6.disable=1)");
		break;
	case INET6_NOT_LOADED:
		buf_word(t, "module ipv6 is not loaded");
		break;
	default:
		buf_word(t, "this kernel has no IPv6");
	}
}

/* Append remedies for a kernel without IPv6. */
void address_put_inet6_advice(struct buf *t, const struct why *w)
{
	if (w->host.no_inet6 == INET6_DISABLED)
		buf_word(t, "remove ipv6.disable=1 from the kernel's command "
			 "line (/proc/cmdline) or from /etc/modprobe.d, and "
			 "reboot; or ");
	else if (w->host.no_inet6 == INET6_NOT_LOADED)
		buf_word(t, "load it (modprobe ipv6), or ");
	buf_word(t, "use an IPv4 address");
}
