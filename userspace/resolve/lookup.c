// SPDX-License-Identifier: GPL-2.0
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include "../../module/format/names.h"
#include "lookup.h"

/**
 * lookup_service() - Look up the port of a service
 * @name: as in /etc/services
 * @proto: protocol
 *
 * Return: the port, 0 if it does not exist.
 */
u16 lookup_service(const char *name, enum portsock_proto proto)
{
	const struct servent *service;

	service = getservbyname(name, ps_proto_names[proto].text);
	return service ? ntohs(service->s_port) : 0;
}

/**
 * lookup_host() - Look up the addresses of a host
 * @name: host name
 * @to: list; each address is appended once
 */
void lookup_host(const char *name, struct endpoints *to)
{
	/* One entry for each address, not one for each socket type. */
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found, *a;

	if (getaddrinfo(name, NULL, &hints, &found))
		return;
	for (a = found; a; a = a->ai_next) {
		struct endpoint e = { .form = PS_FORM_NONE };

		if (a->ai_family == AF_INET) {
			const struct sockaddr_in *in = (void *)a->ai_addr;

			e.form = PS_FORM_INET;
			memcpy(e.ip, &in->sin_addr, sizeof(in->sin_addr));
		} else if (a->ai_family == AF_INET6) {
			const struct sockaddr_in6 *in6 = (void *)a->ai_addr;

			e.form = PS_FORM_INET6;
			memcpy(e.ip, &in6->sin6_addr, sizeof(in6->sin6_addr));
		} else {
			continue;
		}
		endpoints_append(to, &e);
	}
	freeaddrinfo(found);
}
