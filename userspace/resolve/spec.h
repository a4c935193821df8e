/* SPDX-License-Identifier: GPL-2.0 */
/* The words for ports, addresses and unix sockets on the command line. */
#ifndef PORTSOCK_RESOLVE_SPEC_H
#define PORTSOCK_RESOLVE_SPEC_H

#include "../view/selection.h"

/* Why a word is not valid. */
enum spec_fault {
	SPEC_OK,
	SPEC_UNKNOWN,		/* neither number, address nor service   */
	SPEC_NO_PORT,		/* an address with a colon and no port   */
	SPEC_PORT,		/* port 0, too large, or not a number    */
	SPEC_REVERSED,		/* a range whose last port is the lowest */
	SPEC_PROTO,		/* no such protocol                      */
	SPEC_ADDRESS,		/* neither address nor host name         */
	SPEC_HOST,		/* the host name does not resolve        */
	SPEC_NAME,		/* not the name of a unix socket         */
};

/**
 * struct bind_spec - The address that a server would bind to
 * @proto: PORTSOCK_PROTO_TCP or PORTSOCK_PROTO_UDP
 * @local: address and port (1 to 65535, in @local.num); of the form
 *	PS_FORM_INET or PS_FORM_INET6, or PS_FORM_ANY where none was given
 * @other: first IPv6 address of a host name whose IPv4 address is @local; else
 *	of the form PS_FORM_NONE
 * @dev: interface, or the scope of a link-local address; NUL-terminated, empty
 *	if none was given
 */
struct bind_spec {
	enum portsock_proto proto;
	struct ps_end local;
	struct ps_end other;
	char dev[PS_DEV_SIZE];
};

size_t spec_length(const char *words);
enum spec_fault spec_parse(const char *word, size_t len, u64 services,
			   struct endpoints *to);
int spec_print_fault(enum spec_fault fault, const char *word, size_t len,
		     const char *help);
int bind_spec_parse(struct bind_spec *place, const char *command, int argc,
		    char **argv);

#endif /* PORTSOCK_RESOLVE_SPEC_H */
