// SPDX-License-Identifier: GPL-2.0
/* Addresses of all families, from text and to text. */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/tipc.h>
#include <linux/vm_sockets.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "mksock.h"

/* \ooo to bytes; everything else stands for itself. */
size_t unescape(const char *text, char *bytes, size_t size)
{
	size_t length = 0;

	while (*text && length < size) {
		unsigned int octal;

		if (text[0] == '\\' && sscanf(text + 1, "%3o", &octal) == 1) {
			bytes[length++] = (char)octal;
			text += 4;
		} else {
			bytes[length++] = *text++;
		}
	}
	return length;
}

void escape(const char *bytes, size_t length, char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < length && used + 5 < size; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c <= ' ' || c == '\\' || c >= 0x7f)
			used += (size_t)sprintf(text + used, "\\%03o", c);
		else
			text[used++] = (char)c;
	}
	text[used] = '\0';
}

static int make_inet(const struct choices *choices, const char *text,
		     const char *port, struct sockaddr_storage *address,
		     socklen_t *length)
{
	int value = port ? atoi(port) : choices->port;
	struct sockaddr_in6 *in6 = (void *)address;
	struct sockaddr_in *in = (void *)address;
	char scoped[128], *scope;

	if (choices->family == AF_INET) {
		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)value);
		*length = sizeof(*in);
		return inet_pton(AF_INET, text ? text : "127.0.0.1",
				 &in->sin_addr) == 1 ? 0 : complain("%s", text);
	}
	if (!text)
		text = choices->mapped ? "::ffff:127.0.0.1" : "::1";
	snprintf(scoped, sizeof(scoped), "%s", text);
	scope = strchr(scoped, '%');
	if (scope) {
		*scope = '\0';
		in6->sin6_scope_id = if_nametoindex(scope + 1);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons((uint16_t)value);
	*length = sizeof(*in6);
	return inet_pton(AF_INET6, scoped, &in6->sin6_addr) == 1 ?
		0 : complain("%s is no IPv6 address", text);
}

/*
 * A leading \000 makes the name abstract; an empty one asks for autobind.  A path
 * that fills sun_path has no NUL behind it.
 */
static int make_unix(const char *text, struct sockaddr_storage *address,
		     socklen_t *length)
{
	struct sockaddr_un *un = (void *)address;
	size_t size;

	un->sun_family = AF_UNIX;
	size = text ? unescape(text, un->sun_path, sizeof(un->sun_path)) : 0;
	if (size && size < sizeof(un->sun_path) && un->sun_path[0])
		size++;
	*length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
	return 0;
}

/* "CID:PORT" as the view has it, or a port alone: of any CID. */
static int make_vsock(const char *text, struct sockaddr_storage *address,
		      socklen_t *length)
{
	struct sockaddr_vm *vm = (void *)address;
	const char *port = text ? strchr(text, ':') : NULL;

	vm->svm_family = AF_VSOCK;
	vm->svm_cid = port ? (uint32_t)strtoul(text, NULL, 0) : VMADDR_CID_ANY;
	if (port)
		text = port + 1;
	vm->svm_port = text ? (uint32_t)strtoul(text, NULL, 0) :
		VMADDR_PORT_ANY;
	*length = sizeof(*vm);
	return 0;
}

/* "TYPE:LOWER-UPPER": a range of a service, of this node alone. */
static int make_tipc(const char *text, struct sockaddr_storage *address,
		     socklen_t *length)
{
	struct sockaddr_tipc *tipc = (void *)address;
	unsigned int type, lower, upper;

	if (!text || sscanf(text, "%u:%u-%u", &type, &lower, &upper) != 3)
		return complain("TIPC: TYPE:LOWER-UPPER");
	tipc->family = AF_TIPC;
	tipc->addrtype = TIPC_SERVICE_RANGE;
	tipc->scope = TIPC_NODE_SCOPE;
	tipc->addr.nameseq.type = type;
	tipc->addr.nameseq.lower = lower;
	tipc->addr.nameseq.upper = upper;
	*length = sizeof(*tipc);
	return 0;
}

/* 0 is every interface. */
static int make_packet(const char *name, const char *port,
		       struct sockaddr_storage *address, socklen_t *length)
{
	struct sockaddr_ll *packet = (void *)address;
	char bytes[IF_NAMESIZE] = "";

	unescape(name ? name : "lo", bytes, sizeof(bytes) - 1);
	packet->sll_family = AF_PACKET;
	packet->sll_protocol = htons(port ? (uint16_t)atoi(port) : ETH_P_ALL);
	packet->sll_ifindex = (int)if_nametoindex(bytes);
	*length = sizeof(*packet);
	return packet->sll_ifindex || !strcmp(bytes, "0") ?
		0 : complain("no interface %s", name);
}

int address_make(const struct choices *choices, const struct kind *kind,
		 const char *text, const char *port,
		 struct sockaddr_storage *address, socklen_t *length)
{
	struct sockaddr_nl *netlink = (void *)address;

	memset(address, 0, sizeof(*address));
	if (text && !strcmp(text, "-"))
		text = NULL;
	switch (kind->family) {
	case AF_UNSPEC:
		return make_inet(choices, text ? text : choices->addr, port,
				 address, length);
	case AF_UNIX:
		return make_unix(text ? text : choices->path, address, length);
	case AF_NETLINK:
		netlink->nl_family = AF_NETLINK;
		netlink->nl_pid = text ? (uint32_t)strtoul(text, NULL, 0) : 0;
		*length = sizeof(*netlink);
		return 0;
	case AF_PACKET:
		return make_packet(text, port, address, length);
	case AF_VSOCK:
		return make_vsock(text, address, length);
	case AF_TIPC:
		return make_tipc(text, address, length);
	}
	return complain("no address of family %d", kind->family);
}

int address_port(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)address)->sin_port);
	if (address->ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)address)->sin6_port);
	return -1;
}

static void unix_text(const struct sockaddr_un *un, socklen_t length,
		      char *text, size_t size)
{
	size_t bytes = length - offsetof(struct sockaddr_un, sun_path);

	if (length <= offsetof(struct sockaddr_un, sun_path)) {
		snprintf(text, size, "-");
	} else if (!un->sun_path[0]) {
		text[0] = '@';
		escape(un->sun_path + 1, bytes - 1, text + 1, size - 1);
	} else {
		/* the kernel counts a NUL behind a path that fills sun_path */
		if (bytes > sizeof(un->sun_path))
			bytes = sizeof(un->sun_path);
		bytes = strnlen(un->sun_path, bytes);
		if (bytes == 1 && un->sun_path[0] == '-') {
			snprintf(text, size, "\\055");
			return;
		}
		if (un->sun_path[0] == '@') {
			memcpy(text, "\\100", 4);
			escape(un->sun_path + 1, bytes - 1, text + 4, size - 4);
		} else {
			escape(un->sun_path, bytes, text, size);
		}
	}
}

void address_text(const struct sockaddr_storage *address, socklen_t length,
		  char *text, size_t size)
{
	char host[INET6_ADDRSTRLEN + 2], scope[IF_NAMESIZE + 1] = "";
	const struct sockaddr_in6 *in6 = (const void *)address;

	switch (address->ss_family) {
	case AF_INET:
		inet_ntop(AF_INET,
			  &((const struct sockaddr_in *)address)->sin_addr,
			  host, sizeof(host));
		snprintf(text, size, "%s:%d", host, address_port(address));
		break;
	case AF_INET6:
		inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
		if (in6->sin6_scope_id) {
			scope[0] = '%';
			if_indextoname(in6->sin6_scope_id, scope + 1);
		}
		snprintf(text, size, "[%s%s]:%d", host, scope,
			 address_port(address));
		break;
	case AF_UNIX:
		unix_text((const void *)address, length, text, size);
		break;
	default:
		snprintf(text, size, "-");
	}
}
