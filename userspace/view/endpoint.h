/* SPDX-License-Identifier: GPL-2.0 */
/* A port, an address or the name of a unix socket that selects rows. */
#ifndef PORTSOCK_VIEW_ENDPOINT_H
#define PORTSOCK_VIEW_ENDPOINT_H

#include "../util/buf.h"
#include "../../module/format/record.h"

#define ENDPOINT_NAME_MAX	108	/* sizeof(sun_path) */

/**
 * struct endpoint - One end of a socket, as selected
 * @protos: protocols, as bits; 0: any
 * @first: lowest port
 * @last: highest port, U32_MAX with @first 0: any port
 * @form: PS_FORM_NONE: any address; PS_FORM_INET or PS_FORM_INET6: @ip;
 *	PS_FORM_PATH or PS_FORM_ABSTRACT: @name, without ports
 * @len: bytes of @name
 * @ip: address in network byte order
 * @name: of a unix socket
 * @dev: interface, NUL-terminated, empty if none was given
 */
struct endpoint {
	u64 protos;
	u32 first;
	u32 last;
	u8 form;
	u8 len;
	union {
		u8 ip[16];
		char name[ENDPOINT_NAME_MAX];
	};
	char dev[PS_DEV_SIZE];
};

struct endpoints {
	struct endpoint *list;
	size_t count;
};

/* Return true if an endpoint is the name of a unix socket. */
static inline bool endpoint_is_name(const struct endpoint *e)
{
	return e->form == PS_FORM_PATH || e->form == PS_FORM_ABSTRACT;
}

void endpoints_append(struct endpoints *to, const struct endpoint *e);
void endpoint_simplify(struct endpoint *e);
bool endpoint_has_local(const struct endpoint *e, const struct ps_record *r);
bool endpoint_has_remote(const struct endpoint *e, const struct ps_record *r);
void endpoint_put(struct buf *t, const struct endpoint *e);

#endif /* PORTSOCK_VIEW_ENDPOINT_H */
