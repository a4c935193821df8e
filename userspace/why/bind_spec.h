/* SPDX-License-Identifier: GPL-2.0 */
/* [tcp|udp] [ADDRESS:]PORT: where a server would stand. */
#ifndef PORTSOCK_PLACE_H
#define PORTSOCK_PLACE_H

#include "../../module/format/record.h"

/**
 * struct bind_spec - where a server would stand
 * @proto: PORTSOCK_PROTO_TCP or PORTSOCK_PROTO_UDP
 * @local: address and port (1 to 65535, in @local.num); of the form
 *	PS_FORM_INET or PS_FORM_INET6, or PS_FORM_ANY where none was given
 * @dev: the scope of a link-local address, NUL-terminated, empty if none was
 *	given
 */
struct bind_spec {
	enum portsock_proto proto;
	struct ps_end local;
	char dev[PS_DEV_SIZE];
};

int bind_spec_parse(struct bind_spec *place, const char *command, int argc,
		   char **argv);

#endif /* PORTSOCK_PLACE_H */
