/* SPDX-License-Identifier: GPL-2.0 */
/* Would bind() work beside the sockets that are there? */
#ifndef PORTSOCK_WHY_BIND_RULES_H
#define PORTSOCK_WHY_BIND_RULES_H

#include "rcv_saddr.h"

/* Kernels are told apart by the first two numbers of their release. */
#define PS_KERNEL(major, minor)	((major) << 16 | (minor))
#define PS_KERNEL_NEWEST	U32_MAX

/**
 * struct ps_bind - a bind() that is asked about
 * @local: address (PS_FORM_INET or PS_FORM_INET6) and port
 * @netns: network namespace
 * @uid: whose socket it is
 * @flags: PORTSOCK_FLAG(REUSEADDR), (REUSEPORT) and (V6ONLY) if they are set
 * @kernel: PS_KERNEL() or PS_KERNEL_NEWEST
 * @proto: PORTSOCK_PROTO_TCP or PORTSOCK_PROTO_UDP
 * @listens: listen() is to follow, which asks once more
 * @dev: interface it is bound to, NUL-terminated, empty if none
 * @told: what bind=yes asks for: of TCP what the port remembers of who bound it,
 *	of UDP in which order the sockets are met; NULL if that is not known
 * @told_count: how many rows
 */
struct ps_bind {
	struct ps_end local;
	u32 netns;
	u32 uid;
	u32 flags;
	u32 kernel;
	u8 proto;
	bool listens;
	char dev[PS_DEV_SIZE];
	const struct ps_record *told;
	size_t told_count;
};

/* What decides about a bind() and one socket, in the order of asking. */
enum ps_rule {
	PS_RULE_PLACE,		/* another port, protocol or namespace     */
	PS_RULE_REQUEST,	/* a request: its listener is at the port  */
	PS_RULE_DEVICE,		/* bound to different interfaces           */
	PS_RULE_ADDRESS,	/* addresses that have nothing in common   */
	PS_RULE_REUSEADDR,	/* shared: both have SO_REUSEADDR          */
	PS_RULE_REUSEPORT,	/* shared: both have SO_REUSEPORT          */
	PS_RULE_CONFLICT,	/* in the way                              */
};

void ps_conflict_tell(struct ps_bind *b, struct ps_record *told, size_t count);
bool ps_conflict_is_at_port(const struct ps_bind *b,
			    const struct ps_record *r);
enum ps_rule ps_conflict_rule(const struct ps_bind *b,
			      const struct ps_record *r);
size_t ps_conflict_find(const struct ps_bind *b,
			const struct ps_record *const *made, size_t count,
			bool *blocks, bool *unsure);
bool ps_conflict_knows_uid(const struct ps_bind *b, const struct ps_record *r);
struct ps_address ps_conflict_asked(const struct ps_bind *b);
struct ps_address ps_conflict_there(const struct ps_record *r);

#endif /* PORTSOCK_WHY_BIND_RULES_H */
